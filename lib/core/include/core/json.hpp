#pragma once

#include <aicovid/error.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// JSON whose members keep their order.
using OrderedJson = nlohmann::ordered_json;

/// One step of the way to a value: a member of an object, or an item of a list.
struct JsonStep {
  std::optional<std::string> name;  ///< of a member
  std::size_t index = 0;            ///< its place in the text, from 0
};

/// What is wrong with a JSON text, and where.
struct JsonFault {
  enum class Kind : std::uint8_t {
    syntax,           ///< it is no JSON from a place on
    number_range,     ///< a number is beyond a double's range
    nesting,          ///< a list or object is deeper than the rules allow
    given_twice,      ///< an object has a member twice
    length_of_texts,  ///< a text or name is longer than the rules allow
  };
  Kind kind = Kind::syntax;
  std::vector<JsonStep> path;  ///< to the value that was read
  std::size_t limit = 0;       ///< the rules' own, of `nesting` and `length_of_texts`
  /// The place of a syntax error; a column counts bytes, all count from 1.
  std::size_t line = 1;
  std::size_t column = 1;
  std::size_t byte = 1;
};

/// What a JSON text may be, and how it is said that it is not.
struct JsonRules {
  std::string what;  ///< for messages: "manifest.json"
  ErrorCode code = ErrorCode::corrupt;
  /// Levels of lists and objects, so that no text can exhaust the stack of who walks through it.
  int deepest = 32;
  /// Bytes of a text or name; a member named `base64` may be longer.
  std::size_t longest_text = std::numeric_limits<std::size_t>::max();
  /// The message of a fault; without it "WHAT: " and, where there is one, the fault's JSON path.
  std::function<std::string(const JsonFault&)> words;
};

/// Parses a JSON text, each object of which has each of its members once.
///
/// @tparam Json   nlohmann::json or OrderedJson
/// @param  names  if given, it is set to the names of the outermost object's members in the order
///                of the text, which nlohmann::json does not keep
/// @throws Error{rules.code}; the usual message repeats the names of members, but no value
template <typename Json>
Json parse_json(std::string_view text, const JsonRules& rules,
                std::vector<std::string>* names = nullptr);

extern template nlohmann::json parse_json(std::string_view, const JsonRules&,
                                          std::vector<std::string>*);
extern template OrderedJson parse_json(std::string_view, const JsonRules&,
                                       std::vector<std::string>*);

}  // namespace aicovid
