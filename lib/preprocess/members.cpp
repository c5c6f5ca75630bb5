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

int whole_number(const Members& members, const json& value, std::string_view member, int high,
                 std::string_view expected) {
  if (!value.is_number_integer() || value.get<double>() < 1 || value.get<double>() > high)
    members.fail(member, expected);
  return value.get<int>();
}

/// The operations after the resize work in float32.
bool is_float_number(const json& value) {
  return value.is_number() &&
         std::abs(value.get<double>()) <= double{std::numeric_limits<float>::max()};
}

/// As JSON writes it, with nothing but ASCII, and shortened: it may be anything.
std::string printable(std::string_view text) {
  constexpr std::size_t kMost = 60;
  std::string written =
      json(text.substr(0, kMost)).dump(-1, ' ', true, json::error_handler_t::replace);
  if (text.size() > kMost || written.size() > kMost) {
    written = written.substr(0, std::min(written.size() - 1, kMost)) + "...\"";
  }
  return written;
}

/// Of a list or an object the kind alone: it may be large, and deep.
std::string description(const json* value) {
  if (value == nullptr) return "missing";
  if (value->is_string()) return printable(value->get_ref<const std::string&>());
  return value->is_structured() ? std::string("an ") + value->type_name() : value->dump();
}

}  // namespace

Members::Members(const json& list, std::size_t index) : object_(list[index]), index_(index) {
  if (!object_.is_object()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("operation {} of the plan is {}; expected an object with \"op\"",
                            index_, object_.type_name()));
  }
  const json* op = find("op");
  if (op == nullptr || !op->is_string()) fail("op", "the name of an operation");
  name_ = op->get<std::string>();
}

void Members::fail(std::string_view member, std::string_view expected) const {
  throw Error(ErrorCode::invalid_argument,
              fmt::format("operation {} of the plan{}: {} is {}; expected {}", index_,
                          name_.empty() ? "" : " (" + name_ + ")", printable(member),
                          description(find(member)), expected));
}

void Members::fail_order(std::string_view expected) const {
  throw Error(ErrorCode::invalid_argument,
              fmt::format("operation {} of the plan: \"op\" is {}; expected {}", index_,
                          printable(name_), expected));
}

void Members::allow(std::initializer_list<std::string_view> members) const {
  for (const auto& [key, value] : object_.items()) {
    if (key == "op" || std::ranges::find(members, key) != members.end()) continue;
    std::string known;
    for (const auto member : members)
      known += fmt::format("{}\"{}\"", known.empty() ? "" : ", ", member);
    fail(key, known.empty() ? "no member" : "only the members " + known);
  }
}

bool Members::flag(std::string_view member, bool otherwise) const {
  const json* found = find(member);
  if (found == nullptr) return otherwise;
  if (!found->is_boolean()) fail(member, "true or false");
  return found->get<bool>();
}

double Members::number(std::string_view member, std::optional<double> otherwise) const {
  constexpr double kMost = std::numeric_limits<float>::max();
  return number(member, otherwise, -kMost, kMost);
}

double Members::number(std::string_view member, std::optional<double> otherwise, double low,
                       double high) const {
  const json* found = find(member);
  if (found == nullptr && otherwise) return *otherwise;
  const auto expected = high == std::numeric_limits<float>::max()
                            ? std::string("a number within float32")
                            : fmt::format("a number from {} to {}", low, high);
  if (found == nullptr || !found->is_number()) fail(member, expected);
  const double value = found->get<double>();
  if (!std::isfinite(value) || value < low || value > high) fail(member, expected);
  return value;
}

int Members::integer(std::string_view member, std::optional<int> otherwise, int high) const {
  const json* found = find(member);
  if (found == nullptr && otherwise) return *otherwise;
  const auto expected = fmt::format("an integer from 1 to {}", high);
  if (found == nullptr) fail(member, expected);
  return whole_number(*this, *found, member, high, expected);
}

std::pair<int, int> Members::size(std::string_view member, std::optional<int> otherwise,
                                  int high) const {
  const json* found = find(member);
  if (found == nullptr && otherwise) return {*otherwise, *otherwise};
  const auto expected = fmt::format("an integer or [height, width], each from 1 to {}", high);
  if (found == nullptr || (found->is_array() && found->size() != 2)) fail(member, expected);
  const json& height = found->is_array() ? (*found)[0] : *found;
  const json& width = found->is_array() ? (*found)[1] : *found;
  return {whole_number(*this, height, member, high, expected),
          whole_number(*this, width, member, high, expected)};
}

int Members::choice(std::string_view member, std::initializer_list<std::string_view> words) const {
  const json* found = find(member);
  if (found == nullptr) return 0;
  int index = 0;
  std::string expected;
  for (const auto word : words) {
    if (*found == word) return index;
    ++index;
    expected += fmt::format("{}\"{}\"", index == 1 ? "" : " or ", word);
  }
  fail(member, expected);
}

std::array<double, 2> Members::pair(std::string_view member) const {
  const json* found = find(member);
  if (found == nullptr || !found->is_array() || found->size() != 2 ||
      !std::ranges::all_of(*found, is_float_number)) {
    fail(member, "two numbers within float32");
  }
  return {(*found)[0].get<double>(), (*found)[1].get<double>()};
}

std::vector<double> Members::per_channel(std::string_view member) const {
  const auto channels = static_cast<std::size_t>(context_.channels);
  const auto expected =
      channels == 1 ? std::string("a number within float32 (a list goes after \"channels\")")
                    : fmt::format("a number or {} numbers within float32", channels);
  const json* found = find(member);
  if (found == nullptr) fail(member, expected);
  if (is_float_number(*found)) return {found->get<double>()};
  if (!found->is_array() || found->size() != channels ||
      !std::ranges::all_of(*found, is_float_number)) {
    fail(member, expected);
  }
  return found->get<std::vector<double>>();
}

const json* Members::find(std::string_view member) const {
  const auto found = object_.find(member);
  return found == object_.end() ? nullptr : &*found;
}

}  // namespace aicovid
