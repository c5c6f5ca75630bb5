#pragma once

#include <nlohmann/json.hpp>

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// A value of a bundle's JSON with its place, so that whatever is wrong with it can be named.
///
/// All readers throw Error{bad_bundle}: "SUBJECT: PLACE: expected WHAT". Refers to the JSON, which
/// must outlive it.
class ConfigValue {
 public:
  /// @param subject  "outcome icu_stay", "calibration platt.json"
  ConfigValue(const nlohmann::json& root, std::string subject)
      : json_(root), subject_(std::move(subject)) {}

  ConfigValue at(const std::string& name, std::string_view expected) const;
  std::optional<ConfigValue> find(const std::string& name) const;
  /// The members of an object, or the items of a list, with their names or numbers.
  std::vector<std::pair<std::string, ConfigValue>> members(std::string_view expected) const;
  /// An object that has no other members than these, so that a misspelt one is not ignored.
  void require_only(std::initializer_list<std::string_view> known) const;

  double number() const;
  double number_from_to(double low, double high) const;
  int count() const;         ///< a whole number of at least 0
  std::string text() const;  ///< not empty
  std::string one_of(std::initializer_list<std::string_view> terms) const;
  std::vector<double> numbers(std::size_t at_least) const;
  std::vector<double> ascending(std::size_t at_least) const;
  std::vector<std::string> texts() const;  ///< at least one

  bool is_object() const { return json_.get().is_object(); }
  [[noreturn]] void reject(std::string_view expected) const;
  /// Rejects a member that is there and should not be, or the other way round.
  [[noreturn]] void reject(const std::string& member, std::string_view expected) const;

 private:
  ConfigValue(const nlohmann::json& json, std::string subject, std::string place)
      : json_(json), subject_(std::move(subject)), place_(std::move(place)) {}
  std::string place_of(const std::string& member) const;

  std::reference_wrapper<const nlohmann::json> json_;
  std::string subject_;
  std::string place_;
};

}  // namespace aicovid
