# Imported targets over LibTorch as the PyPI wheel `torch` has it. Torch's own CMake package is not used: it
# fails without a CUDA toolkit, and, without a GPU, unless an architecture list is set.
#
#   aicovid_torch   the CPU libraries; nothing here links CUDA libraries
find_program(AICOVID_PYTHON NAMES python3 HINTS ${CMAKE_SOURCE_DIR}/.venv/bin NO_DEFAULT_PATH)
find_program(AICOVID_PYTHON NAMES python3 REQUIRED)
set(AICOVID_TORCH_DIR "" CACHE PATH "Directory of the torch package (holding include/ and lib/); found through Python if empty")
if(NOT AICOVID_TORCH_DIR)
  execute_process(
    COMMAND ${AICOVID_PYTHON} -c "import importlib.util; print(importlib.util.find_spec('torch').submodule_search_locations[0])"
    OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "No torch package for ${AICOVID_PYTHON}: run scripts/setup.sh, or set AICOVID_TORCH_DIR")
  endif()
  set(AICOVID_TORCH_DIR ${found} CACHE PATH "" FORCE)
endif()
find_library(AICOVID_TORCH_CPU torch_cpu PATHS ${AICOVID_TORCH_DIR}/lib NO_DEFAULT_PATH REQUIRED)
find_library(AICOVID_TORCH_C10 c10 PATHS ${AICOVID_TORCH_DIR}/lib NO_DEFAULT_PATH REQUIRED)

add_library(aicovid_torch INTERFACE)
# After the system's headers: the wheel carries those of other libraries too, such as another fmt.
target_compile_options(aicovid_torch INTERFACE
  "SHELL:-idirafter ${AICOVID_TORCH_DIR}/include" "SHELL:-idirafter ${AICOVID_TORCH_DIR}/include/torch/csrc/api/include")
target_link_libraries(aicovid_torch INTERFACE ${AICOVID_TORCH_CPU} ${AICOVID_TORCH_C10})
