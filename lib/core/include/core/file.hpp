#pragma once

#include <aicovid/error.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// Most bytes of a file that is read whole: several times the largest uncompressed radiograph.
inline constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{1} << 30;

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

/// Reads the whole file.
/// @throws Error{not_found} if it is no regular file; Error{io} if it cannot be read;
///         Error{unsupported} if it has more than `max_bytes`
std::vector<std::byte> read_file(const std::filesystem::path& file,
                                 std::uintmax_t max_bytes = kMaxFileBytes);

/// Reads the rest of a stream, of any kind.
/// @throws Error{io} if it fails before its end; Error{unsupported} beyond `max_bytes`
std::vector<std::byte> read_stream(std::istream& stream, std::uintmax_t max_bytes = kMaxFileBytes);

/// @throws Error{io} if it cannot be written
void write_file(const std::filesystem::path& file, const void* bytes, std::size_t size);

}  // namespace aicovid
