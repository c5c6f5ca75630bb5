#include "clinical/bedside_state.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>

namespace aicovid {

bool surely_raised(const ClinicalRecord& record, const OxygenQuantity& quantity) {
  const auto value = record.number(quantity.name);
  if (!value) return false;
  const std::string comparator = record.comparator(quantity.name);
  if (comparator.starts_with('<')) return false;
  return *value > quantity.on_room_air || (*value == quantity.on_room_air && comparator == ">");
}

Finding receives_oxygen(const ClinicalRecord& record) {
  if (const auto flag = record.flag("on_oxygen")) return {flag, "on_oxygen"};
  if (const auto support = record.text("respiratory_support")) {
    return {*support != "none", "respiratory_support"};
  }
  for (const OxygenQuantity& quantity : kOxygenQuantities) {
    if (surely_raised(record, quantity)) return {true, std::string(quantity.name)};
  }
  return {};
}

std::optional<std::string> oxygen_source(const ClinicalRecord& record) {
  const Finding oxygen = receives_oxygen(record);
  if (!oxygen.answer || oxygen.variable == "on_oxygen") return std::nullopt;
  const auto text = record.text(oxygen.variable);
  const std::string said = text ? *text
                                : fmt::format("{}{} {}", record.comparator(oxygen.variable),
                                              *record.number(oxygen.variable),
                                              ClinicalRecord::canonical_unit(oxygen.variable));
  return fmt::format("{} {}", oxygen.variable, said);
}

std::optional<std::string> oxygen_derivation(const ClinicalRecord& record) {
  const auto source = oxygen_source(record);
  if (!source) return std::nullopt;
  return fmt::format("taken as {} from {}", *receives_oxygen(record).answer, *source);
}

Finding gcs_below_15(const ClinicalRecord& record) {
  std::optional<bool> below;
  if (const auto gcs = record.range("gcs")) {
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
