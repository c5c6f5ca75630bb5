#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace aicovid {

enum class ByteOrder : std::uint8_t { little, big };

/// Writes UTF-16 anew as UTF-8.
///
/// @param bytes  without the byte order mark
/// @throws Error{bad_clinical_input} for half a character
std::string utf8_of_utf16(std::string_view bytes, ByteOrder order);

/// Returns where the text stops being UTF-8; its size if it is UTF-8 to its end.
/// Source: RFC 3629, 4.
std::size_t length_of_utf8(std::string_view text);

/// @param first_line  the number of the text's first line
/// @throws Error{bad_clinical_input} that names line and column if the text is no UTF-8, and says
///         what to write
void require_utf8(std::string_view text, std::size_t first_line = 1);

}  // namespace aicovid
