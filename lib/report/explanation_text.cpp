#include "clinical_values.hpp"
#include "text_layout.hpp"

#include <aicovid/clinical_explanation.hpp>

#include <fmt/format.h>
#include <string>
#include <string_view>

namespace aicovid {
namespace {

constexpr int kColumn = 27;  ///< where the values begin

/// "12 mg/dL, that is 120 mg/L"; the canonical value only where the unit was another.
std::string value_of(const ClinicalEvidence& evidence, const ClinicalVariables& known) {
  const ClinicalValue& value = evidence.value;
  if (!value.number && !value.text && !value.flag) return {};
  std::string text = value_for_people(value);
  const std::string unit = known.canonical_unit(evidence.variable);
  if (evidence.canonical && value.unit != unit) {
    ClinicalValue canonical = value;
    canonical.number = evidence.canonical;
    canonical.unit = unit;
    text += ", that is " + value_for_people(canonical);
  }
  return text;
}

std::string_view in_words(EvidenceFate fate) {
  switch (fate) {
    case EvidenceFate::taken:
      return "";
    case EvidenceFate::agreeing:
      return "not taken: the same as the one that was taken";
    case EvidenceFate::earlier:
      return "not taken: earlier";
    case EvidenceFate::outside_hours:
      return "not taken: outside the hours that count";
    case EvidenceFate::conflicting:
      return "not taken: it contradicts another value";
    case EvidenceFate::unreadable:
      return "not read";
  }
  return "";
}

std::string line(const ClinicalEvidence& evidence, const ClinicalVariables& known) {
  std::string text;
  const auto add = [&text](std::string_view separator, std::string_view part) {
    if (part.empty()) return;
    if (!text.empty()) text += separator;
    text += part;
  };
  add("", value_of(evidence, known));
  add(", ", evidence.place);
  add(", code ", evidence.code);
  add(", ", evidence.value.time);
  add("; ", in_words(evidence.fate));
  add(": ", evidence.reason);
  return text.empty() ? "given" : text;
}

}  // namespace

std::string to_text(const ClinicalExplanation& explanation) {
  std::string text = "WHERE EACH VALUE COMES FROM\n\n";
  std::string last;
  for (const ClinicalEvidence& evidence : explanation.evidence) {
    const std::string label = evidence.variable == last ? "" : evidence.variable;
    text += hanging(label, line(evidence, explanation.variables), kColumn);
    last = evidence.variable;
  }
  if (!explanation.unread.empty()) text += "\nCODES THAT ARE NO CLINICAL VARIABLE\n\n";
  for (const UnreadCode& one : explanation.unread) {
    text += hanging(
        one.code,
        fmt::format("{}, {} {}", one.system, one.entries, one.entries == 1 ? "entry" : "entries"),
        kColumn);
  }
  if (!explanation.record.warnings().empty()) text += "\nWARNINGS\n\n";
  for (const ClinicalWarning& warning : explanation.record.warnings()) {
    text += hanging("-", warning.message, 4);
  }
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace aicovid
