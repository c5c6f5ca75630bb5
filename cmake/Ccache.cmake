# Compilation is cached where ccache is installed: LibTorch's headers take 25 s a source file.
find_program(AICOVID_CCACHE ccache)
if(AICOVID_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${AICOVID_CCACHE})
  set(CMAKE_CUDA_COMPILER_LAUNCHER ${AICOVID_CCACHE})
endif()
