#pragma once

#include <aicovid/error.hpp>

#include <dcmtk/dcmdata/dctk.h>
#include <cstddef>
#include <optional>
#include <span>

namespace aicovid::dicom {

/// Checks what DCMTK takes without a word, or must not see, before it reads a data set: that the
/// tags ascend, in each item of its sequences too, and that no Directory Record Type is longer than
/// its value representation allows.
///
/// DCMTK sorts what it reads and drops the second of two elements with one tag. Of two the header
/// would be that of neither writer, and an element behind Pixel Data is looked for in vain while
/// that is not read. A Directory Record Type of more than 16 characters makes DCMTK 3.6.7 throw
/// std::out_of_range. What DCMTK takes for bytes, not items, is passed over: UN of defined length,
/// and private attributes in implicit VR of defined length.
///
/// @param syntax  of the bytes, not deflated
/// @param stop    of the highest level; what stands from there on is not looked at
/// @return what else is wrong: lengths that go beyond what they are in, where the walk had to end.
///         It is to be thrown if DCMTK finds nothing, which words such damage better.
/// @throws Error{corrupt} where a tag stands behind one that is not smaller, and for such a record
std::optional<Error> check_elements(std::span<const std::byte> bytes, E_TransferSyntax syntax,
                                    const DcmTagKey& stop);

/// Of `tag`, which stands behind `last`, in an item of `sequence` if there is one.
[[noreturn]] void fail_tag_order(const DcmTagKey& last, const DcmTagKey& tag,
                                 const DcmTagKey* sequence = nullptr);

}  // namespace aicovid::dicom
