#include "conditions.hpp"

namespace aicovid {

namespace {

void count_one(const ClinicalRecord& record, const Disease& disease, DiseaseCount& count) {
  std::vector<std::string> absent;
  bool present = false;
  for (const std::string_view condition : disease.conditions) {
    const auto flag = record.flag(condition);
    if (!flag) absent.emplace_back(condition);
    if (!flag.value_or(false)) continue;
    present = true;
    count.present.emplace_back(condition);
  }
  if (present) {
    ++count.least;
    ++count.most;
    return;
  }
  for (const std::string_view condition : disease.unclear) {
    const bool unless_told = disease.conditions.empty();
    if (record.flag(condition).value_or(unless_told)) absent.emplace_back(condition);
  }
  if (absent.empty()) return;
  ++count.most;
  count.open.insert(count.open.end(), absent.begin(), absent.end());
}

}  // namespace

DiseaseCount count_diseases(const ClinicalRecord& record, const std::vector<Disease>& diseases) {
  DiseaseCount count;
  for (const Disease& disease : diseases) count_one(record, disease, count);
  return count;
}

}  // namespace aicovid
