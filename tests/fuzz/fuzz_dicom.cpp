// The DICOM reader: header, DICOMDIR, tag gate, grey scale, all frame decoders, and the grey
// scale's use.

#include "allocation_watch.hpp"
#include "expected_errors.hpp"

#include <aicovid/dicomdir.hpp>
#include <aicovid/plan.hpp>
#include <aicovid/read.hpp>

#include <cmath>
#include <cstdint>
#include <span>

namespace aicovid::fuzz {
namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: %s\n", what);
  std::abort();
}

template <typename T>
void require_stored_range(const Radiograph& radiograph) {
  const GreyScale& grey = radiograph.grey_scale();
  const std::span values(reinterpret_cast<const T*>(radiograph.data()),
                         radiograph.size_bytes() / sizeof(T));
  for (const T value : values)
    require(value >= grey.lowest() && value <= grey.highest(), "a value is outside Bits Stored");
}

/// What the reader promises of every radiograph that it returns with pixels.
void check(const Radiograph& radiograph) {
  const auto pixels =
      static_cast<std::size_t>(radiograph.rows()) * static_cast<std::size_t>(radiograph.columns());
  require(pixels > 0 && radiograph.size_bytes() == pixels * size_of(radiograph.pixel_type()),
          "the pixels are not rows x columns");
  switch (radiograph.pixel_type()) {
    case PixelType::uint8:
      return require_stored_range<std::uint8_t>(radiograph);
    case PixelType::int8:
      return require_stored_range<std::int8_t>(radiograph);
    case PixelType::uint16:
      return require_stored_range<std::uint16_t>(radiograph);
    case PixelType::int16:
      return require_stored_range<std::int16_t>(radiograph);
  }
}

void check_grey(const Radiograph& radiograph) {
  static const Plan plan = Plan::parse_json(R"([{"op": "grey"}, {"op": "resize", "size": 8}])");
  const PlanOutput output = plan.run(radiograph);
  for (const float grey : output.tensor.floats())
    require(std::isfinite(grey) && grey >= -1e-6F && grey <= 1 + 1e-6F, "grey is outside [0, 1]");
}

}  // namespace
}  // namespace aicovid::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aicovid;
  using namespace aicovid::fuzz;
  const auto bytes = std::as_bytes(std::span(data, size));

  std::uint64_t claimed = 0;
  const AllocationWatch header_watch;
  with_errors({ErrorCode::corrupt, ErrorCode::unsupported}, [&] {
    const Radiograph header = parse_dicom(bytes, {.decode = Decode::none});
    claimed = static_cast<std::uint64_t>(header.header().rows) *
              static_cast<std::uint64_t>(header.header().columns);
  });
  with_errors({ErrorCode::corrupt, ErrorCode::unsupported}, [&] { parse_dicomdir(bytes); });
  header_watch.check(0, size);

  const AllocationWatch pixel_watch;
  with_errors({ErrorCode::corrupt, ErrorCode::unsupported}, [&] {
    // Either way of decoding, chosen by the input so that a finding can be repeated.
    const Decode decode = size % 4 == 0 ? Decode::fit : Decode::exact;
    const Radiograph radiograph = parse_dicom(bytes, {.decode = decode, .decode_refused = true});
    if (!radiograph.has_pixels()) return;
    check(radiograph);
    check_grey(radiograph);
  });
  pixel_watch.check(claimed, size);
  return 0;
}

/// DCMTK's dictionary and codecs are loaded once; they are no cost of an input.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  try {
    aicovid::parse_dicom({});
  } catch (const aicovid::Error&) {
    return 0;
  }
  return 0;
}
