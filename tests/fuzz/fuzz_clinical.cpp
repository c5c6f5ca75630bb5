// Clinical records in each of the forms that are read: JSON, tables, FHIR.

#include "allocation_watch.hpp"
#include "expected_errors.hpp"

#include <aicovid/clinical_record.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace aicovid;

namespace {

/// What holds for every record that was accepted.
void check(const ClinicalRecord& record) {
  for (const auto& [name, value] : record.canonical()) {
    const auto range = record.range(name);
    if (!std::isfinite(value) || !range || !(range->low <= range->high)) std::abort();
  }
  const ClinicalRecord again = ClinicalRecord::parse_json(record.to_json());
  if (again.given() != record.given() || again.canonical() != record.canonical()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::array<ClinicalOptions, 5> all_options = {
      {{},
       {.at = "2020-04-01T12:00:00Z"},
       {.row = "A1", .id_column = "id"},
       {.clean = Cleaning::nccid},
       {.at = "2020-04-01T12:00:00Z", .clean = Cleaning::nccid}}};
  for (const ClinicalOptions& options : all_options) {
    for (const auto parse : {&parse_clinical, &ClinicalRecord::parse_json,
                             &ClinicalRecord::parse_csv, &ClinicalRecord::parse_fhir}) {
      const fuzz::AllocationWatch watch;
      // Options that do not fit the form, like a row of a JSON record, are no fault of the text.
      fuzz::with_errors({ErrorCode::bad_clinical_input, ErrorCode::invalid_argument},
                        [&] { check(parse(text, options)); });
      watch.check(0, size);
    }
  }
  return 0;
}
