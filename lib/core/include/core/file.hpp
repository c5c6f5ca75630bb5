#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <vector>

namespace aicovid {

/// Most bytes of a file that is read whole: several times the largest uncompressed radiograph.
inline constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{1} << 30;

/// The whole file.
/// @throws Error{not_found} if it is no regular file or cannot be read; Error{unsupported} if it
/// has more than `max_bytes`
std::vector<std::byte> read_file(const std::filesystem::path& file,
                                 std::uintmax_t max_bytes = kMaxFileBytes);

/// The rest of a stream, of any kind.
/// @throws Error{not_found} if it fails before its end; Error{unsupported} beyond `max_bytes`
std::vector<std::byte> read_stream(std::istream& stream, std::uintmax_t max_bytes = kMaxFileBytes);

/// @throws Error{not_found} if it cannot be written
void write_file(const std::filesystem::path& file, const void* bytes, std::size_t size);

}  // namespace aicovid
