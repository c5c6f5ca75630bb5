#pragma once

#include "deviation.hpp"

#include <aicovid/error.hpp>

#include <dcmtk/dcmdata/dctk.h>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace aicovid::dicom {

/// What becomes of a tag that stands once, behind a larger one.
enum class OutOfOrder { note, refuse };

/// DCMTK looks for the place of each late element from the end of its list. This counts its steps.
class LateSteps {
 public:
  /// @param elements  of the list
  /// @return whether there are not too many yet
  bool add(std::size_t elements);

 private:
  std::size_t steps_ = 0;
};

/// Throws the Error{corrupt} for too many.
[[noreturn]] void fail_late_steps();

/// What one step of a check found.
struct Elements {
  Deviations deviations;
  std::size_t end = 0;   ///< where the next step begins, which is where DCMTK would stop
  std::size_t size = 0;  ///< the bytes of the data set without the zeros behind its last element
  std::vector<std::byte> missing_end;  ///< of encapsulated pixel data that the bytes end with
  /// The error for lengths that go beyond what they are in, where the check had to end. It is to be
  /// thrown if DCMTK finds nothing, which words such damage better.
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
class ElementCheck {
 public:
  /// @param bytes   of a data set that is not deflated; they must outlive the check
  /// @param syntax  of the bytes
  ElementCheck(std::span<const std::byte> bytes, E_TransferSyntax syntax, OutOfOrder handling);
  ~ElementCheck();

  /// Checks the elements from where the last step ended up to `stop`, an attribute of the highest
  /// level, or to the end. What stands from there on is not looked at.
  /// @throws Error{corrupt} where a tag is there twice, or behind a larger one where that is
  /// refused or leaves a second reading, and for such a record
  Elements until(const DcmTagKey& stop);

 private:
  class Walk;
  std::unique_ptr<Walk> walk_;
};

}  // namespace aicovid::dicom
