# Compiles the CUDA driver to PTX with the module's options and fails on any fused multiply-add: such code would
# not round as the CPU does. Compiled with contraction, it must have some, or this test would see nothing.
#
# cmake -DNVCC=... -DSOURCE=driver.cu -DINCLUDE=dir -DOUT=dir -P no_fma.cmake
foreach(contract false true)
  set(ptx ${OUT}/driver_fmad_${contract}.ptx)
  execute_process(
    COMMAND ${NVCC} -ptx -std=c++20 -O3 -arch=compute_90 -fmad=${contract} -I${INCLUDE} ${SOURCE} -o ${ptx}
    RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "nvcc -ptx failed")
  endif()
  file(STRINGS ${ptx} fused_${contract} REGEX "fma\\.")
endforeach()
if(fused_false)
  message(FATAL_ERROR "fused multiply-add in the CUDA driver: ${fused_false}")
endif()
if(NOT fused_true)
  message(FATAL_ERROR "no fused multiply-add even with -fmad=true: this test would see none")
endif()
