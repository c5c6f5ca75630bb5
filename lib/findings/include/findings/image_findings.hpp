#pragma once

#include "findings/config.hpp"

#include <aicovid/findings.hpp>
#include <aicovid/tensor.hpp>

#include <map>
#include <string>

namespace aicovid {

/// Scores, intervals and the probability of infiltrates from the severity network's named outputs:
/// `zones` [1,6], `extent` and `opacity` [1,1], `infiltrates_logit` [1,1], `severity_index` [1,1],
/// `attribution` [1,1,h,w] (those it has).
///
/// @param source  what the severity network's raster covers, in the radiograph's pixels
/// @throws Error{bad_bundle} if the config asks for an output that is not there, or one has another
/// shape
void add_severity(ImageFindings& findings, const FindingsConfig& config,
                  const std::map<std::string, Tensor>& outputs, const Rectangle& source);

/// q moved from the prevalence it was calibrated at to another one by prior odds.
///
/// @throws Error{invalid_argument} for a prevalence outside (0, 1)
/// Source: Saerens et al. 2002, Neural Computation 14:21, equation 2.4.
double shift_prevalence(double probability, double from, double to);

/// True where Patient Orientation says that image rows run to the patient's left and columns to the
/// feet: "L\F", as `patient_orientation_of` reads it. "L\FR", an image rotated by a little, is as
/// good.
bool confirms_sides(const std::string& patient_orientation);

/// True where Patient Orientation says that image rows run to the patient's right, and columns to
/// the feet or the head: the picture is mirrored, or turned by 180 degrees.
bool exchanges_sides(const std::string& patient_orientation);

/// Gives what was found on one side of the picture to the other lung: mask labels and zones.
void exchange_sides(ImageFindings& findings);

}  // namespace aicovid
