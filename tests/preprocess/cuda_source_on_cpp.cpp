// This is the CUDA driver's own source, compiled for the CPU: Thrust's CPP back end runs its maps
// in a loop.
#define AICOVID_ARRAYS_ON_HEAP
#include "cuda/run_program.cu"
