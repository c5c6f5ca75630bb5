#include "clinical_values.hpp"
#include "intended_use.hpp"
#include "text_layout.hpp"

#include "clinical/plain_name.hpp"

#include <aicovid/scores.hpp>
#include <aicovid/version.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <string>
#include <vector>

namespace aicovid {
namespace {

constexpr int kTitle = 20;     // where a score's result begins
constexpr int kResult = 42;    // where its meaning begins
constexpr int kLabelled = 24;  // where a labelled paragraph begins
constexpr int kItem = 32;      // where an item's value begins
constexpr int kPoints = 80;    // where an item's points begin

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
    // Finer than the bands' edges, so that a number never seems to lie in another band.
    const int digits = score.value->max < 20 ? 3 : 1;
    return range_text(*score.value,
                      [digits](double value) { return fmt::format("{:.{}f}", value, digits); });
  }
  if (score.probability) return range_text(*score.probability, percent);
  return "not computed";
}

/// The lowest and the highest band; nothing where it only repeats the points, or says too little.
std::string bands(const Score& score) {
  if (score.bands.empty() || score.bands_are_points) return {};
  if (score.bands.size() == 1) return score.bands.front();
  return score.points ? fmt::format("{} to {}", score.bands.front(), score.bands.back()) : "";
}

/// What the score tells of: the published risk of it, and the band.
std::string meaning(const Score& score) {
  if (score.status == ScoreStatus::not_applicable) return score.reason;
  std::vector<std::string> parts;
  const bool risk_is_result = !score.points && !score.value;
  if (score.probability && !risk_is_result) {
    parts.push_back(range_text(*score.probability, percent));
  }
  if (const std::string names = bands(score); !names.empty()) parts.push_back(names);
  const auto trigger = score.triggers.find("single_parameter_3");
  if (trigger != score.triggers.end() && trigger->second) {
    parts.emplace_back("one parameter alone scores 3");
  }
  if (parts.empty()) return score.outcome;
  return fmt::format("{}: {}", score.outcome, fmt::join(parts, "; "));
}

/// The items that are open, or, of a score without items, the variables.
std::vector<std::string> open_inputs(const Score& score) {
  if (score.items.empty()) return score.missing;
  std::vector<std::string> names;
  for (const ScoreItem& item : score.items) {
    if (!item.points.exact()) names.push_back(item.name);
  }
  return names;
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
         wrap("missing: " + plain_names(open_inputs(score)), kTextWidth - kTitle)) {
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

/// What an item was scored from, and what it lacks: the value alone where the item has its
/// variable's name, else the variables too.
std::string found(const ScoreItem& item, const ClinicalRecord& record) {
  std::vector<std::string> parts;
  for (const std::string& variable : item.from) {
    const std::string value = given_text(record, variable);
    parts.push_back(variable == item.name ? value
                                          : fmt::format("{} {}", plain_name(variable), value));
  }
  const bool itself = item.missing == std::vector<std::string>{item.name};
  if (itself && item.from.empty()) return "missing";
  if (!itself && !item.missing.empty()) parts.push_back("missing: " + plain_names(item.missing));
  return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, ", "));
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

struct AssumedNames {
  std::vector<std::string> eligible;  ///< not given
  std::vector<std::string> values;    ///< given as assumed
};

AssumedNames split_assumed(const Score& score, const ClinicalRecord& record) {
  const std::vector<std::string> assumed = record.assumed();
  AssumedNames names;
  for (const std::string& name : score.assumed) {
    const bool is_value = std::ranges::count(assumed, name) > 0;
    (is_value ? names.values : names.eligible).push_back(name);
  }
  return names;
}

std::string section(const Score& score, const ClinicalRecord& record) {
  std::string text = fmt::format("\n  {}: {}\n", score.title, result(score));
  for (const ScoreItem& item : score.items) text += item_row(item, record);
  const auto paragraph = [&text](std::string_view label, const std::string& words) {
    if (!words.empty()) text += hanging(fmt::format("  {}", label), words, kLabelled);
  };
  paragraph("Made for", score.population);
  const auto [eligible, values] = split_assumed(score, record);
  paragraph("Taken as eligible", eligible.empty() ? "" : plain_names(eligible) + " not given");
  paragraph("Assumed", values.empty() ? "" : plain_names(values) + ": not said by anybody");
  for (const std::string& note : score.notes) paragraph("Note", note);
  const bool doi = score.reference.starts_with("10.");
  paragraph("Source", (doi ? "doi:" : "") + score.reference);
  return text;
}

std::string warnings(const ScoreReport& report) {
  std::string text;
  for (const auto* list : {&report.clinical.warnings(), &report.warnings}) {
    for (const ClinicalWarning& warning : *list) text += hanging("-", warning.message, 4);
  }
  return text.empty() ? text : "\nWARNINGS\n\n" + text;
}

}  // namespace

std::string to_text(const ScoreReport& report) {
  std::string text = fmt::format("aicovid {}  published clinical scores\n{}\n", version(), rule());
  for (const Score& score : report.scores) text += row(score);
  text += warnings(report);
  std::string sections;
  for (const Score& score : report.scores) {
    if (score.status != ScoreStatus::not_applicable) sections += section(score, report.clinical);
  }
  if (!sections.empty()) text += "\nHOW EACH WAS MADE\n" + sections;
  return text + '\n' + rule() + fmt::format("\n  {}", kIntendedUse);
}

}  // namespace aicovid
