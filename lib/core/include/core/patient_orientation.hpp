#pragma once

#include <optional>
#include <string_view>

namespace aicovid {

/// The principal directions of a picture, of the letters L, R, H, F, A, P.
struct PatientOrientation {
  char row;     ///< to where image rows run
  char column;  ///< to where image columns run
};

/// The directions that a value of Patient Orientation names: the first letters of "row\column".
/// Further letters, for a picture turned by a little, must name other axes. Nothing for a value
/// that is not well-formed, of the letters for quadrupeds, or whose rows and columns run along one
/// axis. Source: DICOM PS3.3 C.7.6.1.1.1.
std::optional<PatientOrientation> patient_orientation_of(std::string_view value);

}  // namespace aicovid
