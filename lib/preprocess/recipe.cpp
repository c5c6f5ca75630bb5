#include "recipe.hpp"

#include "members.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
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
  bool cropped_ = false;
  bool filtered_crop_ = false;
  std::size_t crops_ = 0;  ///< one past the last of them in the table
};

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
