#include "variable_tables.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace aicovid {

std::vector<Variable> condition_variables() {
  std::vector<Variable> all;
  for (const auto& [name, meaning] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"hypertension", "hypertension"},
           {"diabetes", "diabetes"},
           {"coronary_disease", "coronary heart disease"},
           {"heart_failure", "heart failure"},
           {"atrial_fibrillation", "atrial fibrillation"},
           {"stroke", "stroke"},
           {"dementia", "dementia"},
           {"copd", "chronic obstructive pulmonary disease"},
           {"asthma", "asthma"},
           {"chronic_kidney_disease", "chronic kidney disease"},
           {"liver_disease", "liver disease"},
           {"cancer", "cancer"},
           {"obesity", "obesity"},
           {"hiv", "HIV infection"},
           {"connective_tissue_disease", "connective tissue disease"},
           {"chronic_neurological_disease", "chronic neurological disease"},
           {"cough", "cough"},
           {"dyspnoea", "dyspnoea"},
           {"smoking", "smoking"}}) {
    all.push_back({.name = name, .meaning = meaning, .lasting = true});
  }
  all.push_back({.name = "comorbidity_count_4c",
                 .meaning = "comorbidities as 4C Mortality counts them; 2 = two or more",
                 .kind = VariableKind::bare_number,
                 .low = 0,
                 .high = 2,
                 .range_source = kScale,
                 .whole = true,
                 .lasting = true});
  return all;
}

}  // namespace aicovid
