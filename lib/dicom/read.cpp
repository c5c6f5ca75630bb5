#include "attributes.hpp"
#include "core/file.hpp"
#include "decode.hpp"
#include "header.hpp"
#include "inflate.hpp"
#include "memory_stream.hpp"
#include "runtime.hpp"
#include "tag_gate.hpp"
#include "terms.hpp"

#include <aicovid/error.hpp>
#include <aicovid/read.hpp>

#include <dcmtk/dcmdata/dctk.h>
#include <fmt/format.h>
#include <chrono>
#include <memory>
#include <string_view>
#include <vector>

namespace aicovid {
namespace {

using namespace dicom;
using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

void check_preamble(std::span<const std::byte> bytes) {
  constexpr std::size_t preamble = 128;
  constexpr std::string_view prefix = "DICM";
  const bool is_dicom = bytes.size() >= preamble + prefix.size() &&
                        std::string_view(reinterpret_cast<const char*>(bytes.data()) + preamble,
                                         prefix.size()) == prefix;
  if (!is_dicom) throw Error(ErrorCode::corrupt, "not a DICOM file: no 'DICM' at byte 128");
}

/// A file whose data set is not parsed yet.
struct File {
  DcmMetaInfo meta;
  E_TransferSyntax syntax = EXS_Unknown;
  std::vector<std::byte> inflated;     ///< of a deflated data set
  std::span<const std::byte> dataset;  ///< of the file, or `inflated`
};

std::unique_ptr<File> open_file(std::span<const std::byte> bytes) {
  auto file = std::make_unique<File>();
  MemoryStream stream(bytes);
  file->meta.transferInit();
  if (file->meta.read(stream, EXS_Unknown, EGL_noChange, DCM_MaxReadLength).bad()) {
    throw Error(ErrorCode::corrupt, "the DICOM file meta information is damaged or ends early");
  }
  file->meta.transferEnd();
  const std::string uid = uid_term(text(file->meta, DCM_TransferSyntaxUID));
  if (uid.empty()) {
    throw Error(ErrorCode::corrupt,
                fmt::format("{} is absent; expected a UID", tag_of(DCM_TransferSyntaxUID)));
  }
  file->dataset = bytes.subspan(static_cast<std::size_t>(stream.tell()));
  file->syntax = DcmXfer(uid.c_str()).getXfer();
  if (file->syntax == EXS_DeflatedLittleEndianExplicit) {
    file->inflated = inflate_dataset(file->dataset);
    file->dataset = file->inflated;
    file->syntax = EXS_LittleEndianExplicit;
  }
  // All syntaxes that DCMTK may not know of encode the header as explicit VR little endian (PS3.5
  // A.4).
  if (file->syntax == EXS_Unknown) file->syntax = EXS_LittleEndianExplicit;
  return file;
}

/// Reads the data set up to `stop`, an attribute of its highest level. The file's bytes must
/// outlive it.
std::unique_ptr<DcmDataset> parse(const File& file, const DcmTagKey& stop) {
  auto dataset = std::make_unique<DcmDataset>();
  MemoryStream stream(file.dataset);
  dataset->transferInit();
  const OFCondition status =
      dataset->readUntilTag(stream, file.syntax, EGL_noChange, DCM_MaxReadLength, stop);
  if (stream.went_too_deep())
    throw Error(ErrorCode::corrupt, "the DICOM data set nests sequences too deep");
  if (status.bad()) {
    // A condition's text may repeat the file's, so it is not passed on.
    throw Error(ErrorCode::corrupt,
                fmt::format("the DICOM data set is damaged, or ends early at byte {} of {}",
                            stream.tell(), file.dataset.size()));
  }
  dataset->transferEnd();
  return dataset;
}

/// For a file whose pixels are not decoded: what is wrong with its grey scale does not matter then.
GreyScale grey_scale_if_sound(DcmItem& dataset, const ImageHeader& header) {
  try {
    return read_grey_scale(dataset, header);
  } catch (const Error&) {
    return {};
  }
}

Radiograph parse_parts(std::span<const std::byte> bytes, const ReadOptions& options) {
  const auto start = Clock::now();
  check_preamble(bytes);
  const auto file = open_file(bytes);
  const auto head = parse(*file, DCM_PixelData);
  Radiograph::Parts parts;
  parts.header = read_header(file->meta, *head);
  parts.reasons = tag_gate(*head, parts.header);
  const bool refused = verdict_of(parts.reasons, false) == Verdict::refused;
  if (options.decode == Decode::none || (refused && options.refused == Refused::skip_pixels)) {
    parts.grey = grey_scale_if_sound(*head, parts.header);
    parts.read_ms = milliseconds_since(start);
    return Radiograph(std::move(parts));
  }

  check_layout(parts.header);
  parts.grey = read_grey_scale(*head, parts.header);
  const auto whole = parse(*file, DCM_UndefinedTagKey);
  parts.read_ms = milliseconds_since(start);
  const auto decoding = Clock::now();
  Cells cells = decode_pixels(*whole, parts.header, options.decode);
  parts.pixels = std::make_shared<const std::vector<std::byte>>(std::move(cells.bytes));
  parts.rows = cells.rows;
  parts.columns = cells.columns;
  parts.type = pixel_type_of(parts.header);
  parts.scale = cells.scale;
  parts.decode_ms = milliseconds_since(decoding);
  return Radiograph(std::move(parts));
}

}  // namespace

Radiograph parse_dicom(std::span<const std::byte> bytes, const ReadOptions& options) {
  start_dcmtk();
  try {
    return parse_parts(bytes, options);
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::corrupt, "the DICOM file asks for more memory than there is");
  }
}

Radiograph read_dicom(const std::filesystem::path& file, const ReadOptions& options) {
  return parse_dicom(read_file(file), options);
}

}  // namespace aicovid
