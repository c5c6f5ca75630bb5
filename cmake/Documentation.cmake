# `cmake --build build/release --target docs`: the API reference, into build/release/docs/html.
find_package(Doxygen QUIET)
if(DOXYGEN_FOUND)
  set(DOXYGEN_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/docs)
  set(DOXYGEN_USE_MDFILE_AS_MAINPAGE README.md)
  set(DOXYGEN_STRIP_FROM_PATH ${CMAKE_SOURCE_DIR}/include)
  set(DOXYGEN_EXTRACT_ALL YES)
  set(DOXYGEN_MACRO_EXPANSION YES)
  set(DOXYGEN_PREDEFINED AICOVID_EXPORT=)
  set(DOXYGEN_ALIASES "result=@return")
  set(DOXYGEN_QUIET YES)
  doxygen_add_docs(docs include/aicovid README.md docs/architecture.md docs/preprocessing.md docs/fusion.md
    docs/bundle.md docs/clinical-variables.md docs/dependencies.md models/severity/CARD.md WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} COMMENT "API reference")
endif()
