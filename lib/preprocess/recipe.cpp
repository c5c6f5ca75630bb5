#include "recipe.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace aicovid {
namespace {

using nlohmann::json;

// More would not be a network's input; it bounds the memory that a plan can ask for.
constexpr int kMaxExtent = 8192;
constexpr int kMaxChannels = 64;

/// One operation of the list, with the words to complain about it.
class Member {
 public:
  Member(const json& list, std::size_t index) : object_(list[index]), index_(index) {
    if (!object_.is_object()) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("operation {} of the plan is {}; expected an object with \"op\"",
                              index_, object_.type_name()));
    }
    const auto op = object_.find("op");
    if (op == object_.end() || !op->is_string()) fail("op", "the name of an operation");
    name_ = op->get<std::string>();
  }

  const std::string& name() const { return name_; }

  [[noreturn]] void fail(std::string_view member, std::string_view expected) const {
    const auto found = object_.find(member);
    // The value is shortened: it may be anything.
    std::string value = found == object_.end()
                            ? "missing"
                            : found->dump(-1, ' ', true, json::error_handler_t::replace);
    if (value.size() > 60) value = value.substr(0, 60) + "...";
    throw Error(ErrorCode::invalid_argument,
                fmt::format("operation {} of the plan{}: \"{}\" is {}; expected {}", index_,
                            name_.empty() ? "" : " (" + name_ + ")", member, value, expected));
  }

  [[noreturn]] void fail_order(std::string_view expected) const {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("operation {} of the plan: \"op\" is \"{}\"; expected {}", index_,
                            name_, expected));
  }

  void allow(std::initializer_list<std::string_view> members) const {
    for (const auto& [key, value] : object_.items()) {
      if (key == "op" || std::ranges::find(members, key) != members.end()) continue;
      std::string known;
      for (const auto member : members)
        known += fmt::format("{}\"{}\"", known.empty() ? "" : ", ", member);
      fail(key, known.empty() ? "no member" : "only the members " + known);
    }
  }

  bool flag(std::string_view member, bool otherwise) const {
    const auto found = object_.find(member);
    if (found == object_.end()) return otherwise;
    if (!found->is_boolean()) fail(member, "true or false");
    return found->get<bool>();
  }

  double number(std::string_view member, std::optional<double> otherwise, double low,
                double high) const {
    const auto found = object_.find(member);
    if (found == object_.end() && otherwise) return *otherwise;
    const auto expected = std::isinf(high) ? std::isinf(low) ? std::string("a number")
                                                             : fmt::format("a number from {}", low)
                                           : fmt::format("a number from {} to {}", low, high);
    if (found == object_.end() || !found->is_number()) fail(member, expected);
    const double value = found->get<double>();
    if (!std::isfinite(value) || value < low || value > high) fail(member, expected);
    return value;
  }

  std::array<double, 2> pair(std::string_view member) const {
    const auto found = object_.find(member);
    if (found == object_.end() || !found->is_array() || found->size() != 2 ||
        !(*found)[0].is_number() || !(*found)[1].is_number()) {
      fail(member, "two numbers");
    }
    return {(*found)[0].get<double>(), (*found)[1].get<double>()};
  }

  /// A number, or a list of `channels` numbers.
  std::vector<double> per_channel(std::string_view member, int channels) const {
    const auto expected = channels == 1 ? std::string("a number (a list goes after \"channels\")")
                                        : fmt::format("a number or {} numbers", channels);
    const auto found = object_.find(member);
    if (found == object_.end()) fail(member, expected);
    if (found->is_number()) return {found->get<double>()};
    if (!found->is_array() || static_cast<int>(found->size()) != channels ||
        !std::ranges::all_of(*found, [](const json& item) { return item.is_number(); })) {
      fail(member, expected);
    }
    return found->get<std::vector<double>>();
  }

  int integer(const json& value, std::string_view member, int high,
              std::string_view expected) const {
    if (!value.is_number_integer() || value.get<double>() < 1 || value.get<double>() > high)
      fail(member, expected);
    return value.get<int>();
  }

  const json* find(std::string_view member) const {
    const auto found = object_.find(member);
    return found == object_.end() ? nullptr : &*found;
  }

 private:
  const json& object_;
  std::size_t index_;
  std::string name_;
};

Resize parse_resize(const Member& operation) {
  operation.allow({"size", "method"});
  const auto expected = fmt::format("an integer or [height, width], each from 1 to {}", kMaxExtent);
  const json* size = operation.find("size");
  if (size == nullptr) operation.fail("size", expected);
  Resize resize;
  if (size->is_array()) {
    if (size->size() != 2) operation.fail("size", expected);
    resize.height = operation.integer((*size)[0], "size", kMaxExtent, expected);
    resize.width = operation.integer((*size)[1], "size", kMaxExtent, expected);
  } else {
    resize.height = resize.width = operation.integer(*size, "size", kMaxExtent, expected);
  }
  if (const json* method = operation.find("method")) {
    if (*method == "area") {
      resize.method = Resize::Method::area;
    } else if (*method == "linear") {
      resize.method = Resize::Method::linear;
    } else if (*method == "gaussian") {
      resize.method = Resize::Method::gaussian;
    } else {
      operation.fail("method", "\"area\", \"linear\" or \"gaussian\"");
    }
  }
  return resize;
}

Affine<double> parse_rescale(const Member& operation) {
  operation.allow({"from", "to"});
  const auto from = operation.pair("from");
  const auto to = operation.pair("to");
  if (from[0] == from[1]) operation.fail("from", "two different numbers");
  return {
      .subtract = from[0], .divide = from[1] - from[0], .multiply = to[1] - to[0], .add = to[0]};
}

