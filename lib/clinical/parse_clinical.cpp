#include "formats/csv_record.hpp"
#include "formats/fhir/record.hpp"
#include "formats/json_object.hpp"
#include "formats/json_record.hpp"

#include <aicovid/clinical_record.hpp>
#include <aicovid/error.hpp>

#include <fmt/format.h>

namespace aicovid {

namespace {

/// This is far more than the values of a patient, or a table of all patients of a hospital, need.
constexpr std::size_t kLargestText = 64U << 20U;

}  // namespace

ClinicalExplanation explain_clinical(std::string_view text, const ClinicalOptions& options) {
  if (text.size() > kLargestText) {
    throw Error(ErrorCode::bad_clinical_input,
                fmt::format("the clinical values have {} bytes; expected at most {}", text.size(),
                            kLargestText));
  }
  // Some editors begin a text in UTF-8 with a byte order mark.
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool is_json = first != text.npos && (text[first] == '{' || text[first] == '[');
  if (!is_json) return explain_csv(text, options);
  const JsonObject object = parse_json_object(text);
  if (object.document.contains("resourceType")) return explain_fhir(object.document, options);
  return explain_json(object, options);
}

ClinicalRecord parse_clinical(std::string_view text, const ClinicalOptions& options) {
  return explain_clinical(text, options).record;
}

}  // namespace aicovid
