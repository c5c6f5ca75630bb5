#pragma once

#include "deviation.hpp"

#include <aicovid/radiograph.hpp>

class DcmItem;

namespace aicovid::dicom {

/// What the file meta information and the data set say of the image, in terms that may be repeated.
/// @throws Error{corrupt} if an attribute that must be a number is none, or no number that it may
/// be
ImageHeader read_header(DcmItem& meta, DcmItem& dataset);

/// How the stored values of an image become grey.
/// @param deviations  to which what is odd and has one reading is added
/// @throws Error{corrupt} for a lookup table without entries or of entries beyond its bits, a
/// rescale slope of 0, or numbers that are absurd; Error{unsupported} for an unknown VOI LUT
/// Function
GreyScale read_grey_scale(DcmItem& dataset, const ImageHeader& header, Deviations& deviations);

/// The code of View Code Sequence, "" where there is none. Its one item (PS3.3 C.8.11.5) is the
/// first one for DCMTK and pydicom's users, so that a second one would go unseen: of several, a
/// view beside the frontal ones goes first, and views that differ are none of the list.
std::string view_code(DcmItem& dataset);

}  // namespace aicovid::dicom
