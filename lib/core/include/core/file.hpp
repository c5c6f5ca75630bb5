#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace aicovid {

/// The whole file.
/// @throws Error{not_found} if it cannot be read
std::vector<std::byte> read_file(const std::filesystem::path& file);

/// @throws Error{not_found} if it cannot be written
void write_file(const std::filesystem::path& file, const void* bytes, std::size_t size);

}  // namespace aicovid
