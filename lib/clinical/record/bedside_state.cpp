#include "clinical/bedside_state.hpp"

#include "timestamp.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>

namespace aicovid {

namespace {

/// An alert patient opens the eyes by himself (4) and has motor function, so that he obeys (6); one
/// who cannot speak still has a verbal score of 1.
constexpr double kLeastOfAlert = 11;
constexpr double kEyesOpen = 4;

/// Whether the times say which of two given values is the later.
std::optional<bool> is_later(const ClinicalRecord& record, std::string_view one,
                             std::string_view other) {
  const auto time_of = [&](std::string_view name) {
    return parse_timestamp(record.given().at(std::string(name)).time);
  };
  const auto first = time_of(one);
  const auto second = time_of(other);
  if (!first || !second || first == second) return std::nullopt;
  return *first > *second;
}

Finding by_consciousness(const ClinicalRecord& record) {
  const auto consciousness = record.text("consciousness");
  if (!consciousness) return {};
  return {*consciousness != "A", "consciousness"};
}

Finding by_total(const ClinicalRecord& record) {
  const auto gcs = record.range("gcs");
  if (!gcs) return {};
  if (gcs->lies_below(15)) return {true, "gcs"};
  // The scale ends at 15, in whole numbers.
  if (gcs->lies_above(14) || gcs->low == 15) return {false, "gcs"};
  return {};
}

/// Eyes that open by themselves say nothing of speech.
Finding by_eyes(const ClinicalRecord& record) {
  const auto eyes = record.range("gcs_eyes");
  if (!eyes || !eyes->lies_below(kEyesOpen)) return {};
  return {true, "gcs_eyes"};
}

std::string said(const ClinicalRecord& record, const std::string& name) {
  if (const auto text = record.text(name)) return fmt::format("{} is {}", name, *text);
  return fmt::format("{} is {}{}", name, record.comparator(name), *record.number(name));
}

/// @throws Error{bad_clinical_input} if the times do not tell which of the two holds
Finding later_of(const Finding& one, const Finding& other, const ClinicalRecord& record) {
  if (const auto later = is_later(record, one.variable, other.variable)) {
    return *later ? one : other;
  }
  const bool is_gcs_first = one.variable == "gcs";
  throw Error(ErrorCode::bad_clinical_input,
              fmt::format("{} and {}; expected gcs 15 with consciousness A and gcs_eyes 4, and "
                          "below 15 with C, V, P or U",
                          said(record, is_gcs_first ? one.variable : other.variable),
                          said(record, is_gcs_first ? other.variable : one.variable)));
}

/// Whether they are ACVPU A and a Glasgow Coma Scale from 11 to 14: a patient who has been confused
/// for long is alert, so that both hold.
bool is_alert_with_gcs(const Finding& consciousness, const Finding& gcs,
                       const ClinicalRecord& record) {
  return consciousness.variable == "consciousness" && consciousness.answer == false &&
         gcs.variable == "gcs" && gcs.answer == true && record.range("gcs")->low >= kLeastOfAlert;
}

/// Whether a quantity that is not raised was measured after one that is.
bool was_weaned(const ClinicalRecord& record, const OxygenQuantity& raised) {
  return std::ranges::any_of(kOxygenQuantities, [&](const OxygenQuantity& other) {
    const auto range = record.range(other.name);
    return range && range->high <= other.on_room_air &&
           is_later(record, other.name, raised.name) == true;
  });
}

}  // namespace

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
    if (!surely_raised(record, quantity)) continue;
    if (was_weaned(record, quantity)) return {};
    return {true, std::string(quantity.name)};
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
  Finding said;
  for (const Finding& one : {by_consciousness(record), by_total(record), by_eyes(record)}) {
    if (!one.answer) continue;
    const bool differs = said.answer && said.answer != one.answer;
    if (differs && !is_alert_with_gcs(said, one, record)) {
      said = later_of(said, one, record);
    } else if (!said.answer || differs || one.variable == "gcs") {
      // Where it says the same, the scale itself is named.
      said = one;
    }
  }
  return said;
}

Finding not_alert(const ClinicalRecord& record) {
  Finding below = gcs_below_15(record);
  if (!below.answer) return {};
  Finding consciousness = by_consciousness(record);
  if (consciousness.answer == below.answer) return consciousness;
  if (!*below.answer || below.variable != "gcs") return below;
  if (const auto eyes = by_eyes(record); eyes.answer == true) return eyes;
  if (record.range("gcs")->lies_below(kLeastOfAlert)) return below;
  // A scale below 15 that is later than ACVPU A may be of a confusion that is new.
  if (consciousness.answer && is_later(record, "gcs", "consciousness") == true) return {};
  return consciousness;
}

}  // namespace aicovid
