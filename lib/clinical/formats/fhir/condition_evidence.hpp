#pragma once

#include "condition.hpp"
#include "reading.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace aicovid {

/// What the Conditions of a Bundle say of each disease, together.
class ConditionEvidence {
 public:
  /// Takes a Condition of a disease; false if it says nothing that the record can hold.
  bool add(const FhirCondition& condition, const FhirEntry& place);
  /// Notes a Condition of which nobody knows the disease, or whose it is.
  void note_unread() { ++unread_; }
  /// Notes that the problem list is said to have all diseases.
  void note_complete() { is_complete_ = true; }

  /// Adds the diseases that are present; those refuted as a whole that nothing speaks for; and, of
  /// a complete problem list whose Conditions are all read, the absent ones, as assumed.
  void settle(FhirReading& reading) const;

 private:
  struct Statements {
    std::optional<FhirEntry> present;  ///< the first entry that says so
    std::optional<FhirEntry> refuted;  ///< the first that refutes all that the variable means
    bool open = false;                 ///< it may be so, or was so once
  };
  void settle_absent(FhirReading& reading) const;

  std::map<std::string_view, Statements> of_;
  std::size_t unread_ = 0;
  bool is_complete_ = false;
};

}  // namespace aicovid
