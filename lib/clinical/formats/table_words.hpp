#pragma once

#include <optional>
#include <string_view>

namespace aicovid {

/// Whether a cell of a table says that there is no value: it is empty, or one of the words that
/// pandas' read_csv takes for that by default.
bool is_missing_word(std::string_view text);

/// What a cell says of something that is so or not: true, yes, y, 1 and 1.0, or false, no, n, 0 and
/// 0.0, the words in small or capital letters. Nothing for any other text.
std::optional<bool> boolean_of_word(std::string_view text);

}  // namespace aicovid
