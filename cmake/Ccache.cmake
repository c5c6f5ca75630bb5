# Compilation is cached where ccache is installed: LibTorch's headers take 25 s a source file. Paths below the source are
# hashed as relative ones, so that another clone of the same sources is served from the cache too.
find_program(AICOVID_CCACHE ccache)
if(AICOVID_CCACHE)
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=true ${AICOVID_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CUDA_COMPILER_LAUNCHER ${launcher})
endif()
