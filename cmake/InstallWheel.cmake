# What a wheel has: the package `aicovid` with the library, its modules, the program and its files within it, in the layout in
# which the library finds them. The engines' own libraries are other packages, which aicovid/_engines.py finds.
install(TARGETS aicovid aicovid_drawing LIBRARY DESTINATION lib NAMELINK_SKIP)
install(TARGETS aicovid_cli RUNTIME DESTINATION bin)
install(TARGETS _aicovid LIBRARY DESTINATION .)
foreach(engine torchscript openvino)
  if(TARGET aicovid_${engine})
    # No folder of the machine that made the wheel.
    set_target_properties(aicovid_${engine} PROPERTIES INSTALL_RPATH "")
    install(TARGETS aicovid_${engine} LIBRARY DESTINATION lib)
  endif()
endforeach()
# A wheel has no links: the library has one name, that which programs ask for.
set_target_properties(aicovid PROPERTIES VERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
set_target_properties(_aicovid PROPERTIES INSTALL_RPATH "$ORIGIN/lib")
install(DIRECTORY models/severity models/severity-open DESTINATION share/aicovid/models)
install(DIRECTORY docs/schemas DESTINATION share/aicovid)
install(FILES LICENSE ${AICOVID_DICOM_DICTIONARY} DESTINATION share/aicovid)
install(FILES docs/schemas/validation.json DESTINATION validation RENAME schema.json)
