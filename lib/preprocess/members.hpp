#pragma once

#include "core/config_value.hpp"

#include <array>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aicovid {

/// The members of one operation of a recipe. Every reader throws Error{invalid_argument} naming the
/// operation's index, the member, what it is and what was expected. Views a JSON list that must
/// outlive it.
class Members {
 public:
  Members(const nlohmann::json& list, std::size_t index);

  /// The operation's.
  const std::string& name() const { return name_; }

  /// What stands before this operation in the recipe.
  struct Context {
    bool resized = false;
    bool filtered_crop = false;  ///< a crop, and then a filter
    int channels = 1;
  };
  void set_context(const Context& context) { context_ = context; }
  bool after_resize() const { return context_.resized; }
  bool after_filtered_crop() const { return context_.filtered_crop; }

  [[noreturn]] void fail(std::string_view member, std::string_view expected) const;
  [[noreturn]] void fail_order(std::string_view expected) const;

  /// Holds the operation to these members and "op".
  void allow(std::initializer_list<std::string_view> members) const;

  bool flag(std::string_view member, bool otherwise) const;
  /// A finite number. Required where `otherwise` is empty, as below.
  double number(std::string_view member, std::optional<double> otherwise) const;
  double number(std::string_view member, std::optional<double> otherwise, double low,
                double high) const;
  /// A whole number from 1 to `high`.
  int integer(std::string_view member, std::optional<int> otherwise, int high) const;
  /// An integer, or [height, width], each from 1 to `high`.
  std::pair<int, int> size(std::string_view member, std::optional<int> otherwise, int high) const;
  /// The index of the word; 0 where the member is missing.
  int choice(std::string_view member, std::initializer_list<std::string_view> words) const;
  std::array<double, 2> pair(std::string_view member) const;
  /// A number, or a list with a number for each channel.
  std::vector<double> per_channel(std::string_view member) const;

 private:
  std::optional<ConfigValue> find(std::string_view member) const;
  /// A member that may not be missing.
  ConfigValue at(std::string_view member, std::string_view expected) const;

  std::size_t index_;
  std::string name_;
  ConfigValue object_;
  Context context_;
};

}  // namespace aicovid
