#pragma once

#include "deviation.hpp"

#include <aicovid/error.hpp>

#include <dcmtk/dcmdata/dctk.h>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace aicovid::dicom {

/// What becomes of a tag behind a larger one that is there once.
enum class OutOfOrder { note, refuse };

/// DCMTK looks for the place of each late element from the end of its list. These are its steps.
class LateSteps {
 public:
  /// @param elements  of the list
  /// @return whether there were not too many yet
  bool add(std::size_t elements);

 private:
  std::size_t steps_ = 0;
};

/// Throws the Error{corrupt} for too many.
[[noreturn]] void fail_late_steps();

/// What the elements of a data set were found to be.
struct Elements {
  Deviations deviations;
  std::size_t size;                    ///< without the zeros behind the last element
  std::vector<std::byte> missing_end;  ///< of encapsulated pixel data that the bytes end with
  /// Lengths that go beyond what they are in, where the walk had to end. It is to be thrown if
  /// DCMTK finds nothing, which words such damage better.
  std::optional<Error> damage;
};

/// Checks what DCMTK takes without a word, or must not see, before it reads a data set: that the
/// tags ascend, in each item of its sequences too, and that no Directory Record Type is longer than
/// its value representation allows.
///
/// DCMTK sorts what it reads and drops the second of two elements with one tag. Of two the header
/// would be that of neither writer, and an element behind Pixel Data is looked for in vain while
/// that is not read. A tag that is merely late has one reading. A Directory Record Type of more
/// than 16 characters makes DCMTK 3.6.7 throw std::out_of_range. What DCMTK takes for bytes, not
/// items, is passed over: UN of defined length, and private attributes in implicit VR of defined
/// length.
///
/// @param syntax  of the bytes, not deflated
/// @param stop    of the highest level; what stands from there on is not looked at
/// @throws Error{corrupt} where a tag is there twice, or behind a larger one where that is refused
/// or leaves a second reading, and for such a record
Elements check_elements(std::span<const std::byte> bytes, E_TransferSyntax syntax,
                        const DcmTagKey& stop, OutOfOrder handling);

/// @param last   the larger tag before it, as `found_tag` has it
/// @param where  "", or in what it stands
[[noreturn]] void fail_tag_order(std::string_view last, std::string_view tag,
                                 std::string_view where);

}  // namespace aicovid::dicom
