#include "core/file.hpp"
#include "image/sniff.hpp"

#include <aicovid/dicomdir.hpp>
#include <aicovid/error.hpp>
#include <aicovid/read.hpp>

namespace aicovid {

Radiograph parse_radiograph(std::span<const std::byte> bytes, const ReadOptions& options) {
  if (is_png(bytes) || is_jpeg(bytes)) return parse_image(bytes, options);
  return parse_dicom(bytes, options);
}

Radiograph read_radiograph(const std::filesystem::path& file, const ReadOptions& options) {
  return parse_radiograph(read_file(file), options);
}

Radiograph read_radiograph(std::istream& stream, const ReadOptions& options) {
  return parse_radiograph(read_stream(stream), options);
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

Radiograph read_dicom(std::istream& stream, const ReadOptions& options) {
  return parse_dicom(read_stream(stream), options);
}

std::vector<DirectoryEntry> parse_dicomdir(std::span<const std::byte>) {
  throw Error(ErrorCode::unsupported, "this build has no DICOM reader (AICOVID_WITH_DICOM)");
}

std::vector<DirectoryEntry> list_dicomdir(const std::filesystem::path& file) {
  return parse_dicomdir(read_file(file));
}
#endif

}  // namespace aicovid
