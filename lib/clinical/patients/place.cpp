#include "place.hpp"

#include <fmt/format.h>

namespace aicovid {

std::string to_string(const Place& place) {
  std::string text;
  const auto add = [&text](const char* what, std::size_t number) {
    if (number > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", what, number);
  };
  add("file", place.file);
  add("line", place.line);
  add("row", place.row);
  return text;
}

}  // namespace aicovid
