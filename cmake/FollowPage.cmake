# aicovid_follow_page(ROOM SECTION TEST [MODULE])
#
# Carries out the steps of a section of docs/architecture.md on a copy of the room (scripts/follow_page.py), and builds
# the copy with TEST, a file that the page gives, as the program `test_page_ROOM`: what the page says to a newcomer is
# what is compiled and run. MODULE is another source that the page gives. Both are relative to the source tree; the copy
# is in AICOVID_PAGE_COPY afterwards. The room may use no other room but core.
function(aicovid_follow_page room section test)
  set(copy ${CMAKE_CURRENT_BINARY_DIR}/page)
  get_target_property(sources aicovid_${room} SOURCES)
  list(TRANSFORM sources PREPEND ${copy}/lib/${room}/)
  list(TRANSFORM ARGN PREPEND ${copy}/ OUTPUT_VARIABLE module)
  file(GLOB_RECURSE originals ${CMAKE_SOURCE_DIR}/lib/${room}/*)
  add_custom_command(OUTPUT ${sources} ${copy}/${test} ${module}
    COMMAND ${AICOVID_PYTHON} ${CMAKE_SOURCE_DIR}/scripts/follow_page.py ${section} ${room} ${copy}
    DEPENDS ${CMAKE_SOURCE_DIR}/scripts/follow_page.py ${CMAKE_SOURCE_DIR}/docs/architecture.md ${originals}
    COMMENT "Following docs/architecture.md: ${section}" VERBATIM)

  set(program test_page_${room})
  add_executable(${program} ${sources} ${copy}/${test})
  set_target_properties(${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_include_directories(${program} PRIVATE
    ${copy}/lib/${room} ${copy}/lib/${room}/include ${CMAKE_SOURCE_DIR}/tests/${room})
  aicovid_link_rooms(${program} core)
  target_compile_options(${program} PRIVATE ${AICOVID_WARNINGS})
  target_compile_definitions(${program} PRIVATE
    AICOVID_SOURCE_DIR="${CMAKE_SOURCE_DIR}" $<TARGET_PROPERTY:aicovid_${room},COMPILE_DEFINITIONS>)
  target_link_libraries(${program} PRIVATE
    Catch2::Catch2WithMain fmt::fmt nlohmann_json::nlohmann_json ${CMAKE_DL_LIBS})
  catch_discover_tests(${program} TEST_PREFIX "page: " DISCOVERY_MODE PRE_TEST PROPERTIES LABELS page)
  set(AICOVID_PAGE_COPY ${copy} PARENT_SCOPE)
endfunction()
