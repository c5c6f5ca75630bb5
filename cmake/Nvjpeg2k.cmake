# Sets AICOVID_JPEG2000_CUDA to whether the module that decodes JPEG 2000 on a CUDA device is built: where the CUDA module
# is, and nvJPEG2000 is found in the PyPI package nvidia-nvjpeg2k-cu13, or under AICOVID_NVJPEG2K_ROOT.
set(AICOVID_JPEG2000_CUDA OFF)
if(AICOVID_CUDA)
  aicovid_python_package(nvidia.nvjpeg2k found)
  find_path(AICOVID_NVJPEG2K_INCLUDE_DIR nvjpeg2k.h HINTS ${AICOVID_NVJPEG2K_ROOT} ${found} PATH_SUFFIXES include)
  find_library(AICOVID_NVJPEG2K_LIBRARY NAMES libnvjpeg2k.so.0 libnvjpeg2k.so HINTS ${AICOVID_NVJPEG2K_ROOT} ${found} PATH_SUFFIXES lib)
  if(AICOVID_NVJPEG2K_INCLUDE_DIR AND AICOVID_NVJPEG2K_LIBRARY)
    set(AICOVID_JPEG2000_CUDA ON)
  endif()
endif()
message(STATUS "aicovid: JPEG 2000 on CUDA ${AICOVID_JPEG2000_CUDA}")
