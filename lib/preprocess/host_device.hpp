#pragma once

/// Marks the arithmetic of a pixel, a tap or a tile, which is written once for the CPU and the CUDA
/// driver. Such code uses + - * /, comparisons and integers only, in a fixed order: both compilers
/// then round alike, as long as neither fuses a product and a sum into one operation
/// (-ffp-contract=off, -fmad=false).
#ifdef __CUDACC__
#define AICOVID_HOST_DEVICE __host__ __device__
#else
#define AICOVID_HOST_DEVICE
#endif
