// Clinical records in each of the forms that are read: JSON, tables, FHIR.

#include "allocation_watch.hpp"
#include "expected_errors.hpp"

#include "clinical/declared_variables.hpp"

#include <aicovid/clinical_patients.hpp>
#include <aicovid/clinical_record.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>
#include <variant>

using namespace aicovid;

namespace {

/// What holds for every record that was accepted.
void check(const ClinicalRecord& record) {
  for (const auto& [name, value] : record.canonical()) {
    const auto range = record.range(name);
    if (!std::isfinite(value) || !range || !(range->low <= range->high)) std::abort();
  }
  const ClinicalRecord again =
      ClinicalRecord::parse_json(record.to_json(), {.variables = record.variables()});
  if (again.given() != record.given() || again.canonical() != record.canonical()) std::abort();
}

/// One variable of each kind is declared, as make_seeds.py uses them.
const ClinicalVariables& declared() {
  static const ClinicalVariables variables = read_declared_variables(nlohmann::json::parse(R"([
    {"name": "interleukin_6", "meaning": "-", "kind": "quantity", "range": [0, 100000],
     "units": [{"code": "pg/mL"}, {"code": "ng/mL", "factor": 1000}], "loinc": ["26881-3"],
     "source": "-"},
    {"name": "frailty", "meaning": "-", "kind": "number", "range": [1, 9], "whole": true,
     "source": "-"},
    {"name": "immunosuppressed", "meaning": "-", "kind": "boolean", "lasting": true, "source": "-"},
    {"name": "triage", "meaning": "-", "kind": "term", "terms": ["red", "green"], "source": "-"}])"));
  return variables;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::array<ClinicalOptions, 5> all_options = {
      {{},
       {.at = "2020-04-01T12:00:00Z", .variables = declared()},
       {.row = "A1", .id_column = "id"},
       {.clean = Cleaning::nccid},
       {.at = "2020-04-01T12:00:00Z", .clean = Cleaning::nccid}}};
  for (const ClinicalOptions& options : all_options) {
    for (const auto parse : {&parse_clinical, &ClinicalRecord::parse_json,
                             &ClinicalRecord::parse_csv, &ClinicalRecord::parse_fhir}) {
      const fuzz::AllocationWatch watch;
      // Options that do not fit the form, like a row of a JSON record, are no fault of the text.
      fuzz::with_errors({ErrorCode::bad_clinical_input, ErrorCode::patient_mismatch,
                         ErrorCode::invalid_argument, ErrorCode::unsupported},
                        [&] { check(parse(text, options)); });
      watch.check(0, size);
    }
    const fuzz::AllocationWatch watch;
    fuzz::with_errors(
        {ErrorCode::bad_clinical_input, ErrorCode::invalid_argument, ErrorCode::unsupported}, [&] {
          parse_clinical_patients(text, {.each = options}, [](const ClinicalPatient& patient) {
            if (const auto* record = std::get_if<ClinicalRecord>(&patient.result)) check(*record);
          });
        });
    watch.check(0, size);
  }
  return 0;
}
