#include "failure_reason.hpp"

#include <algorithm>
#include <array>

namespace aicovid {
namespace {

constexpr std::size_t kLongest = 200;
constexpr auto npos = std::string_view::npos;

/// Gives what follows the type in a line such as "RuntimeError: reason", and nothing for other
/// lines.
std::string_view behind_exception_type(std::string_view line) {
  const std::size_t colon = line.find(": ");
  if (colon == npos) return {};
  const std::string_view type = line.substr(0, colon);
  const bool is_name = std::ranges::all_of(type, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.';
  });
  return is_name && (type.ends_with("Error") || type.ends_with("Exception"))
             ? line.substr(colon + 2)
             : "";
}

std::string_view trimmed(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\r");
  if (start == npos) return {};
  return text.substr(start, text.find_last_not_of(" \t\r") + 1 - start);
}

/// Tells whether OpenVINO says in this line where in its source, or in the network, it stood.
bool is_place(std::string_view line) {
  return line.starts_with("Exception from ") || line.starts_with("Check '") ||
         line.starts_with("While validating ") || line.starts_with("FrontEnd API failed");
}

/// Finds the line that tells the cause: after an interpreter's trace it is the one that begins with
/// the exception's type, else the first that is neither empty nor a place.
std::string_view telling_line(std::string_view message) {
  std::string_view first;
  while (!message.empty()) {
    const std::size_t end = std::min(message.find('\n'), message.size());
    const std::string_view line = trimmed(message.substr(0, end));
    if (const auto reason = behind_exception_type(line); !reason.empty()) return reason;
    if (first.empty() && !is_place(line)) first = line;
    message.remove_prefix(std::min(end + 1, message.size()));
  }
  return first;
}

/// Replaces what stands from `from` to the end of `to`.
void replace_span(std::string& text, std::string_view from, std::string_view to,
                  std::string_view by) {
  const std::size_t start = text.find(from);
  if (start == npos) return;
  const std::size_t end = text.find(to, start + from.size());
  if (end != npos) text.replace(start, end + to.size() - start, by);
}

bool is_path(std::string_view word) {
  constexpr std::array<std::string_view, 4> endings = {".cpp", ".cc:", ".h:", ".py"};
  return std::ranges::count(word, '/') >= 2 ||
         std::ranges::any_of(endings,
                             [&](std::string_view ending) { return word.find(ending) != npos; });
}

std::string without_paths(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    result += is_path(text.substr(0, end)) ? "(file)" : text.substr(0, end);
    if (end < text.size()) result += ' ';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

}  // namespace

std::string failure_reason(std::string_view message) {
  std::string line(telling_line(message));
  replace_span(line, "[enforce fail at ", "] . ", "");
  replace_span(line, " INTERNAL ASSERT FAILED at ", "please report a bug to PyTorch",
               " does not hold");
  line = without_paths(line);
  // What follows the first sentence is advice to PyTorch's own users.
  line.resize(std::min(line.find(". "), line.size()));
  line.resize(line.find_last_not_of(" .:") + 1);
  if (line.size() > kLongest) line = line.substr(0, kLongest) + "...";
  return line.empty() ? "no reason given" : line;
}

}  // namespace aicovid
