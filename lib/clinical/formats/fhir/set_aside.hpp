#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace aicovid {

class RecordBuilder;

/// Why the values of an entry of a Bundle are not in the record.
enum class SetAside {
  unknown_code,
  not_final,
  without_value,
  without_time,
  contradictory,
  not_present,
  without_subject,
  about_another,
  unknown_modifier,
  nested_bundle,
  other_request,
  other_version,
  ambiguous_unit,
  contained,
};

/// An entry of a Bundle, as messages name it: "entry[3] (Observation)".
struct FhirEntry {
  std::size_t index = 0;  ///< among all entries, those of Bundles within the Bundle too
  std::string type;       ///< of its resource; empty for one that is not read
  std::string name;       ///< "entry[3].entry[0]"; empty: "entry[INDEX]"
};

std::string to_string(const FhirEntry& entry);

/// The entries that were set aside, each once for a reason.
class SetAsideEntries {
 public:
  void add(SetAside reason, const FhirEntry& entry);
  /// Adds an entry of which a value could not be read, and why.
  void add_unreadable(const FhirEntry& entry, const std::string& why);
  /// Adds a warning for each reason that names its entries, the first ten one by one, and one for
  /// each value that could not be read.
  void report(RecordBuilder& builder) const;

 private:
  std::map<SetAside, std::map<std::size_t, std::string>> entries_;
  std::set<std::pair<std::size_t, std::string>> unreadable_;  ///< with the message
};

}  // namespace aicovid
