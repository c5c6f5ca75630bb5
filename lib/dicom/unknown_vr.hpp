#pragma once

#include <dcmtk/dcmdata/dctk.h>
#include <memory>

namespace aicovid::dicom {

/// The attribute `key` that `unknown`, of the value representation UN and of defined length, holds:
/// read by the dictionary. The value of UN is in implicit VR little endian, whatever the transfer
/// syntax of the file (PS3.5 6.2.2). Null where it cannot be read as that.
/// @throws Error{corrupt} where tags of its items do not ascend
std::unique_ptr<DcmElement> by_dictionary(DcmElement& unknown, const DcmTagKey& key);

}  // namespace aicovid::dicom
