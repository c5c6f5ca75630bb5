#pragma once

#include <aicovid/error.hpp>

#include <new>
#include <string>
#include <string_view>

namespace aicovid {

/// Gives what `work` gives.
///
/// @param what  that is read, for the message
/// @throws Error{out_of_memory} where it throws std::bad_alloc
template <typename Work>
auto with_memory_errors(std::string_view what, const Work& work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::out_of_memory,
                std::string("the memory does not suffice to read the ").append(what));
  }
}

}  // namespace aicovid
