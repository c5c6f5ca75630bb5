#pragma once

#include <aicovid/radiograph.hpp>

#include <vector>

namespace aicovid {

/// Makes the table of what every stored value means: entry i belongs to `grey.lowest() + i`, and 0
/// is black.
///
/// With `voi`, modality LUT or rescale come first, then VOI LUT, window or the whole range, then
/// polarity. Without it, the stored range alone is stretched before polarity. Padding values are 0.
///
/// @return 2^bits_stored values in [0, 1]
/// @throws Error{invalid_argument} for a window width that DICOM does not allow, or an empty lookup
///         table
///
/// Source: DICOM PS3.3 C.11.1 (modality), C.11.2 (VOI), C.7.6.3.1.2 (polarity), C.7.5.1.1.2
/// (padding).
std::vector<double> make_grey_table(const GreyScale& grey, bool voi);

/// Does the same in the memory that `table` has.
void make_grey_table(const GreyScale& grey, bool voi, std::vector<double>& table);

/// Tells whether the stored value is no part of the image.
bool is_padding(const GreyScale& grey, int stored) noexcept;

}  // namespace aicovid
