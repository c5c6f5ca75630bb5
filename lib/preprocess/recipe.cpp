#include "recipe.hpp"

#include "members.hpp"

#include "core/json.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>

namespace aicovid {
namespace {

using nlohmann::json;

/// Reads the operations one after the other, holds each to its place, and to numbers of which none
/// can become infinite or NaN.
class Parser {
 public:
  void add(Members& members, bool is_first) {
    if (is_first != (members.name() == Grey::kName)) {
      members.fail_order(is_first ? "\"grey\" first" : "\"grey\" once, as the first operation");
    }
    members.set_context({.resized = image_.resized(),
                         .filtered_crop = image_.filtered_crop,
                         .channels = image_.channels});
    bool known = false;
    std::size_t index = 0;
    const auto try_entry = [&]<typename Entry>(Entry) {
      using Type = typename Entry::Type;
      if (members.name() == Type::kName) {
        known = true;
        hold_to_place<Entry::kPlace>(members, index);
        const Type operation = Type::parse(members);
        operation.update(image_);
        require_bounded_numbers(members);
        recipe_.operations.emplace_back(operation);
      }
      ++index;
    };
    const auto try_all = [&]<typename... Entries>(std::type_identity<std::tuple<Entries...>>) {
      (try_entry(Entries{}), ...);
    };
    try_all(std::type_identity<OperationTable>{});
    if (!known) members.fail_order("one of " + all_names());
  }

  bool resized() const { return image_.resized(); }
  Recipe take() { return std::move(recipe_); }

 private:
  template <Place place>
  void hold_to_place(const Members& members, std::size_t index) {
    const std::string word = fmt::format("\"{}\"", members.name());
    if constexpr (place == Place::in_zero_to_one) {
      if (image_.resized() || inverted_ || !image_.in_zero_to_one) {
        members.fail_order(word + " once, before \"resize\", \"rescale\" and \"normalize\"");
      }
      inverted_ = true;
    } else if constexpr (place == Place::before_resize) {
      if (image_.resized()) members.fail_order(word + " before \"resize\"");
      if (crops_ > index) {
        members.fail_order(fmt::format("{} once, before \"{}\"", word, name_of(crops_ - 1)));
      }
      crops_ = index + 1;
    } else if constexpr (place == Place::one_channel) {
      if (image_.channels > 1) members.fail_order(word + " before \"channels\"");
    } else if constexpr (place == Place::resize) {
      if (image_.resized()) members.fail_order(word + " once");
    } else if constexpr (place == Place::after_resize) {
      if (!image_.resized()) members.fail_order(word + " after \"resize\"");
      if (repeated_) members.fail_order(word + " once");
      repeated_ = true;
    }
  }

  void require_bounded_numbers(const Members& members) const {
    const double greatest = image_.greatest_number;
    // NaN is not within the bound either.
    if (greatest <= kGreatestNumber) return;
    // It is finite where a member itself is too large, and not where a function leads beyond.
    members.fail("op",
                 fmt::format("{} within {:.1e}",
                             std::isfinite(greatest) ? "numbers" : "members that keep its numbers",
                             kGreatestNumber));
  }

  static std::string name_of(std::size_t wanted) {
    return std::apply(
        [&](auto... entries) {
          std::size_t index = 0;
          std::string name;
          ((index++ == wanted ? void(name = decltype(entries)::Type::kName) : void()), ...);
          return name;
        },
        OperationTable{});
  }
  static std::string all_names() {
    std::string names;
    for (std::size_t i = 0; i < std::tuple_size_v<OperationTable>; ++i)
      names += (i == 0 ? "" : ", ") + name_of(i);
    return names;
  }

  Recipe recipe_;
  ImageFacts& image_ = recipe_.image;
  bool repeated_ = false;
  bool inverted_ = false;
  std::size_t crops_ = 0;  ///< one past the last of them in the table
};

}  // namespace

namespace {

std::string words_of(const JsonFault& fault) {
  if (fault.kind == JsonFault::Kind::nesting) {
    return fmt::format("the plan's values are nested deeper than {}; expected a list of operations",
                       fault.limit);
  }
  if (fault.kind == JsonFault::Kind::given_twice) {
    const std::string name = fault.path.back().name->substr(0, 60);
    return fmt::format("an operation of the plan has {} twice; expected once",
                       json(name).dump(-1, ' ', true, json::error_handler_t::replace));
  }
  return "the plan is no JSON; expected a JSON list of operations";
}

}  // namespace

Recipe parse_recipe(std::string_view text) {
  constexpr int kDeepest = 8;  // an operation's lists are at 3
  const auto list = parse_json<json>(text, {.what = "plan",
                                            .code = ErrorCode::invalid_argument,
                                            .deepest = kDeepest,
                                            .words = words_of});
  if (!list.is_array() || list.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the plan is {}; expected a JSON list of operations",
                            list.empty() ? "empty" : list.type_name()));
  }
  Parser parser;
  for (std::size_t i = 0; i < list.size(); ++i) {
    Members members(list, i);
    parser.add(members, i == 0);
  }
  if (!parser.resized()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the plan has {} operations and none is \"resize\"; expected one",
                            list.size()));
  }
  return parser.take();
}

}  // namespace aicovid
