#include "ndjson.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace aicovid {

namespace {

std::vector<TextLine> lines_of(std::string_view text) {
  std::vector<TextLine> lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == line.npos) continue;
    lines.push_back({number, line.substr(first, line.find_last_not_of(" \t\r") + 1 - first)});
  }
  return lines;
}

}  // namespace

std::vector<TextLine> ndjson_lines(std::string_view text) {
  const auto begins_object = [](const TextLine& line) { return line.text.starts_with('{'); };
  std::vector<TextLine> lines = lines_of(text);
  if (lines.size() < 2 || !begins_object(lines.front())) return {};
  if (nlohmann::json::accept(lines.front().text)) return lines;
  // The first line may be the one that is damaged.
  const bool are_objects = std::ranges::all_of(lines, begins_object);
  return are_objects && !nlohmann::json::accept(text) ? lines : std::vector<TextLine>{};
}

}  // namespace aicovid
