#pragma once

#include "reading.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// Whether a code is read as a statement of oxygen or air, or as what stands against either.
bool is_code_of_oxygen(std::string_view system, std::string_view code);

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
      : at_(at), window_(options.bedside_hours), code_map_(options.code_map) {}

  /// Takes what a final Observation or its components say; false if that is no statement of oxygen
  /// or air. Flows, fractions and saturations are noted, and are values too.
  bool note(const nlohmann::json& observation, const FhirEntry& place);
  /// Takes an Observation that does not count: preliminary, with an unknown modifier, of nobody.
  /// What may be a flow, a fraction or a statement of oxygen stands against room air all the same.
  void note_doubt(const nlohmann::json& observation, const FhirEntry& place);

  /// The Observation by which high-flow oxygen was the latest statement up to the moment.
  std::optional<FhirEntry> stated_high_flow(std::optional<Instant> now) const;

  /// Adds `on_oxygen` where it is settled.
  ///
  /// @param spo2     when the saturation was measured that the record takes
  /// @param support  the entry of a support that lasted then, or lasts now, or may
  /// @return the entries whose flow or fraction must not be taken: a later statement of room air
  ///         leaves it open whether they still hold
  std::set<std::size_t> settle(std::optional<Instant> spo2, std::optional<FhirEntry> support,
                               RecordBuilder& builder) const;

 private:
  enum class Kind { saturation, flow, fraction, ventilator, statement };
  enum class Says { nothing, air, not_air, oxygen };
  struct Fact {
    Kind kind = Kind::saturation;
    Says says = Says::nothing;
    bool can_close = true;  ///< whether it may prove room air
    bool is_trial = false;  ///< of a saturation on room air, which says nothing of before and after
    bool is_high_flow = false;
    std::optional<double> percent;  ///< of a saturation
    bool is_on_air = false;         ///< a saturation that was measured on room air
    std::string time;               ///< exact; empty where only a day is told, or nothing
    Instant moment{};               ///< the same
    Instant first{};                ///< the first moment that it can be of
    Instant last{};
    FhirEntry place;
  };
  /// What the Observation itself or one of its components says; nothing where it says nothing of
  /// oxygen.
  std::optional<Fact> fact_of(const nlohmann::json& part, const nlohmann::json& observation,
                              const FhirEntry& place) const;
  void add(const Fact& fact);
  void add_doubt(Fact fact);
  /// What a statement says; kind `saturation` where the part is none.
  static Fact statement_of(const nlohmann::json& part);
  /// What a flow, a fraction or a saturation says; nothing where the part is none.
  std::optional<Fact> quantity_of(const nlohmann::json& part,
                                  const nlohmann::json& observation) const;

  const Fact* proof_of_air(Instant spo2) const;
  std::vector<const Fact*> against_air(Instant moment) const;
  /// Whether a later fact of its kind took its place by then.
  bool is_superseded(const Fact& fact, std::optional<Instant> until) const;
  /// Whether a saturation on room air is far from the one that is not known to be.
  bool is_far_from_others(const Fact& on_air) const;
  static void add_air(const Fact& air, RecordBuilder& builder);

  std::optional<Instant> at_;
  std::chrono::hours window_;
  CodeMap code_map_;
  std::vector<Fact> facts_;
  std::set<Instant> blood_gases_;
  /// When each kind was told anew, so that what was told before is over.
  std::map<Kind, std::set<Instant>> told_anew_;
};

}  // namespace aicovid
