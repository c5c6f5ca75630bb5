#include "core/file.hpp"
#include "core/gate_reasons.hpp"
#include "decode.hpp"
#include "dicom_file.hpp"
#include "directory.hpp"
#include "header.hpp"
#include "image/fit.hpp"
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

/// The grey scale of a file whose pixels are not decoded: what is wrong with it does not matter
/// then.
GreyScale grey_scale_if_sound(DcmItem& dataset, Radiograph::Parts& parts) {
  try {
    Deviations deviations;
    GreyScale grey = grey_scale_of(dataset, parts.header, deviations);
    append(parts.reasons, deviations);
    sort_by_code(parts.reasons);
    return grey;
  } catch (const Error&) {
    return {};
  }
}

Radiograph::Parts parse_parts(std::span<const std::byte> bytes, const ReadOptions& options) {
  const auto start = Clock::now();
  DicomFile file(bytes);
  if (is_directory(file)) {
    throw Error(ErrorCode::unsupported,
                fmt::format("the file is a DICOMDIR, an index that refers to {} images; expected "
                            "one of them",
                            image_count(file)));
  }
  file.parse_header();
  const Header header = header_of(file.meta(), file.dataset());
  Radiograph::Parts parts;
  parts.header = header.image;
  parts.reasons = tag_gate(file.dataset(), header);
  // These are the deviations of the header; those of the rest come when that is parsed.
  append(parts.reasons, file.deviations());
  sort_by_code(parts.reasons);
  const bool refused = verdict_of(parts.reasons, false) == Verdict::refused;
  if (options.decode == Decode::none || (refused && !options.decode_refused)) {
    parts.grey = grey_scale_if_sound(file.dataset(), parts);
    parts.read_ms = milliseconds_since(start);
    return parts;
  }

  check_layout(parts.header);
  Deviations of_grey_scale;
  parts.grey = grey_scale_of(file.dataset(), parts.header, of_grey_scale);
  file.parse_to_end();
  append(parts.reasons, file.deviations());
  append(parts.reasons, of_grey_scale);
  sort_by_code(parts.reasons);
  parts.read_ms = milliseconds_since(start);
  const auto decoding = Clock::now();
  Cells cells = decode_pixels(file.dataset(), parts.header, options);
  parts.pixels = std::make_shared<const std::vector<std::byte>>(std::move(cells.bytes));
  parts.rows = cells.rows;
  parts.columns = cells.columns;
  parts.type = pixel_type_of(parts.header);
  parts.scale = cells.scale;
  parts.finer = finer_reader(parse_dicom, bytes, options, cells.scale);
  parts.decode_ms = milliseconds_since(decoding);
  return parts;
}

}  // namespace

Radiograph parse_dicom(std::span<const std::byte> bytes, const ReadOptions& options) {
  return with_memory_errors(kWhat, [&] {
    start_dcmtk();
    return Radiograph(parse_parts(bytes, options));
  });
}

Radiograph read_dicom(const std::filesystem::path& file, const ReadOptions& options) {
  return with_memory_errors(kWhat, [&] { return parse_dicom(read_file(file), options); });
}

Radiograph read_dicom(std::istream& stream, const ReadOptions& options) {
  return with_memory_errors(kWhat, [&] { return parse_dicom(read_stream(stream), options); });
}

}  // namespace aicovid
