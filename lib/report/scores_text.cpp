#include "clinical_values.hpp"
#include "intended_use.hpp"
#include "text_layout.hpp"

#include <aicovid/scores.hpp>
#include <aicovid/version.hpp>
#include <clinical/plain_name.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <string>
#include <vector>

namespace aicovid {
namespace {

constexpr int kTitle = 18;   // where a score's result begins
constexpr int kResult = 40;  // where its meaning begins
constexpr int kItem = 32;    // where an item's value begins
constexpr int kPoints = 60;  // where an item's points begin

std::string range_text(const Bounds& bounds, const auto& written) {
  return bounds.exact() ? written(bounds.min)
                        : fmt::format("{} to {}", written(bounds.min), written(bounds.max));
}

std::string points_text(const Bounds& bounds) {
  return range_text(bounds, [](double points) { return fmt::format("{:g}", points); });
}

/// The number, or the range of it.
std::string result(const Score& score) {
  if (score.status == ScoreStatus::not_applicable) return "not applicable";
  if (score.points) {
    return fmt::format("{} of {} points", points_text(*score.points),
                       score.maximum_points.value_or(0));
  }
  if (score.value) {
    const int digits = score.value->max < 20 ? 2 : 0;
    return range_text(*score.value,
                      [digits](double value) { return fmt::format("{:.{}f}", value, digits); });
  }
  if (score.probability) return range_text(*score.probability, percent);
  return "not computed";
}

/// The band and the published risk.
std::string meaning(const Score& score) {
  if (score.status == ScoreStatus::not_applicable) return score.reason;
  std::vector<std::string> parts;
  // A band that only repeats the points says nothing.
  const bool told = score.bands.empty() || score.bands.front().ends_with(" points");
  if (!told) {
    parts.push_back(score.bands.size() == 1
                        ? score.bands.front()
                        : fmt::format("{} to {}", score.bands.front(), score.bands.back()));
  }
  for (const auto& [trigger, set] : score.triggers) {
    if (trigger == "single_parameter_3" && set) parts.emplace_back("one parameter alone scores 3");
  }
  const bool risk_is_result = !score.points && !score.value;
  if (score.probability && !risk_is_result) {
    parts.push_back(range_text(*score.probability, percent) + " risk of " + score.outcome);
  } else {
    parts.push_back(score.outcome);
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

/// Labelled text over two columns, both wrapped.
std::string row(const Score& score) {
  const auto left = wrap(result(score), kResult - kTitle - 2);
  const auto right = wrap(meaning(score), kTextWidth - kResult);
  std::string text;
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    std::string line = pad_right(i == 0 ? "  " + score.title : "", kTitle);
    line += pad_right(i < left.size() ? left[i] : "", kResult - kTitle);
    if (i < right.size()) line += right[i];
    text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  if (!score.missing.empty() && score.status == ScoreStatus::incomplete) {
    for (const std::string& line :
         wrap("missing: " + plain_names(score.missing), kTextWidth - kTitle)) {
      text += pad_right("", kTitle) + line + '\n';
    }
  }
  return text;
}

std::string given_text(const ClinicalRecord& record, const std::string& variable) {
  const std::string origin = record.derived_from(variable);
  const auto value = record.given().find(origin.empty() ? variable : origin);
  if (value == record.given().end()) return {};
  const std::string text = value_for_people(value->second);
  return origin.empty() ? text : fmt::format("{} {}", plain_name(origin), text);
}

/// What an item was scored from: the value where the item has its variable's name, else the
/// variables too.
std::string found(const ScoreItem& item, const ClinicalRecord& record) {
  if (item.from.empty()) return "missing";
  std::vector<std::string> parts;
  for (const std::string& variable : item.from) {
    const std::string value = given_text(record, variable);
    parts.push_back(variable == item.name ? value
                                          : fmt::format("{} {}", plain_name(variable), value));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string item_row(const ScoreItem& item, const ClinicalRecord& record) {
  std::string text;
  const auto lines = wrap(found(item, record), kPoints - kItem - 2);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string line = pad_right(i == 0 ? "    " + plain_name(item.name) : "", kItem);
    line += i == 0 ? pad_right(lines[i], kPoints - kItem) + points_text(item.points) : lines[i];
    text += line + '\n';
  }
  return text;
}

std::string section(const Score& score, const ClinicalRecord& record) {
  std::string text = fmt::format("\n  {}: {}\n", score.title, result(score));
  for (const ScoreItem& item : score.items) text += item_row(item, record);
  const auto paragraph = [&text](std::string_view label, const std::string& words) {
    if (!words.empty()) text += hanging(fmt::format("  {}", label), words, kTitle);
  };
  paragraph("Made for", score.population);
  paragraph("Taken as so", score.assumed.empty()
                               ? ""
                               : plain_names(score.assumed) + " not given: taken to be eligible");
  for (const std::string& note : score.notes) paragraph("Note", note);
  const bool doi = score.reference.starts_with("10.");
  paragraph("Source", (doi ? "doi:" : "") + score.reference);
  return text;
}

std::string warnings(const ClinicalRecord& record) {
  std::string text = record.warnings().empty() ? "" : "\nWARNINGS\n\n";
  for (const ClinicalWarning& warning : record.warnings()) {
    text += hanging("-", warning.message, 4);
  }
  return text;
}

}  // namespace

std::string to_text(const ScoreReport& report) {
  std::string text = fmt::format("aicovid {}  published clinical scores\n{}\n", version(), rule());
  for (const Score& score : report.scores) text += row(score);
  text += warnings(report.clinical) + "\nHOW EACH WAS MADE\n";
  for (const Score& score : report.scores) {
    if (score.status != ScoreStatus::not_applicable) text += section(score, report.clinical);
  }
  return text + '\n' + rule() + fmt::format("\n  {}", kIntendedUse);
}

}  // namespace aicovid
