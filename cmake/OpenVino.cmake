# Sets AICOVID_OPENVINO to whether the engine "openvino" is built, AICOVID_OPENVINO_VERSION to OpenVINO's version, and
# AICOVID_OPENVINO_SONAME to the name of its library, of which the release is a part.
#
# OpenVINO comes as the PyPI package `openvino`, which has headers and libraries: AICOVID_OPENVINO_DIR holds include/ and
# libs/.
#
#   aicovid_openvino_runtime   libopenvino.so; plug-ins and front ends are found beside it
set(AICOVID_OPENVINO OFF)
set(AICOVID_OPENVINO_VERSION "")
set(AICOVID_OPENVINO_SONAME "")
set(AICOVID_OPENVINO_DIR "" CACHE PATH "Directory of the package openvino (holding include/ and libs/); found through Python if empty")
if(NOT AICOVID_WITH_OPENVINO STREQUAL "OFF")
  if(NOT AICOVID_OPENVINO_DIR)
    aicovid_python_package(openvino found)
    set(AICOVID_OPENVINO_DIR "${found}" CACHE PATH "" FORCE)
  endif()
  set(header ${AICOVID_OPENVINO_DIR}/include/openvino/core/version.hpp)
  if(EXISTS ${header})
    set(AICOVID_OPENVINO ON)
  elseif(AICOVID_WITH_OPENVINO STREQUAL "ON" OR AICOVID_OPENVINO_DIR)
    message(FATAL_ERROR "No OpenVINO: run scripts/setup.sh, or set AICOVID_OPENVINO_DIR")
  endif()
endif()
if(AICOVID_OPENVINO)
  aicovid_header_version(${header} OPENVINO_VERSION AICOVID_OPENVINO_VERSION)
  file(GLOB library ${AICOVID_OPENVINO_DIR}/libs/libopenvino.so.*)
  get_filename_component(AICOVID_OPENVINO_SONAME "${library}" NAME)
  add_library(aicovid_openvino_runtime INTERFACE)
  target_include_directories(aicovid_openvino_runtime SYSTEM INTERFACE ${AICOVID_OPENVINO_DIR}/include)
  target_link_libraries(aicovid_openvino_runtime INTERFACE ${library})
endif()
message(STATUS "aicovid: engine openvino ${AICOVID_OPENVINO} ${AICOVID_OPENVINO_VERSION}")
