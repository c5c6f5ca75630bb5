# Sets AICOVID_TORCHSCRIPT to whether the engine "torchscript" is built, and AICOVID_TORCH_VERSION to LibTorch's version.
#
# LibTorch comes as the PyPI package `torch` or as the official archive: AICOVID_TORCH_DIR holds include/ and lib/. Torch's
# own CMake package is not used: it fails without a CUDA toolkit, and, without a GPU, unless an architecture list is set.
#
#   aicovid_torch   the CPU libraries; nothing here links CUDA libraries
set(AICOVID_TORCHSCRIPT OFF)
set(AICOVID_TORCH_VERSION "")
set(AICOVID_TORCH_DIR "" CACHE PATH "Directory of LibTorch (holding include/ and lib/); found through Python if empty")
if(NOT AICOVID_WITH_TORCHSCRIPT STREQUAL "OFF")
  if(NOT AICOVID_TORCH_DIR)
    aicovid_python_package(torch found)
    set(AICOVID_TORCH_DIR "${found}" CACHE PATH "" FORCE)
  endif()
  set(header ${AICOVID_TORCH_DIR}/include/torch/headeronly/version.h)
  if(EXISTS ${header})
    set(AICOVID_TORCHSCRIPT ON)
  elseif(AICOVID_WITH_TORCHSCRIPT STREQUAL "ON" OR AICOVID_TORCH_DIR)
    message(FATAL_ERROR "No LibTorch: run scripts/setup.sh, or set AICOVID_TORCH_DIR")
  endif()
endif()
if(AICOVID_TORCHSCRIPT)
  aicovid_header_version(${header} TORCH_VERSION AICOVID_TORCH_VERSION)
  find_library(AICOVID_TORCH_CPU torch_cpu PATHS ${AICOVID_TORCH_DIR}/lib NO_DEFAULT_PATH REQUIRED)
  find_library(AICOVID_TORCH_C10 c10 PATHS ${AICOVID_TORCH_DIR}/lib NO_DEFAULT_PATH REQUIRED)
  add_library(aicovid_torch INTERFACE)
  # After the system's headers: the wheel carries those of other libraries too, such as another fmt.
  target_compile_options(aicovid_torch INTERFACE
    "SHELL:-idirafter ${AICOVID_TORCH_DIR}/include" "SHELL:-idirafter ${AICOVID_TORCH_DIR}/include/torch/csrc/api/include")
  target_link_libraries(aicovid_torch INTERFACE ${AICOVID_TORCH_CPU} ${AICOVID_TORCH_C10})
endif()
message(STATUS "aicovid: engine torchscript ${AICOVID_TORCHSCRIPT} ${AICOVID_TORCH_VERSION}")
