# aicovid_follow_page(ROOM SECTION TEST [SOURCES file...] [MODULE file...] [LINKS target...])
#
# Carries out the steps of a section of docs/architecture.md on a copy of the public headers and of the room
# (scripts/follow_page.py), and builds the copy with TEST, a file that the page gives, as the program `test_page_ROOM`:
# what the page says to a newcomer is what is compiled and run. SOURCES are further files that the page gives, which the
# program is built of; MODULE those of a module, which are made alone. All are relative to the source tree; the copy is in
# AICOVID_PAGE_COPY afterwards. The rooms that the room uses are not copied. LINKS is what the room itself links.
function(aicovid_follow_page room section test)
  cmake_parse_arguments(PAGE "" "" "SOURCES;MODULE;LINKS" ${ARGN})
  set(copy ${CMAKE_CURRENT_BINARY_DIR}/page)
  get_target_property(sources aicovid_${room} SOURCES)
  list(TRANSFORM sources PREPEND lib/${room}/)
  list(APPEND sources ${PAGE_SOURCES} ${test})
  list(TRANSFORM sources PREPEND ${copy}/)
  list(TRANSFORM PAGE_MODULE PREPEND ${copy}/ OUTPUT_VARIABLE module)
  file(GLOB_RECURSE originals ${CMAKE_SOURCE_DIR}/include/* ${CMAKE_SOURCE_DIR}/lib/${room}/*)
  # Headers are outputs too: what includes a changed one is compiled again in the same build.
  list(TRANSFORM originals REPLACE "^${CMAKE_SOURCE_DIR}/" "${copy}/" OUTPUT_VARIABLE made)
  list(APPEND made ${sources} ${module})
  list(REMOVE_DUPLICATES made)
  add_custom_command(OUTPUT ${made}
    COMMAND ${AICOVID_PYTHON} ${CMAKE_SOURCE_DIR}/scripts/follow_page.py ${section} ${room} ${copy}
    DEPENDS ${CMAKE_SOURCE_DIR}/scripts/follow_page.py ${CMAKE_SOURCE_DIR}/docs/architecture.md ${originals}
    COMMENT "Following docs/architecture.md: ${section}" VERBATIM)

  set(program test_page_${room})
  add_executable(${program} ${sources})
  set_target_properties(${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_include_directories(${program} PRIVATE
    ${copy}/include ${copy}/lib/${room} ${copy}/lib/${room}/include ${CMAKE_SOURCE_DIR}/tests/${room})
  get_target_property(used aicovid_${room} AICOVID_ROOMS)
  list(REMOVE_ITEM used ${room})
  aicovid_link_rooms(${program} ${used})
  target_compile_options(${program} PRIVATE ${AICOVID_WARNINGS})
  target_compile_definitions(${program} PRIVATE
    AICOVID_SOURCE_DIR="${CMAKE_SOURCE_DIR}" $<TARGET_PROPERTY:aicovid_${room},COMPILE_DEFINITIONS>)
  target_link_libraries(${program} PRIVATE
    Catch2::Catch2WithMain fmt::fmt nlohmann_json::nlohmann_json ${CMAKE_DL_LIBS} ${PAGE_LINKS})
  catch_discover_tests(${program} TEST_PREFIX "page: " DISCOVERY_MODE PRE_TEST PROPERTIES LABELS page)
  set(AICOVID_PAGE_COPY ${copy} PARENT_SCOPE)
endfunction()
