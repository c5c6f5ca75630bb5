#pragma once

#include "oxygen_fact.hpp"
#include "reading.hpp"

#include <chrono>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace aicovid {

/// What a Bundle's Observations say of supplemental oxygen: flow and fraction, "breathing room air"
/// and "patient on oxygen", and the saturation that they are of.
///
/// `on_oxygen` is false only where one of these is of the SpO2's own moment: an FiO2 of at most 21
/// %, a flow of 0, or a statement of room air. It stays open where a higher flow or fraction, or a
/// statement of oxygen, stands against it, or a treatment or a device that gives oxygen.
class OxygenEvidence {
 public:
  /// @param at      the moment that the values are for, if one was asked for
  /// @param options  how long before it a vital sign counts, and the site's own codes
  OxygenEvidence(std::optional<Instant> at, const ClinicalOptions& options)
      : at_(at), window_(options.bedside_hours), options_(options) {}

  /// Whether an Observation states that there is oxygen, or room air.
  enum class Statement { none, clear, unclear };

  /// Takes what a final Observation or its components say. Flows, fractions and saturations are
  /// noted, and are values too.
  Statement note(const nlohmann::json& observation, const FhirEntry& place);
  /// Takes an Observation that does not count: preliminary, with an unknown modifier, of nobody.
  /// What may be a flow, a fraction or a statement of oxygen stands against room air all the same.
  void note_doubt(const nlohmann::json& observation, const FhirEntry& place);

  /// Takes what is not read at all, and may say anything.
  void note_unread(const FhirEntry& place);

  /// Whether a blood gas was taken at the moment, or may have been.
  bool is_of_blood_gas_then(Instant moment) const;

  /// The Observation by which high-flow oxygen was the latest statement up to the moment.
  std::optional<FhirEntry> stated_high_flow(std::optional<Instant> now) const;

  /// Adds `on_oxygen` where it is settled.
  ///
  /// @param spo2     when the saturation was measured that the record takes
  /// @param support  the entry of a support that lasted then, or lasts now, or may
  /// @return the variables of which no value must be taken: a statement of room air, or another
  ///         value that lasts, leaves it open whether the latest still holds
  std::set<std::string_view> settle(std::optional<Instant> spo2, std::optional<FhirEntry> support,
                                    RecordBuilder& builder) const;

 private:
  using Fact = OxygenFact;
  using Kind = OxygenFact::Kind;
  using Says = OxygenFact::Says;

  void add(const Fact& fact);
  void add_doubt(Fact fact);
  void note_blood_gas(const nlohmann::json& observation);
  /// The variable that a fact of the kind is a value of; empty for a statement.
  static std::string_view name_of(Kind kind);
  /// The variables of which one value lasts beyond a later one that differs.
  std::set<std::string_view> outlasted(Instant now) const;

  const Fact* proof_of_air(Instant spo2) const;
  std::vector<const Fact*> against_air(Instant moment) const;
  /// Whether a later fact of its kind took its place by then.
  bool is_superseded(const Fact& fact, std::optional<Instant> until) const;
  /// Whether a saturation on room air is far from the one that is not known to be.
  bool is_far_from_others(const Fact& on_air) const;
  static void add_air(const Fact& air, RecordBuilder& builder);

  std::optional<Instant> at_;
  std::chrono::hours window_;
  const ClinicalOptions& options_;
  std::vector<Fact> facts_;
  std::set<std::pair<Instant, Instant>> blood_gases_;  ///< from when to when each may be of
  /// When each kind was told anew, so that what was told before is over.
  std::map<Kind, std::set<Instant>> told_anew_;
};

}  // namespace aicovid
