#include "core/json.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>
#include <string_view>
#include <vector>

using namespace aicovid;
using Kind = JsonFault::Kind;

namespace {

/// The message of the error that parsing ends with, as both kinds of document have it.
std::string message_of(std::string_view text, const JsonRules& rules = {.what = "a.json"}) {
  std::string message = "no error";
  try {
    parse_json<nlohmann::json>(text, rules);
  } catch (const Error& error) {
    CHECK(error.code() == rules.code);
    message = error.what();
  }
  try {
    parse_json<OrderedJson>(text, rules);
    CHECK(message == "no error");
  } catch (const Error& error) {
    CHECK(message == error.what());
  }
  return message;
}

/// What is wrong with a text.
JsonFault fault_of(std::string_view text) {
  JsonFault found;
  const JsonRules rules{
      .what = "", .deepest = 3, .longest_text = 8, .words = [&found](const JsonFault& fault) {
        found = fault;
        return std::string("a fault");
      }};
  CHECK(message_of(text, rules) == "a fault");
  return found;
}

/// "crp@1/value@0": each step's name, or nothing of an item, and its place.
std::string written(const std::vector<JsonStep>& path) {
  std::string text;
  for (const JsonStep& step : path) {
    text += (text.empty() ? "" : "/") + step.name.value_or("") + "@" + std::to_string(step.index);
  }
  return text;
}

}  // namespace

TEST_CASE("JSON: what is read is what was written", "[core]") {
  const std::string text = R"({"b":1,"a":[true,null,{"b":"x","a":-0.5}]})";
  CHECK(parse_json<OrderedJson>(text, {}).dump() == text);
  std::vector<std::string> names;
  CHECK(parse_json<nlohmann::json>(text, {}, &names) == nlohmann::json::parse(text));
  CHECK(names == std::vector<std::string>{"b", "a"});
  CHECK(parse_json<nlohmann::json>("[{\"a\": 1}, {\"a\": 2}]", {}, &names).size() == 2);
  CHECK(names.empty());
}

TEST_CASE("JSON: a syntax error is told with its place, not with its text", "[core]") {
  CHECK(message_of("") == "a.json: parse error at line 1, column 1");
  CHECK(message_of("{\n  \"sex\": Jane\n}") == "a.json: parse error at line 2, column 10");
  CHECK(message_of("{\"a\": 1} Jane") == "a.json: parse error at line 1, column 10");
  CHECK(message_of("{\"a\": \"\xff\"}") == "a.json: parse error at line 1, column 8");
  CHECK(fault_of("{\n  \"sex\": Jane\n}").byte == 12);
}

TEST_CASE("JSON: a member that is given twice is told by its path", "[core]") {
  CHECK(message_of(R"({"a": 1, "a": 1})") == "a.json: /a is given twice; expected once");
  CHECK(message_of(R"({"a": [0, {"b": 1, "c": {"d": 1, "d": 2}}]})") ==
        "a.json: /a/1/c/d is given twice; expected once");
  CHECK(message_of(R"({"a/b": 1, "a/b": 1})") == "a.json: /a~1b is given twice; expected once");
  CHECK(message_of(R"({"a\n\u00e9": 1, "a\n\u00e9": 1})") ==
        R"(a.json: /a\n\u00e9 is given twice; expected once)");
  const std::string name(1000, 'n');
  CHECK(message_of("{\"" + name + "\": 1, \"" + name + "\": 1}") ==
        "a.json: /" + std::string(79, 'n') + "... is given twice; expected once");
  CHECK(message_of(R"([{"a": {"b": 1}}, {"a": {"b": 1}}])") == "no error");
  CHECK(written(fault_of(R"({"b": [], "a": [0, {"c": 1, "d": 2, "c": 3}]})").path) == "a@1/@1/c@2");
}

TEST_CASE("JSON: a number beyond double is told by its path", "[core]") {
  CHECK(message_of("1e999") ==
        "a.json: the text is a number beyond a double's range; expected a finite number");
  CHECK(message_of(R"({"a": 0, "b": [1, [2], -1e999]})") ==
        "a.json: /b/2 is a number beyond a double's range; expected a finite number");
  CHECK(fault_of("[1e999]").kind == Kind::number_range);
}

TEST_CASE("JSON: no text exhausts the stack", "[core]") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + "1" + std::string(depth, ']');
  };
  CHECK(message_of(nested(32)) == "no error");
  CHECK(message_of(nested(33)) == "a.json: values are nested deeper than 32");
  CHECK(message_of(std::string(1'000'000, '[')) == "a.json: values are nested deeper than 32");
  const JsonFault fault = fault_of(R"({"a": [[], [{}]]})");
  CHECK(fault.kind == Kind::nesting);
  CHECK(fault.limit == 3);
  CHECK(written(fault.path) == "a@0/@1/@0");
}

TEST_CASE("JSON: a text may be as long as the rules say, one of base64 longer", "[core]") {
  CHECK(fault_of(R"(["12345678", "123456789"])").limit == 8);
  CHECK(written(fault_of(R"(["12345678", "123456789"])").path) == "@1");
  CHECK(fault_of(R"({"123456789": 1})").kind == Kind::length_of_texts);
  CHECK(fault_of(R"({"base64": ["123456789"]})").kind == Kind::length_of_texts);
  const JsonRules rules{.what = "a.json", .longest_text = 8};
  CHECK(message_of(R"({"base64": "123456789"})", rules) == "no error");
  CHECK(message_of(R"(["123456789"])", rules) == "a.json: a text is longer than 8 bytes");
}
