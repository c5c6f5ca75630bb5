# cmake --install: headers, library, program, bundles, DICOM dictionary, and the CMake package. The tree can be
# moved: the library finds its files relative to itself. LibTorch stays where it was found (AICOVID_TORCH_DIR); OpenVINO goes
# with it. The component `runtime` is what runs, without engines: it is what a Python wheel holds (pyproject.toml).
include(CMakePackageConfigHelpers)
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME development)

install(TARGETS aicovid EXPORT aicovid
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT development)
install(TARGETS aicovid_drawing LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime)
install(TARGETS aicovid_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT runtime)
if(AICOVID_CUDA)
  install(TARGETS aicovid_cuda LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  if(AICOVID_JPEG2000_CUDA)
    install(TARGETS aicovid_jpeg2000_cuda LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  endif()
endif()
if(AICOVID_TORCHSCRIPT)
  install(TARGETS aicovid_torchscript LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime)
endif()
if(AICOVID_OPENVINO)
  install(TARGETS aicovid_openvino LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime)
  # What one CPU needs to run IR and ONNX files; the other plug-ins and front ends are as large again.
  file(GLOB openvino_libraries
    ${AICOVID_OPENVINO_DIR}/libs/${AICOVID_OPENVINO_SONAME}
    ${AICOVID_OPENVINO_DIR}/libs/libopenvino_intel_cpu_plugin.so
    ${AICOVID_OPENVINO_DIR}/libs/libopenvino_onnx_frontend.so.*
    ${AICOVID_OPENVINO_DIR}/libs/libopenvino_ir_frontend.so.*
    ${AICOVID_OPENVINO_DIR}/libs/libtbb.so.*)
  install(FILES ${openvino_libraries} DESTINATION ${CMAKE_INSTALL_LIBDIR}/openvino)
endif()
install(DIRECTORY include/aicovid DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
# An installation without LibTorch has no use for its files; a bundle is checked by what is there.
set(left_out)
if(NOT AICOVID_TORCHSCRIPT)
  set(left_out PATTERN "*.pt" EXCLUDE)
endif()
install(DIRECTORY models/severity models/severity-open DESTINATION ${CMAKE_INSTALL_DATADIR}/aicovid/models
  COMPONENT runtime ${left_out})
install(DIRECTORY docs/schemas DESTINATION ${CMAKE_INSTALL_DATADIR}/aicovid COMPONENT runtime)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/aicovid COMPONENT runtime)
if(AICOVID_WITH_DICOM)
  install(FILES ${AICOVID_DICOM_DICTIONARY} DESTINATION ${CMAKE_INSTALL_DATADIR}/aicovid COMPONENT runtime)
endif()

set(package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/aicovid)
install(EXPORT aicovid NAMESPACE aicovid:: FILE aicovidTargets.cmake DESTINATION ${package_directory})
configure_package_config_file(cmake/aicovidConfig.cmake.in ${CMAKE_BINARY_DIR}/aicovidConfig.cmake
  INSTALL_DESTINATION ${package_directory})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/aicovidConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/aicovidConfig.cmake ${CMAKE_BINARY_DIR}/aicovidConfigVersion.cmake
  DESTINATION ${package_directory})
