#pragma once

#include "../program.hpp"
#include "stored_pixels.hpp"

namespace aicovid {

/// Runs a program with the CPU driver's order of floating-point operations.
///
/// @param out     where the algorithms run; must not alias the pixels
/// @param stream  a cudaStream_t, in whose order all work is enqueued; nothing is waited for. Not
///                used where g++ compiled this.
/// @throws CudaFailure
void run_program(const Program& program, const StoredPixels& pixels, void* out, void* stream);

}  // namespace aicovid
