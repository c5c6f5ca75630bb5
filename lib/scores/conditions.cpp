#include "conditions.hpp"

namespace aicovid {

namespace {

bool is_assumed(const ClinicalRecord& record, std::string_view condition) {
  const auto value = record.given().find(std::string(condition));
  return value != record.given().end() && value->second.assumed;
}

void count_one(const ClinicalRecord& record, const Disease& disease, DiseaseCount& count) {
  std::vector<std::string> open;
  bool present = false;
  for (const std::string_view condition : disease.conditions) {
    const auto flag = record.flag(condition);
    if (!flag) open.emplace_back(condition);
    if (flag != true) continue;
    present = true;
    count.present.emplace_back(condition);
  }
  if (present) {
    ++count.least;
    ++count.most;
    return;
  }
  for (const auto& conditions : {disease.conditions, disease.unclear}) {
    for (const std::string_view condition : conditions) {
      if (is_assumed(record, condition)) count.assumed.emplace_back(condition);
    }
  }
  for (const std::string_view condition : disease.unclear) {
    if (record.flag(condition) != false) open.emplace_back(condition);
  }
  if (open.empty()) return;
  ++count.most;
  count.open.insert(count.open.end(), open.begin(), open.end());
}

}  // namespace

DiseaseCount count_diseases(const ClinicalRecord& record, const std::vector<Disease>& diseases) {
  DiseaseCount count;
  for (const Disease& disease : diseases) count_one(record, disease, count);
  return count;
}

}  // namespace aicovid
