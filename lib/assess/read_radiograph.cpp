#include <aicovid/error.hpp>
#include <aicovid/read.hpp>

#include "core/file.hpp"
#include "image/sniff.hpp"

namespace aicovid {

Radiograph read_radiograph(const std::filesystem::path& file, const ReadOptions& options) {
  const std::vector<std::byte> bytes = read_file(file);
  if (is_png(bytes) || is_jpeg(bytes)) return parse_image(bytes, options);
  return parse_dicom(bytes, options);
}

#if !AICOVID_WITH_DICOM
Radiograph parse_dicom(std::span<const std::byte>, const ReadOptions&) {
  throw Error(
      ErrorCode::unsupported,
      "the file is neither PNG nor JPEG, and this build has no DICOM reader (AICOVID_WITH_DICOM)");
}

Radiograph read_dicom(const std::filesystem::path& file, const ReadOptions& options) {
  return parse_dicom(read_file(file), options);
}
#endif

}  // namespace aicovid
