#pragma once

#include <aicovid/error.hpp>

#include <functional>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aicovid {

/// A value of a configuration's JSON with its place, so that whatever is wrong with it can be
/// named. Refers to the JSON, which must outlive it.
class ConfigValue {
 public:
  /// Makes the error of a value that is wrong or missing.
  ///
  /// @param place  the names and numbers that lead to it; empty for the root
  using Fault = std::function<Error(std::span<const std::string> place, std::string_view expected)>;

  /// All readers throw Error{bad_bundle}: "SUBJECT: PLACE: expected WHAT".
  ///
  /// @param subject  "outcome icu_stay", "calibration platt.json"
  ConfigValue(const nlohmann::json& root, const std::string& subject);
  /// All readers throw what `fault` makes.
  ConfigValue(const nlohmann::json& root, Fault fault) : json_(root), fault_(std::move(fault)) {}

  ConfigValue at(const std::string& name, std::string_view expected) const;
  std::optional<ConfigValue> find(const std::string& name) const;
  /// The members of an object, or the items of a list, with their names or numbers.
  std::vector<std::pair<std::string, ConfigValue>> members(std::string_view expected) const;
  /// Holds an object to these members, so that a misspelt one is not ignored.
  void require_only(std::initializer_list<std::string_view> known) const;

  double number() const;
  double number_from_to(double low, double high) const;
  double number_from_to(double low, double high, std::string_view expected) const;
  int whole_number(int low, int high, std::string_view expected) const;
  int count() const;         ///< a whole number of at least 0
  std::string text() const;  ///< not empty
  std::string one_of(std::initializer_list<std::string_view> terms) const;
  std::vector<double> numbers(std::size_t at_least) const;
  std::vector<double> ascending(std::size_t at_least) const;
  std::vector<std::string> texts() const;  ///< at least one

  const nlohmann::json& json() const { return json_; }
  bool is_object() const { return json().is_object(); }
  [[noreturn]] void reject(std::string_view expected) const;
  /// Rejects a member that is there and should not be, or the other way round.
  [[noreturn]] void reject(const std::string& member, std::string_view expected) const;

 private:
  ConfigValue(const nlohmann::json& json, Fault fault, std::vector<std::string> place)
      : json_(json), fault_(std::move(fault)), place_(std::move(place)) {}
  std::vector<std::string> place_of(const std::string& member) const;

  std::reference_wrapper<const nlohmann::json> json_;
  Fault fault_;
  std::vector<std::string> place_;
};

}  // namespace aicovid
