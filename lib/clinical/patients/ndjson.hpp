#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace aicovid {

struct TextLine {
  std::size_t number = 0;  ///< from 1
  std::string_view text;   ///< without its end
};

/// The lines of NDJSON that are not blank; none where the text is no NDJSON. A text is taken as
/// such if it has several lines, and the first is a JSON object by itself or each begins one; a
/// single JSON object that is written over several lines is none.
std::vector<TextLine> ndjson_lines(std::string_view text);

}  // namespace aicovid
