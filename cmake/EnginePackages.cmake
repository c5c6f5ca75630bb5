# How the engines' libraries are found in Python packages.
#
# aicovid_python_package(NAME OUT) sets OUT to the folder of an installed Python package, empty if there is none.
find_program(AICOVID_PYTHON NAMES python3 HINTS ${CMAKE_SOURCE_DIR}/.venv/bin NO_DEFAULT_PATH)
find_program(AICOVID_PYTHON NAMES python3 REQUIRED)
function(aicovid_python_package name out)
  execute_process(
    COMMAND ${AICOVID_PYTHON} -c "import importlib.util; print(importlib.util.find_spec('${name}').submodule_search_locations[0])"
    OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    set(found "")
  endif()
  set(${out} "${found}" PARENT_SCOPE)
endfunction()

# aicovid_header_version(HEADER PREFIX OUT) sets OUT to "1.2.3" of the header's PREFIX_MAJOR, PREFIX_MINOR and PREFIX_PATCH.
function(aicovid_header_version header prefix out)
  set(numbers)
  foreach(part MAJOR MINOR PATCH)
    file(STRINGS ${header} line REGEX "define ${prefix}_${part} ")
    string(REGEX MATCH "[0-9]+$" number "${line}")
    list(APPEND numbers ${number})
  endforeach()
  list(JOIN numbers "." version)
  set(${out} ${version} PARENT_SCOPE)
endfunction()
