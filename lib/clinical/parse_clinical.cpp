#include "formats/csv_record.hpp"
#include "formats/json_object.hpp"
#include "formats/json_record.hpp"
#include "formats/text_kind.hpp"
#include "formats/utf8.hpp"
#include "patients/json_patient.hpp"
#include "patients/ndjson.hpp"

#include <aicovid/clinical_explanation.hpp>
#include <aicovid/clinical_record.hpp>
#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace aicovid {

namespace {

/// This is far more than the values of a patient, or a table of all patients of a hospital, need.
constexpr std::size_t kLargestText = 64U << 20U;

[[noreturn]] void reject_several(ErrorCode code, const std::string& why) {
  throw Error(code, fmt::format("the clinical values are NDJSON{}; expected those of one patient "
                                "(aicovid clinical --all reads those of many)",
                                why));
}

/// Reads NDJSON of one patient, as an export of the patient's resources is: a Bundle of them.
ClinicalExplanation explain_lines(const std::vector<TextLine>& lines,
                                  const ClinicalOptions& options) {
  require_no_row(options);
  std::vector<nlohmann::json> resources;
  for (const TextLine& line : lines) {
    JsonObject object = parse_json_object(line.text, line.number);
    if (kind_of(object.document) != JsonKind::resource) {
      reject_several(ErrorCode::bad_clinical_input, " of several Bundles or records");
    }
    resources.push_back(std::move(object.document));
  }
  try {
    return explain_object({bundle_of(std::move(resources)), {}}, options);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::patient_mismatch) throw;
    reject_several(error.code(), fmt::format(", and as one Bundle {}", error.what()));
  }
}

}  // namespace

ClinicalExplanation explain_clinical(std::string_view text, const ClinicalOptions& options) {
  if (text.size() > kLargestText) {
    throw Error(ErrorCode::bad_clinical_input,
                fmt::format("the clinical values have {} bytes; expected at most {}", text.size(),
                            kLargestText));
  }
  const std::string plain = clinical_text(std::string(text));
  require_utf8(plain);
  if (!begins_json(plain)) return explain_csv(plain, options);
  const std::vector<TextLine> lines = ndjson_lines(plain);
  if (!lines.empty()) return explain_lines(lines, options);
  return explain_object(parse_json_object(plain), options);
}

ClinicalRecord parse_clinical(std::string_view text, const ClinicalOptions& options) {
  return explain_clinical(text, options).record;
}

}  // namespace aicovid
