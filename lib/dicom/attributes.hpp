#pragma once

#include <dcmtk/dcmdata/dctk.h>
#include <optional>
#include <string>
#include <utility>

namespace aicovid::dicom {

/// A tag as messages name it: "gggg,eeee".
std::string tag_of(const DcmTagKey& key);

/// An attribute; null where it is absent or empty. One of the value representation UN is read as
/// that of the dictionary, and held as such from then on.
/// @throws Error{corrupt} if its value representation is unknown, or UN of another value
DcmElement* element(DcmItem& item, const DcmTagKey& key);

/// Throws std::bad_alloc where DCMTK says that memory does not suffice, which is no damage.
void check_memory(const OFCondition& status);

/// The text of an attribute as stored, with all its values; empty where it is absent or empty.
/// It may name the patient: it must pass through terms.hpp before anyone sees it.
/// @throws Error{corrupt} if it is a sequence or bulk data, and as `element`; so do all functions
/// below
std::string text(DcmItem& item, const DcmTagKey& key);

/// The first value of an integer attribute (US, UL, SS, SL, IS); nothing where it is absent or
/// empty.
/// @throws Error{corrupt} if it is there and no integer
std::optional<long> integer(DcmItem& item, const DcmTagKey& key);

/// The value at `index` of an attribute of 16 bits, signed as the pixels are that it is compared
/// with. The file's own type (US or SS) does not decide: implicit VR has none, and writers choose
/// the wrong one.
/// @throws Error{corrupt} if it is there and no integer
std::optional<int> pixel_value(DcmItem& item, const DcmTagKey& key, unsigned long index,
                               bool is_signed);

/// The first value of a decimal attribute (DS, FD, FL); nothing where it is absent or empty.
/// @throws Error{corrupt} if it is there and no finite number
std::optional<double> decimal(DcmItem& item, const DcmTagKey& key);

/// Two decimal values, as of Pixel Spacing; nothing where there are not two numbers.
std::optional<std::pair<double, double>> decimal_pair(DcmItem& item, const DcmTagKey& key);

/// A sequence; null where it is absent or empty.
/// @throws Error{corrupt} if it is another attribute
DcmSequenceOfItems* sequence(DcmItem& item, const DcmTagKey& key);

/// The first item of a sequence; null where there is none.
DcmItem* first_item(DcmItem& item, const DcmTagKey& key);

/// Code Value (0008,0100) of the first item of a sequence of codes, "" where there is none.
std::string code_value(DcmItem& item, const DcmTagKey& key);

}  // namespace aicovid::dicom
