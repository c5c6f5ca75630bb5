#pragma once

// The compiler vectorises the functions that are marked so, and does so twice as wide where the
// processor has AVX2. The result is the same, as AVX2 alone fuses nothing. The sanitizers do not
// know dispatched functions.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define AICOVID_DISPATCHED __attribute__((target_clones("avx2", "default")))
#else
#define AICOVID_DISPATCHED
#endif
