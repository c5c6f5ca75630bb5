#pragma once

#include "deviation.hpp"
#include "pixel_aspect.hpp"
#include "terms.hpp"

#include <aicovid/radiograph.hpp>

#include <dcmtk/dcmdata/dctk.h>
#include <optional>
#include <string>

namespace aicovid::dicom {

/// What one of several attributes states, as an entry of a list of terms.
template <typename Entry>
struct Stated {
  DcmTagKey tag;               ///< of the attribute
  std::optional<Entry> entry;  ///< nothing where the header is silent, or its text is on no list
  bool is_silent = false;      ///< whether all attributes are absent or blank
};

/// What a data set says of its image, and where it says what the tag gate judges.
struct Header {
  ImageHeader image;
  Stated<View> view;           ///< by View Position, else by View Code Sequence
  Stated<BodyPart> body_part;  ///< by Body Part Examined, else by Anatomic Region Sequence
  DcmTagKey age_tag;           ///< where the patient's age is from: Age, or Birth Date
  PixelAspect pixel_aspect;
  bool states_no_frame = false;  ///< whether Number of Frames is 0, which is read as 1
};

/// Collects what file meta information and data set say, in terms that may be repeated.
/// @throws Error{corrupt} if an attribute that must be a number is none, or is out of its range
Header header_of(DcmItem& meta, DcmItem& dataset);

/// How the stored values of an image become grey.
/// @param deviations  what is odd and has one reading is added to these
/// @throws Error{corrupt} for a lookup table without entries or of entries beyond its bits, a
/// rescale slope of 0, or numbers that are absurd; Error{unsupported} for an unknown VOI LUT
/// Function
GreyScale grey_scale_of(DcmItem& dataset, const ImageHeader& header, Deviations& deviations);

/// The code of View Code Sequence, "" where there is none. The standard has one item (PS3.3
/// C.8.11.5), and for DCMTK and pydicom's users that is the first, so that a second one would go
/// unseen. Of several, the code of a view beside the frontal ones goes first; codes of views that
/// differ give a text that is on no list.
std::string view_code(DcmItem& dataset);

}  // namespace aicovid::dicom
