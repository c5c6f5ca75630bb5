#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// Columns of the report for people.
inline constexpr int kTextWidth = 100;

/// A line across the whole text, with its newline.
std::string rule();

/// Columns that a UTF-8 text takes: its code points, none of which is wide or combining here.
int display_width(std::string_view text);

/// The text, filled with blanks to this many columns.
std::string pad_right(std::string_view text, int width);

/// Words in lines of at most `width` columns; a longer word has a line of its own. "44 %" is one.
std::vector<std::string> wrap(std::string_view text, int width);

/// "  label     text", the further lines of the text under its first one; a label that leaves no
/// blank before the text has a line of its own.
///
/// @param column  where the text begins
std::string hanging(std::string_view label, std::string_view text, int column);

/// A bar of `cells` columns, of which this share is filled, in eighths of a cell.
std::string bar(double share, int cells);

/// A probability in per cent: "31 %", "4.2 %", "99.6 %".
std::string percent(double probability);

}  // namespace aicovid
