#pragma once

#include <aicovid/clinical_record.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// A disease of a score's list, as the conditions of the record that stand for it.
struct Disease {
  std::vector<std::string_view>
      conditions;  ///< any of them is it; none of them, given as false, is not
  /// These conditions may count or not. Without one of the others, each leaves the disease open
  /// until it is given as false.
  std::vector<std::string_view> unclear;
};

/// How many of a score's diseases the patient has.
struct DiseaseCount {
  int least = 0;
  int most = 0;
  std::vector<std::string> present;  ///< conditions that count
  std::vector<std::string> open;     ///< variables that leave the count open
  std::vector<std::string> assumed;  ///< conditions that do not count, and are assumed to be absent
};

DiseaseCount count_diseases(const ClinicalRecord& record, const std::vector<Disease>& diseases);

}  // namespace aicovid
