#include <aicovid/error.hpp>
#include <clinical/bedside_state.hpp>
#include <clinical/value_range.hpp>

#include <fmt/format.h>

namespace aicovid {

Finding receives_oxygen(const ClinicalRecord& record) {
  if (const auto flag = record.flag("on_oxygen")) return {flag, "on_oxygen"};
  const auto support = record.text("respiratory_support");
  if (!support) return {};
  return {*support != "none", "respiratory_support"};
}

std::optional<std::string> oxygen_derivation(const ClinicalRecord& record) {
  const Finding oxygen = receives_oxygen(record);
  if (oxygen.variable != "respiratory_support") return std::nullopt;
  return fmt::format("taken as {} from respiratory_support {}", *oxygen.answer,
                     *record.text("respiratory_support"));
}

Finding gcs_below_15(const ClinicalRecord& record) {
  std::optional<bool> below;
  if (const auto gcs = given_range(record, "gcs")) {
    if (gcs->lies_below(15)) below = true;
    // The scale ends at 15, in whole numbers.
    if (gcs->lies_above(14) || gcs->low == 15) below = false;
  }
  const auto consciousness = record.text("consciousness");
  if (!consciousness) return {below, below ? "gcs" : ""};
  const bool drowsy = *consciousness != "A";
  if (below && *below != drowsy) {
    throw Error(ErrorCode::bad_clinical_input,
                fmt::format("gcs is {}{} and consciousness is {}; expected gcs 15 with A and "
                            "below 15 with C, V, P or U",
                            record.comparator("gcs"), *record.number("gcs"), *consciousness));
  }
  return {drowsy, below ? "gcs" : "consciousness"};
}

Finding not_alert(const ClinicalRecord& record) {
  const Finding gcs = gcs_below_15(record);
  if (const auto consciousness = record.text("consciousness")) {
    return {*consciousness != "A", "consciousness"};
  }
  if (gcs.answer == false) return {false, "gcs"};
  return {};
}

}  // namespace aicovid
