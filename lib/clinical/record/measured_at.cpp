#include "clinical/measured_at.hpp"

#include "timestamp.hpp"
#include "variables/variables.hpp"

namespace aicovid {

std::map<std::string, std::chrono::sys_seconds> measured_at(const ClinicalRecord& record) {
  std::map<std::string, std::chrono::sys_seconds> times;
  for (const auto& [name, value] : record.given()) {
    const Variable* variable = find_variable(name, record.variables());
    const auto time = parse_timestamp(value.time);
    if (!variable || variable->lasting || !time) continue;
    times.emplace(name, std::chrono::floor<std::chrono::seconds>(*time));
  }
  return times;
}

}  // namespace aicovid
