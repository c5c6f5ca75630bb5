#pragma once

#include "variables.hpp"

#include <string_view>
#include <vector>

namespace aicovid {

// `variables()` is made of these tables, in this order.
std::vector<Variable> bedside_variables();
std::vector<Variable> laboratory_variables();
std::vector<Variable> condition_variables();

/// Units of a pressure.
std::vector<AcceptedUnit> pressure_units();

// These constants say where a range comes from. A range is never narrower than the one that a
// published score is valid in, and catches slips of unit and typing. It is no reference range of
// health.
inline constexpr std::string_view kClif =
    "CLIF";  // the outlier limits of the CLIF consortium's clifpy
inline constexpr std::string_view kWiderThanClif = "CLIF, widened";
inline constexpr std::string_view kFourC = "4C Deterioration, widened";
inline constexpr std::string_view kNccid = "NCCID, widened";
inline constexpr std::string_view kScale = "the scale itself";
inline constexpr std::string_view kOwn = "this project";
inline constexpr std::string_view kOwnAboveClif = "this project; low end above CLIF's";

// These constants say where the meaning of a LOINC code was read.
inline constexpr std::string_view kGecco =
    "GECCO";  // value sets of HL7 Germany's COVID-19 data set
inline constexpr std::string_view kFhir = "FHIR R4";     // the vital signs profiles
inline constexpr std::string_view kUsCore = "US Core";   // the pulse oximetry profile
inline constexpr std::string_view kEds = "EDSH";         // the French hospitals' core variables
inline constexpr std::string_view kCqm = "CQM";          // value sets of US quality measures, 2025
inline constexpr std::string_view kMii = "MII";          // the German module of intensive care
inline constexpr std::string_view kCarePaths = "TOTeM";  // Belgian care paths at home
inline constexpr std::string_view kLoincList = "LOINC names";  // long common names in public tables
inline constexpr std::string_view kCheckDigit = "check digit only";  // not read anywhere

}  // namespace aicovid
