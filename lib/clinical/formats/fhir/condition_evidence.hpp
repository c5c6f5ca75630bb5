#pragma once

#include "condition.hpp"
#include "reading.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// What the Conditions of a Bundle say of each disease, together.
class ConditionEvidence {
 public:
  /// Takes a Condition of a disease; false if it says nothing that the record can hold.
  bool add(const FhirCondition& condition, const FhirEntry& place);
  /// Notes Conditions of which nobody knows the disease, or whose they are.
  void note_unread(std::size_t entries = 1) { unread_ += entries; }
  /// Notes that the problem list is said to have all diseases.
  void note_complete() { is_complete_ = true; }
  bool is_complete() const { return is_complete_; }

  /// Adds the diseases that are present; those refuted as a whole that nothing speaks for; and, of
  /// a complete problem list whose Conditions are all read, the absent ones, as assumed.
  void settle(FhirReading& reading) const;

 private:
  struct Present {
    FhirEntry place;
    std::set<std::string> codes;
  };
  struct Statements {
    std::vector<Present> present;
    std::optional<FhirEntry> refuted;     ///< the first that refutes all that the variable means
    std::set<std::string> refuted_codes;  ///< of those that refute a part of it
    bool open = false;                    ///< it may be so, or was so once
  };
  /// The first Condition that says it is so, and of which no other refutes the very code.
  static const Present* undenied(const Statements& statements);
  void settle_absent(FhirReading& reading) const;

  std::map<std::string_view, Statements> of_;
  std::size_t unread_ = 0;
  bool is_complete_ = false;
};

}  // namespace aicovid
