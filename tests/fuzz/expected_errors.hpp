#pragma once

#include <aicovid/error.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <utility>

namespace aicovid::fuzz {

/// Runs `work`; an Error of another code than those ends the process, any other exception does too.
template <typename Work>
void with_errors(std::initializer_list<ErrorCode> expected, Work&& work) {
  try {
    std::forward<Work>(work)();
  } catch (const Error& error) {
    if (std::find(expected.begin(), expected.end(), error.code()) != expected.end()) return;
    std::fprintf(stderr, "fuzz: unexpected error %s: %s\n", to_string(error.code()).data(),
                 error.what());
    std::abort();
  }
}

}  // namespace aicovid::fuzz