std::vector<Affine<double>> parse_normalize(const Member& operation, int channels) {
  operation.allow({"mean", "std"});
  const auto mean = operation.per_channel("mean", channels);
  const auto deviation = operation.per_channel("std", channels);
  if (std::ranges::any_of(deviation, [](double value) { return !(value > 0); })) {
    operation.fail("std", "a number above 0");
  }
  std::vector<Affine<double>> functions(std::max(mean.size(), deviation.size()));
  for (std::size_t i = 0; i < functions.size(); ++i) {
    functions[i].subtract = mean.size() == 1 ? mean[0] : mean[i];
    functions[i].divide = deviation.size() == 1 ? deviation[0] : deviation[i];
  }
  return functions;
}

std::vector<Affine<float>> to_float(const std::vector<Affine<double>>& functions) {
  std::vector<Affine<float>> result;
  result.reserve(functions.size());
  for (const auto& function : functions) {
    result.push_back({.subtract = static_cast<float>(function.subtract),
                      .divide = static_cast<float>(function.divide),
                      .multiply = static_cast<float>(function.multiply),
                      .add = static_cast<float>(function.add)});
  }
  return result;
}

/// True if the list has one of these operations already.
template <typename... Kinds>
bool has(const std::vector<BeforeResize>& operations) {
  return std::ranges::any_of(operations, [](const BeforeResize& operation) {
    return (std::holds_alternative<Kinds>(operation) || ...);
  });
}

void add_before_resize(const Member& operation, Recipe& recipe) {
  const auto& name = operation.name();
  if (name == "percentile_clip") {
    operation.allow({"low", "high"});
    const PercentileClip clip{.low = operation.number("low", 1, 0, 100),
                              .high = operation.number("high", 99, 0, 100)};
    if (clip.low >= clip.high) operation.fail("high", "a percentage above \"low\"");
    recipe.before.emplace_back(clip);
  } else if (name == "rescale") {
    recipe.before.emplace_back(parse_rescale(operation));
  } else if (name == "normalize") {
    recipe.before.emplace_back(parse_normalize(operation, 1).front());
  } else if (name == "lung_crop") {
    operation.allow({"margin", "square"});
    if (has<LungCrop, CentreCrop, PadSquare>(recipe.before)) {
      operation.fail_order("\"lung_crop\" once, before \"centre_crop\" and \"pad_square\"");
    }
    recipe.before.emplace_back(LungCrop{.margin = operation.number("margin", 0, 0, 10),
                                        .square = operation.flag("square", false)});
    recipe.needs_lung_box = true;
  } else if (name == "centre_crop") {
    operation.allow({});
    if (has<CentreCrop, PadSquare>(recipe.before))
      operation.fail_order("\"centre_crop\" once, before \"pad_square\"");
    recipe.before.emplace_back(CentreCrop{});
  } else if (name == "pad_square") {
    operation.allow({"value"});
    if (has<PadSquare>(recipe.before)) operation.fail_order("\"pad_square\" once");
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    recipe.before.emplace_back(
        PadSquare{.value = operation.number("value", 0, -kInfinity, kInfinity)});
  } else if (name == "channels") {
    operation.fail_order("\"channels\" after \"resize\"");
  } else {
    operation.fail_order(
        "\"percentile_clip\", \"rescale\", \"normalize\", \"lung_crop\", \"centre_crop\", "
        "\"pad_square\" or "
        "\"resize\"");
  }
}

void add_after_resize(const Member& operation, Recipe& recipe) {
  const auto& name = operation.name();
  if (name == "rescale") {
    recipe.after.push_back(to_float({parse_rescale(operation)}));
  } else if (name == "normalize") {
    recipe.after.push_back(to_float(parse_normalize(operation, recipe.channels)));
  } else if (name == "channels") {
    operation.allow({"count"});
    if (recipe.channels != 1) operation.fail_order("\"channels\" once");
    const auto expected = fmt::format("an integer from 1 to {}", kMaxChannels);
    const json* count = operation.find("count");
    if (count == nullptr) operation.fail("count", expected);
    recipe.channels = operation.integer(*count, "count", kMaxChannels, expected);
  } else {
    operation.fail_order("\"rescale\", \"normalize\" or \"channels\" after \"resize\"");
  }
}

}  // namespace

Recipe parse_recipe(std::string_view text) {
  const json list = json::parse(text, nullptr, false);
  if (!list.is_array() || list.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the plan is {}; expected a JSON list of operations",
                            list.is_discarded() ? "no JSON"
                            : list.empty()      ? "empty"
                                                : list.type_name()));
  }
  Recipe recipe;
  bool resized = false;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Member operation(list, i);
    if (i == 0) {
      if (operation.name() != "grey") operation.fail_order("\"grey\" first");
      operation.allow({"voi"});
      recipe.voi = operation.flag("voi", true);
    } else if (operation.name() == "grey") {
      operation.fail_order("\"grey\" once, as the first operation");
    } else if (resized) {
      add_after_resize(operation, recipe);
    } else if (operation.name() == "resize") {
      recipe.resize = parse_resize(operation);
      resized = true;
    } else {
      add_before_resize(operation, recipe);
    }
  }
  if (!resized) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the plan has {} operations and none is \"resize\"; expected one",
                            list.size()));
  }
  return recipe;
}

}  // namespace aicovid
