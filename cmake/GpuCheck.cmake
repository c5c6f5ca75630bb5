# What scripts/gpu-check.sh builds on a machine that has a GPU, LibTorch and nvcc, but none of the packages for DICOM,
# drawing and the command line: preprocessing, the networks, and the chain that joins them, with tests and timings.
# Header-only: Debian's CMake package of fmt asks for its dynamic library, which does not travel.
find_path(AICOVID_FMT_INCLUDE_DIR fmt/format.h REQUIRED)
add_library(fmt::fmt INTERFACE IMPORTED)
target_include_directories(fmt::fmt INTERFACE ${AICOVID_FMT_INCLUDE_DIR})
target_compile_definitions(fmt::fmt INTERFACE FMT_HEADER_ONLY)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(PNG REQUIRED)
find_package(JPEG REQUIRED)
find_package(Threads REQUIRED)
find_package(Catch2 3 REQUIRED)
find_path(AICOVID_VALIJSON_INCLUDE_DIR valijson/validator.hpp REQUIRED)
add_library(aicovid_valijson INTERFACE)
target_include_directories(aicovid_valijson SYSTEM INTERFACE ${AICOVID_VALIJSON_INCLUDE_DIR})
include(EnginePackages)
include(Torch)
set(AICOVID_OPENVINO OFF)
set(AICOVID_OPENVINO_VERSION "")
set(AICOVID_OPENVINO_SONAME "")
include(Room)
# The compiler is whatever that machine has; what it warns of is no fault of the code's.
set(AICOVID_WARNINGS "")

foreach(room core image preprocess network findings bundle examine)
  add_subdirectory(lib/${room})
endforeach()
add_subdirectory(tests/gpu)
