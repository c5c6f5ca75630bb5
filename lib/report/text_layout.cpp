#include "text_layout.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>

namespace aicovid {

std::string rule() {
  std::string line;
  for (int i = 0; i < kTextWidth; ++i) line += "─";
  return line + '\n';
}

int display_width(std::string_view text) {
  // All bytes but UTF-8's continuation bytes 10xxxxxx begin a code point.
  return static_cast<int>(std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

std::string pad_right(std::string_view text, int width) {
  const int missing = std::max(0, width - display_width(text));
  return std::string(text) + std::string(static_cast<std::size_t>(missing), ' ');
}

std::vector<std::string> wrap(std::string_view text, int width) {
  std::vector<std::string> lines;
  std::string line;
  while (true) {
    const std::size_t begin = text.find_first_not_of(" \n");
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    std::string_view word = text.substr(0, text.find_first_of(" \n"));
    // A per cent sign stays with its number.
    if (text.substr(word.size()).starts_with(" %")) {
      word = text.substr(0, text.find_first_of(" \n", word.size() + 1));
    }
    text.remove_prefix(word.size());
    if (!line.empty() && display_width(line) + 1 + display_width(word) > width) {
      lines.push_back(std::move(line));
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  lines.push_back(std::move(line));
  return lines;
}

std::string hanging(std::string_view label, std::string_view text, int column) {
  std::string result;
  std::string first = fmt::format("  {}", label);
  if (!label.empty() && display_width(first) >= column) {
    result = first + '\n';
    first.clear();
  }
  for (const std::string& line : wrap(text, kTextWidth - column)) {
    result += pad_right(first, column) + line + '\n';
    first.clear();
  }
  return result;
}

std::string bar(double share, int cells) {
  constexpr std::array<std::string_view, 8> eighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int filled = static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * cells * 8));
  std::string result;
  for (int i = 0; i < filled / 8; ++i) result += "█";
  result += eighths[static_cast<std::size_t>(filled % 8)];
  for (int i = display_width(result); i < cells; ++i) result += "·";
  return result;
}

std::string percent(double probability) {
  const double value = 100 * probability;
  return value >= 9.95 && value < 99 ? fmt::format("{:.0f} %", value)
                                     : fmt::format("{:.1f} %", value);
}

}  // namespace aicovid
