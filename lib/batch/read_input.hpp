#pragma once

#include <aicovid/pipeline.hpp>

#include <cstddef>
#include <vector>

namespace aicovid {

/// Reads a whole file that must be as it was when it was looked at.
///
/// @throws Error{not_found} if it is gone; Error{io} if it has changed, also while it was read, or
///         cannot be read; Error{unsupported} if it has more than 1 GiB
std::vector<std::byte> read_input(const InputFile& file);

}  // namespace aicovid
