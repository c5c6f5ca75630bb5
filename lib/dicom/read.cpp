#include "core/file.hpp"
#include "core/gate_reasons.hpp"
#include "decode.hpp"
#include "directory.hpp"
#include "file.hpp"
#include "header.hpp"
#include "runtime.hpp"
#include "tag_gate.hpp"

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
constexpr std::string_view kWhat = "DICOM file";

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// For a file whose pixels are not decoded: what is wrong with its grey scale does not matter then.
GreyScale grey_scale_if_sound(DcmItem& dataset, Radiograph::Parts& parts) {
  try {
    Deviations deviations;
    GreyScale grey = read_grey_scale(dataset, parts.header, deviations);
    append(parts.reasons, deviations);
    sort_by_code(parts.reasons);
    return grey;
  } catch (const Error&) {
    return {};
  }
}

Radiograph parse_parts(std::span<const std::byte> bytes, const ReadOptions& options) {
  const auto start = Clock::now();
  const auto file = open_file(bytes);
  if (is_directory(*file)) {
    throw Error(ErrorCode::unsupported,
                fmt::format("the file is a DICOMDIR, an index that refers to {} images; expected "
                            "one of them",
                            image_count(*file)));
  }
  const auto head = parse(*file, DCM_PixelData);
  Radiograph::Parts parts;
  parts.header = read_header(file->meta, *head);
  parts.reasons = tag_gate(*head, parts.header);
  // Of the head; those of the whole come when that is parsed.
  append(parts.reasons, file->deviations);
  sort_by_code(parts.reasons);
  const bool refused = verdict_of(parts.reasons, false) == Verdict::refused;
  if (options.decode == Decode::none || (refused && options.refused == Refused::skip_pixels)) {
    parts.grey = grey_scale_if_sound(*head, parts);
    parts.read_ms = milliseconds_since(start);
    return Radiograph(std::move(parts));
  }

  check_layout(parts.header);
  Deviations of_grey_scale;
  parts.grey = read_grey_scale(*head, parts.header, of_grey_scale);
  const auto whole = parse(*file, DCM_UndefinedTagKey);
  append(parts.reasons, file->deviations);
  append(parts.reasons, of_grey_scale);
  sort_by_code(parts.reasons);
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
  return with_memory_errors(kWhat, [&] {
    start_dcmtk();
    return parse_parts(bytes, options);
  });
}

Radiograph read_dicom(const std::filesystem::path& file, const ReadOptions& options) {
  return with_memory_errors(kWhat, [&] { return parse_dicom(read_file(file), options); });
}

Radiograph read_dicom(std::istream& stream, const ReadOptions& options) {
  return with_memory_errors(kWhat, [&] { return parse_dicom(read_stream(stream), options); });
}

}  // namespace aicovid
