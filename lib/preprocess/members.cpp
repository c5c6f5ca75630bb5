#include "members.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace aicovid {
namespace {

using nlohmann::json;

/// The operations after the resize work in float32.
constexpr double kMostInFloat = std::numeric_limits<float>::max();

bool is_float_number(const json& value) {
  return value.is_number() && std::abs(value.get<double>()) <= kMostInFloat;
}

/// Writes a text as JSON does, with nothing but ASCII, and shortened: it may be anything.
std::string printable(std::string_view text) {
  constexpr std::size_t kMost = 60;
  std::string written =
      json(text.substr(0, kMost)).dump(-1, ' ', true, json::error_handler_t::replace);
  if (text.size() > kMost || written.size() > kMost) {
    written = written.substr(0, std::min(written.size() - 1, kMost)) + "...\"";
  }
  return written;
}

/// Tells of a list or an object the kind alone: it may be large, and deep.
std::string description(const json& object, const std::string& member) {
  const auto found = object.find(member);
  if (found == object.end()) return "missing";
  if (found->is_string()) return printable(found->get_ref<const std::string&>());
  return found->is_structured() ? std::string("an ") + found->type_name() : found->dump();
}

const json& object_at(const json& list, std::size_t index) {
  if (!list[index].is_object()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("operation {} of the plan is {}; expected an object with \"op\"", index,
                            list[index].type_name()));
  }
  return list[index];
}

std::string name_of(const json& object) {
  const auto op = object.find("op");
  return op != object.end() && op->is_string() ? op->get<std::string>() : "";
}

/// Names the operation's member, and what the whole of it is.
ConfigValue::Fault fault_of(const json& object, std::size_t index) {
  return [&object, index](std::span<const std::string> place, std::string_view expected) {
    const std::string name = name_of(object);
    const std::string& member = place.front();
    return Error(ErrorCode::invalid_argument,
                 fmt::format("operation {} of the plan{}: {} is {}; expected {}", index,
                             name.empty() ? "" : " (" + name + ")", printable(member),
                             description(object, member), expected));
  };
}

}  // namespace

Members::Members(const json& list, std::size_t index)
    : index_(index),
      name_(name_of(object_at(list, index))),
      object_(list[index], fault_of(list[index], index)) {
  if (!at("op", "the name of an operation").json().is_string()) {
    fail("op", "the name of an operation");
  }
}

void Members::fail(std::string_view member, std::string_view expected) const {
  object_.reject(std::string(member), expected);
}

void Members::fail_order(std::string_view expected) const {
  throw Error(ErrorCode::invalid_argument,
              fmt::format("operation {} of the plan: \"op\" is {}; expected {}", index_,
                          printable(name_), expected));
}

void Members::allow(std::initializer_list<std::string_view> members) const {
  for (const auto& [key, value] : object_.json().items()) {
    if (key == "op" || std::ranges::find(members, key) != members.end()) continue;
    std::string known;
    for (const auto member : members)
      known += fmt::format("{}\"{}\"", known.empty() ? "" : ", ", member);
    fail(key, known.empty() ? "no member" : "only the members " + known);
  }
}

bool Members::flag(std::string_view member, bool otherwise) const {
  const auto found = find(member);
  if (!found) return otherwise;
  if (!found->json().is_boolean()) fail(member, "true or false");
  return found->json().get<bool>();
}

double Members::number(std::string_view member, std::optional<double> otherwise) const {
  return number(member, otherwise, -kMostInFloat, kMostInFloat);
}

double Members::number(std::string_view member, std::optional<double> otherwise, double low,
                       double high) const {
  if (otherwise && !find(member)) return *otherwise;
  const auto expected = high == kMostInFloat ? std::string("a number within float32")
                                             : fmt::format("a number from {} to {}", low, high);
  return at(member, expected).number_from_to(low, high, expected);
}

int Members::integer(std::string_view member, std::optional<int> otherwise, int high) const {
  if (otherwise && !find(member)) return *otherwise;
  const auto expected = fmt::format("an integer from 1 to {}", high);
  return at(member, expected).whole_number(1, high, expected);
}

std::pair<int, int> Members::size(std::string_view member, std::optional<int> otherwise,
                                  int high) const {
  if (otherwise && !find(member)) return {*otherwise, *otherwise};
  const auto expected = fmt::format("an integer or [height, width], each from 1 to {}", high);
  const ConfigValue value = at(member, expected);
  if (!value.json().is_array()) {
    const int side = value.whole_number(1, high, expected);
    return {side, side};
  }
  const auto sides = value.members(expected);
  if (sides.size() != 2) fail(member, expected);
  return {sides[0].second.whole_number(1, high, expected),
          sides[1].second.whole_number(1, high, expected)};
}

int Members::choice(std::string_view member, std::initializer_list<std::string_view> words) const {
  const auto found = find(member);
  if (!found) return 0;
  int index = 0;
  std::string expected;
  for (const auto word : words) {
    if (found->json() == word) return index;
    ++index;
    expected += fmt::format("{}\"{}\"", index == 1 ? "" : " or ", word);
  }
  fail(member, expected);
}

std::array<double, 2> Members::pair(std::string_view member) const {
  constexpr std::string_view kExpected = "two numbers within float32";
  const ConfigValue value = at(member, kExpected);
  const json& found = value.json();
  if (!found.is_array() || found.size() != 2 || !std::ranges::all_of(found, is_float_number)) {
    fail(member, kExpected);
  }
  return {found[0].get<double>(), found[1].get<double>()};
}

std::vector<double> Members::per_channel(std::string_view member) const {
  const auto channels = static_cast<std::size_t>(context_.channels);
  const auto expected =
      channels == 1 ? std::string("a number within float32 (a list goes after \"channels\")")
                    : fmt::format("a number or {} numbers within float32", channels);
  const ConfigValue value = at(member, expected);
  const json& found = value.json();
  if (is_float_number(found)) return {found.get<double>()};
  if (!found.is_array() || found.size() != channels ||
      !std::ranges::all_of(found, is_float_number)) {
    fail(member, expected);
  }
  return found.get<std::vector<double>>();
}

std::optional<ConfigValue> Members::find(std::string_view member) const {
  return object_.find(std::string(member));
}

ConfigValue Members::at(std::string_view member, std::string_view expected) const {
  return object_.at(std::string(member), expected);
}

}  // namespace aicovid
