#pragma once

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
  std::span<const std::byte> dataset;     ///< of the file, or `inflated`
};

/// @param bytes  must outlive the result
/// @throws Error{corrupt} if preamble, prefix or file meta information are missing or damaged, or
///         the meta information's tags do not ascend, or its transfer syntax says explicit VR of a
///         data set in implicit VR or the reverse
std::unique_ptr<File> open_file(std::span<const std::byte> bytes);

/// Reads the data set up to `stop`, an attribute of its highest level. The file's bytes must
/// outlive it.
/// @throws Error{corrupt} if it is damaged, ends early or nests sequences too deep, or if tags
///         do not ascend (`check_elements`)
std::unique_ptr<DcmDataset> parse(const File& file, const DcmTagKey& stop);

}  // namespace aicovid::dicom
