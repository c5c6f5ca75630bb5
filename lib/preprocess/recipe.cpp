#include "recipe.hpp"

#include "members.hpp"

#include "core/json.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>

namespace aicovid {
namespace {

using nlohmann::json;

/// Reads the operations one after the other, and holds each to its place.
class Parser {
 public:
  void add(Members& members, bool is_first) {
    if (is_first != (members.name() == Grey::kName)) {
      members.fail_order(is_first ? "\"grey\" first" : "\"grey\" once, as the first operation");
    }
    members.set_context(
        {.resized = resized_, .filtered_crop = filtered_crop_, .channels = recipe_.channels});
    bool known = false;
    std::size_t index = 0;
    const auto try_entry = [&]<typename Entry>(Entry) {
      using Type = typename Entry::Type;
      if (members.name() == Type::kName) {
        known = true;
        hold_to_place<Entry::kPlace>(members, index);
        const Type operation = Type::parse(members);
        note(operation);
        note_greatest(members, operation);
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

  bool resized() const { return resized_; }
  Recipe take() { return std::move(recipe_); }

 private:
  template <Place place>
  void hold_to_place(const Members& members, std::size_t index) {
    const std::string word = fmt::format("\"{}\"", members.name());
    if constexpr (place == Place::in_zero_to_one) {
      if (resized_ || inverted_ || mapped_) {
        members.fail_order(word + " once, before \"resize\", \"rescale\" and \"normalize\"");
      }
      inverted_ = true;
    } else if constexpr (place == Place::before_resize) {
      if (resized_) members.fail_order(word + " before \"resize\"");
      if (crops_ > index) {
        members.fail_order(fmt::format("{} once, before \"{}\"", word, name_of(crops_ - 1)));
      }
      crops_ = index + 1;
    } else if constexpr (place == Place::one_channel) {
      if (recipe_.channels > 1) members.fail_order(word + " before \"channels\"");
    } else if constexpr (place == Place::resize) {
      if (resized_) members.fail_order(word + " once");
    } else if constexpr (place == Place::after_resize) {
      if (!resized_) members.fail_order(word + " after \"resize\"");
      if (repeated_) members.fail_order(word + " once");
      repeated_ = true;
    }
  }

  /// What the operations that follow, and the plan's user, must know.
  template <typename Type>
  void note(const Type& operation) {
    if constexpr (std::is_same_v<Type, Resize>) {
      recipe_.height = operation.height;
      recipe_.width = operation.width;
      resized_ = true;
    } else if constexpr (std::is_same_v<Type, Channels>) {
      recipe_.channels = operation.count;
    } else if constexpr (std::is_same_v<Type, LungCrop>) {
      recipe_.needs_lung_box = true;
      cropped_ = true;
    } else if constexpr (std::is_same_v<Type, CentreCrop>) {
      cropped_ = true;
    } else if constexpr (std::is_same_v<Type, Clahe> || std::is_same_v<Type, Median>) {
      filtered_crop_ = cropped_;
    } else if constexpr (std::is_same_v<Type, Rescale> || std::is_same_v<Type, Normalize>) {
      mapped_ = true;
    }
  }

  /// Bounds what the numbers can become, so that none is infinite or NaN: no operation may lead
  /// beyond a quarter of float32's range, within which numbers and their differences can be added.
  template <typename Type>
  void note_greatest(const Members& members, const Type& operation) {
    constexpr double kMost = std::numeric_limits<float>::max() / 4;
    const auto through = [&](const PointFunction<double>& function) {
      const double shifted = greatest_ + std::abs(function.subtract);
      const double divided = shifted / std::abs(function.divide);
      const double multiplied = divided * std::abs(function.multiply);
      const double result = multiplied + std::abs(function.add);
      // Written so that NaN fails too.
      if (!(std::abs(function.multiply) <= kMost &&
            std::max({shifted, divided, result}) <= kMost)) {
        members.fail("op", fmt::format("members that keep its numbers within {:.1e}", kMost));
      }
      return result;
    };
    if constexpr (std::is_same_v<Type, Rescale>) {
      greatest_ = through(operation.function);
    } else if constexpr (std::is_same_v<Type, Normalize>) {
      double greatest = 0;
      for (const auto& function : operation.functions)
        greatest = std::max(greatest, through(function));
      greatest_ = greatest;
    } else if constexpr (std::is_same_v<Type, PadSquare>) {
      greatest_ = std::max(greatest_, std::abs(operation.value));
    } else if constexpr (std::is_same_v<Type, PercentileClip>) {
      greatest_ = 1;
    } else if constexpr (std::is_same_v<Type, Clahe>) {
      greatest_ = std::max(greatest_, 1.0);
    }
    if (greatest_ > kMost) members.fail("op", fmt::format("numbers within {:.1e}", kMost));
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
  bool resized_ = false;
  bool repeated_ = false;
  bool inverted_ = false;
  bool mapped_ = false;  ///< greys need not lie in [0, 1] any more
  double greatest_ = 1;  ///< bound of the numbers' magnitude
  bool cropped_ = false;
  bool filtered_crop_ = false;
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
