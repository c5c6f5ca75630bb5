#pragma once

#include "deviation.hpp"

#include <dcmtk/dcmdata/dctk.h>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace aicovid::dicom {

/// A DICOM file whose data set is not parsed yet.
struct File {
  DcmMetaInfo meta;
  E_TransferSyntax syntax = EXS_Unknown;  ///< that the data set is parsed by
  std::vector<std::byte> inflated;        ///< of a deflated data set
  std::vector<std::byte> completed;       ///< of a data set whose end is missing
  std::span<const std::byte> dataset;     ///< of the file, `inflated` or `completed`
  Deviations deviations;                  ///< of what was parsed so far
};

/// @param bytes  must outlive the result
/// @throws Error{corrupt} if preamble, prefix or file meta information are missing or damaged, or
///         a tag of the meta information is there twice, or its transfer syntax says explicit VR of
///         a data set in implicit VR or the reverse
std::unique_ptr<File> open_file(std::span<const std::byte> bytes);

/// Reads the data set up to `stop`, an attribute of its highest level. The file and its bytes must
/// outlive it.
/// @throws Error{corrupt} if it is damaged, ends early or nests sequences too deep, or if tags are
///         there twice or out of order so that a second reading is possible (`check_elements`)
std::unique_ptr<DcmDataset> parse(File& file, const DcmTagKey& stop);

}  // namespace aicovid::dicom
