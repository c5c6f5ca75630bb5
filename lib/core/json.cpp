#include "core/json.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <set>

namespace aicovid {
namespace {

using Kind = JsonFault::Kind;

/// Writes the JSON path as ASCII and cuts it if long: a name may be anything.
std::string path_text(const std::vector<JsonStep>& path) {
  if (path.empty()) return "the text";
  nlohmann::json::json_pointer pointer;
  for (const JsonStep& step : path) {
    pointer.push_back(step.name ? *step.name : std::to_string(step.index));
  }
  constexpr std::size_t kLongest = 80;
  const std::string quoted =
      nlohmann::json(pointer.to_string())
          .dump(-1, ' ', /*ensure_ascii=*/true, nlohmann::json::error_handler_t::replace);
  const std::string text = quoted.substr(1, quoted.size() - 2);
  return text.size() > kLongest ? text.substr(0, kLongest) + "..." : text;
}

std::string usual_words(const JsonFault& fault) {
  switch (fault.kind) {
    case Kind::syntax:
      return fmt::format("parse error at line {}, column {}", fault.line, fault.column);
    case Kind::number_range:
      return fmt::format("{} is a number beyond a double's range; expected a finite number",
                         path_text(fault.path));
    case Kind::nesting:
      return fmt::format("values are nested deeper than {}", fault.limit);
    case Kind::given_twice:
      return fmt::format("{} is given twice; expected once", path_text(fault.path));
    case Kind::length_of_texts:
      break;
  }
  return fmt::format("a text is longer than {} bytes", fault.limit);
}

Error error_of(const JsonRules& rules, const JsonFault& fault) {
  return {rules.code,
          rules.words ? rules.words(fault) : fmt::format("{}: {}", rules.what, usual_words(fault))};
}

JsonFault syntax_fault(std::string_view text, std::size_t byte, std::vector<JsonStep> path) {
  const std::string_view before = text.substr(0, std::min(text.size(), byte > 0 ? byte - 1 : 0));
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return {.kind = Kind::syntax,
          .path = std::move(path),
          .line = 1 + static_cast<std::size_t>(std::ranges::count(before, '\n')),
          .column = before.size() - line_start + 1,
          .byte = before.size() + 1};
}

/// Follows the parser, and stops it at what the parsed document would not show.
template <typename Json>
class Watch {
 public:
  using Event = typename Json::parse_event_t;

  explicit Watch(const JsonRules& rules) : rules_(rules) {}

  void see(Event event, const Json& parsed) {
    switch (event) {
      case Event::object_start:
      case Event::array_start:
        open(event == Event::object_start);
        break;
      case Event::key:
        enter(parsed.template get_ref<const std::string&>());
        break;
      case Event::value:
        if (parsed.is_string() && !in_base64()) {
          check_length(parsed.template get_ref<const std::string&>());
        }
        count_item();
        break;
      case Event::object_end:
      case Event::array_end:
        open_.pop_back();
        break;
    }
  }

  /// Gives the way to the value that is being read.
  std::vector<JsonStep> path() const {
    std::vector<JsonStep> steps;
    for (const Container& container : open_) {
      const bool innermost = &container == &open_.back();
      if (!container.is_object) {
        // An item is counted once it was begun, and the innermost list's next one was not.
        steps.push_back({std::nullopt, innermost ? container.count : container.count - 1});
      } else if (container.count > 0) {
        steps.push_back({container.name, container.count - 1});
      }
    }
    return steps;
  }

  /// Gives the names of the outermost object's members.
  std::vector<std::string> take_names() { return std::move(names_); }

 private:
  struct Container {
    bool is_object = false;
    std::size_t count = 0;  ///< of members or items so far
    std::string name;       ///< of the last member
    std::set<std::string> names;
  };

  void open(bool is_object) {
    if (open_.size() >= static_cast<std::size_t>(rules_.deepest)) {
      fail(Kind::nesting, static_cast<std::size_t>(rules_.deepest));
    }
    count_item();
    open_.push_back({.is_object = is_object, .name = {}, .names = {}});
  }

  void enter(const std::string& name) {
    check_length(name);
    Container& object = open_.back();
    object.name = name;
    ++object.count;
    if (!object.names.insert(name).second) fail(Kind::given_twice);
    if (open_.size() == 1) names_.push_back(name);
  }

  void count_item() {
    if (!open_.empty() && !open_.back().is_object) ++open_.back().count;
  }

  bool in_base64() const {
    return !open_.empty() && open_.back().is_object && open_.back().name == "base64";
  }

  void check_length(const std::string& text) const {
    if (text.size() > rules_.longest_text) fail(Kind::length_of_texts, rules_.longest_text);
  }

  [[noreturn]] void fail(Kind kind, std::size_t limit = 0) const {
    throw error_of(rules_, {.kind = kind, .path = path(), .limit = limit});
  }

  const JsonRules& rules_;
  std::vector<Container> open_;
  std::vector<std::string> names_;
};

}  // namespace

template <typename Json>
Json parse_json(std::string_view text, const JsonRules& rules, std::vector<std::string>* names) {
  Watch<Json> watch(rules);
  Json document;
  try {
    document = Json::parse(text, [&watch](int, typename Json::parse_event_t event, Json& parsed) {
      watch.see(event, parsed);
      return true;
    });
  } catch (const typename Json::parse_error& error) {
    // The library's own message quotes the text, which may name a patient.
    throw error_of(rules, syntax_fault(text, error.byte, watch.path()));
  } catch (const typename Json::out_of_range&) {
    throw error_of(rules, {.kind = Kind::number_range, .path = watch.path()});
  }
  if (names != nullptr) *names = watch.take_names();
  return document;
}

template nlohmann::json parse_json(std::string_view, const JsonRules&, std::vector<std::string>*);
template OrderedJson parse_json(std::string_view, const JsonRules&, std::vector<std::string>*);

}  // namespace aicovid
