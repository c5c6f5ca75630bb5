// This is the CUDA driver's own source, compiled for the CPU: Thrust's CPP back end runs its maps
// in a loop.
#include "cuda/run_program.cu"
