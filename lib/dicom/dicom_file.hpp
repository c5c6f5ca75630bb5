#pragma once

#include "deviation.hpp"
#include "element_check.hpp"

#include <dcmtk/dcmdata/dctk.h>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace aicovid::dicom {

/// A DICOM file in memory (PS3.10). Its data set is parsed once, in one step or in two: first what
/// stands before the pixels, then the rest, since the pixels of many files are not needed.
class DicomFile {
 public:
  /// Reads the file meta information.
  /// @param bytes  must outlive the file
  /// @throws Error{corrupt} if preamble, prefix or file meta information are missing or damaged, or
  /// a tag of the meta information is there twice, or its transfer syntax says explicit VR of a
  /// data set in implicit VR or the reverse
  explicit DicomFile(std::span<const std::byte> bytes);

  /// Parses the data set up to Pixel Data.
  /// @throws Error{corrupt} if it is damaged, ends early or nests sequences too deep, or if tags
  /// are there twice or out of order so that a second reading is possible (`ElementCheck`)
  void parse_header() { parse_until(DCM_PixelData); }

  /// Parses the data set to its end, from where it was left. To be called once, as the last step.
  /// @throws Error{corrupt} as `parse_header`
  void parse_to_end() { parse_until(DCM_UndefinedTagKey); }

  DcmMetaInfo& meta() { return meta_; }
  /// What was parsed of the data set so far.
  DcmDataset& dataset() { return dataset_; }
  /// What was found against the standard so far.
  const Deviations& deviations() const { return deviations_; }

 private:
  void read_meta(std::span<const std::byte> bytes);
  void check_encoding() const;
  void parse_until(const DcmTagKey& stop);

  DcmMetaInfo meta_;
  DcmDataset dataset_;
  Deviations deviations_;
  E_TransferSyntax syntax_ = EXS_Unknown;  ///< by which the data set is parsed
  std::vector<std::byte> inflated_;        ///< the bytes of a deflated data set
  std::vector<std::byte> completed_;       ///< the bytes of a data set whose end was missing
  std::span<const std::byte> bytes_;       ///< of the data set
  std::size_t parsed_ = 0;                 ///< how many of them are parsed
  std::optional<ElementCheck> check_;
};

}  // namespace aicovid::dicom
