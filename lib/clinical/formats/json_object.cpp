#include "json_object.hpp"

#include <aicovid/error.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "variables/unknown_name.hpp"

namespace aicovid {

namespace {

/// FHIR's deepest resources nest some ten levels. Copying a value of the JSON library takes stack
/// by the level, so that deep nesting would end the process.
constexpr int kDeepestNesting = 64;

[[noreturn]] void reject(const std::string& message) {
  throw Error(ErrorCode::bad_clinical_input, message);
}

/// Watches the parser for nesting, and for what the parsed document no longer shows: names given
/// twice.
class ParserWatch {
 public:
  using Event = nlohmann::json::parse_event_t;

  bool operator()(int depth, Event event, const nlohmann::json& parsed) {
    const bool opens = event == Event::object_start || event == Event::array_start;
    if (opens && depth >= kDeepestNesting) {
      reject(fmt::format("the clinical record is nested deeper than {} levels; expected fewer",
                         kDeepestNesting));
    }
    if (event == Event::object_start) {
      open_.emplace_back();
    } else if (event == Event::object_end) {
      open_.pop_back();
    } else if (event == Event::key) {
      const auto& name = parsed.get_ref<const std::string&>();
      if (open_.size() == 1) names_.push_back(name);
      if (!open_.back().insert(name).second) {
        const std::string inner =
            open_.size() == 1 ? "" : fmt::format(".{}", printable_member(name));
        reject(fmt::format("{}{} is given twice; expected once", field(), inner));
      }
    }
    return true;
  }

  /// The record's member that is being read.
  std::string field() const {
    if (names_.empty()) return "the clinical record";
    return printable_name(fmt::format("member {}", names_.size()), names_.back());
  }
  /// Of the members so far.
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::set<std::string>> open_;
  std::vector<std::string> names_;
};

/// "line 2, column 7 (byte 25)"; the column counts bytes, all count from one.
std::string position(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, std::min(text.size(), byte > 0 ? byte - 1 : 0));
  const auto line = 1 + std::ranges::count(before, '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return fmt::format("line {}, column {} (byte {})", line, before.size() - line_start + 1,
                     before.size() + 1);
}

}  // namespace

JsonObject parse_json_object(std::string_view text) {
  ParserWatch watch;
  nlohmann::json document;
  try {
    document = nlohmann::json::parse(
        text, [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
          return watch(depth, event, parsed);
        });
  } catch (const nlohmann::json::parse_error& error) {
    // The parser's own message quotes the text, which may name a patient.
    reject(fmt::format("the clinical record is no JSON from {} on; expected a JSON object",
                       position(text, error.byte)));
  } catch (const nlohmann::json::out_of_range&) {
    reject(fmt::format("{} is a number beyond a double's range; expected a finite number",
                       watch.field()));
  }
  if (!document.is_object()) {
    reject(
        fmt::format("the clinical record is a JSON {}; expected an object", document.type_name()));
  }
  return {std::move(document), watch.names()};
}

}  // namespace aicovid
