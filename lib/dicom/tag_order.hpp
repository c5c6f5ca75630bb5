#pragma once

#include <dcmtk/dcmdata/dctk.h>
#include <cstddef>
#include <span>

namespace aicovid::dicom {

/// Checks that the tags of a data set, and those of each item in its sequences, ascend.
///
/// DCMTK sorts what it reads and drops the second of two elements with one tag. Of two the header
/// would be that of neither writer, and an element behind Pixel Data is looked for in vain while
/// that is not read. So the bytes are walked once more. What DCMTK takes for bytes, not items, is
/// passed over here too: UN of defined length, and private attributes in implicit VR of defined
/// length.
///
/// @param bytes   that DCMTK read without an error
/// @param syntax  by which it read them, not deflated
/// @param stop    of the highest level; what stands from there on is not looked at
/// @throws Error{corrupt} where a tag stands behind one that is not smaller, or items do not end
///         where their lengths say
void check_tag_order(std::span<const std::byte> bytes, E_TransferSyntax syntax,
                     const DcmTagKey& stop);

/// Of `tag`, which stands behind `last`, in an item of `sequence` if there is one.
[[noreturn]] void fail_tag_order(const DcmTagKey& last, const DcmTagKey& tag,
                                 const DcmTagKey* sequence = nullptr);

}  // namespace aicovid::dicom
