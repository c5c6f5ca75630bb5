// JPEG 2000 on a CUDA device, with a module in place of nvJPEG2000's that decodes on the CPU.
#include "codestream/decode_on_cuda.hpp"
#include "codestreams.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <random>
#include <string_view>

using namespace aicovid;
using namespace aicovid::test;

namespace {

ReadOptions on_device(int index) {
  return {.decode_on = {.kind = Device::Kind::cuda, .index = index}};
}

Samples noise(int bits, bool is_signed) {
  std::mt19937 random(7);
  Samples samples{.rows = 30, .columns = 41, .bits = bits, .values = {}, .is_signed = is_signed};
  const std::int32_t lowest = is_signed ? -(1 << (bits - 1)) : 0;
  for (int i = 0; i < samples.rows * samples.columns; ++i)
    samples.values.push_back(lowest + static_cast<std::int32_t>(random() % (1U << bits)));
  return samples;
}

Bytes encode(const Samples& samples, std::string_view uid) {
  return uid == kHtj2k ? encode_htj2k(samples) : encode_jpeg2000(samples);
}

}  // namespace

TEST_CASE("JPEG 2000 on CUDA: the samples of the device are read as those of the CPU are",
          "[dicom]") {
  const std::string_view uid = GENERATE(kJpeg2000, kHtj2k);
  const int bits = GENERATE(8, 12, 16);
  const bool is_signed = GENERATE(false, true);
  CAPTURE(uid, bits, is_signed);
  const Samples samples = noise(bits, is_signed);
  const Bytes file = file_of_codestream(samples, uid, encode(samples, uid));
  const std::vector<int> expected(samples.values.begin(), samples.values.end());
  CHECK(values_of(parse_dicom(file)) == expected);
  CHECK(values_of(parse_dicom(file, on_device(0))) == expected);
}

TEST_CASE("JPEG 2000 on CUDA: other encodings are decoded on the CPU", "[dicom]") {
  // Device 5 would fail.
  CHECK(values_of(parse_dicom(file_of(*chest(kRows, kColumns)), on_device(5))) ==
        expected_values());
}

TEST_CASE("JPEG 2000 on CUDA: what is damaged is refused before the device sees it", "[dicom]") {
  const std::string_view uid = GENERATE(kJpeg2000, kHtj2k);
  CAPTURE(uid);
  const Samples samples = noise(12, false);
  // A marker that announces code-blocks of the other kind.
  const Bytes file =
      file_of_codestream(samples, uid, encode(samples, uid == kHtj2k ? kJpeg2000 : kHtj2k));
  CHECK(error_of(file, on_device(5)).code() == error_of(file).code());
  CHECK(std::string_view(error_of(file, on_device(5)).what()) == error_of(file).what());
}

TEST_CASE("JPEG 2000 on CUDA: each kind of failure is named", "[dicom]") {
  const Samples samples = noise(12, false);
  const Bytes file = file_of_codestream(samples, kJpeg2000, encode(samples, kJpeg2000));
  const auto check_error = [&](int device, ErrorCode code, std::string_view text) {
    const Error error = error_of(file, on_device(device));
    CHECK(error.code() == code);
    CHECK(std::string_view(error.what()).find(text) != std::string_view::npos);
    CHECK(std::string_view(error.what()).find("the fake's words") != std::string_view::npos);
  };
  check_error(1, ErrorCode::device_unavailable, "cuda:1: ");
  check_error(2, ErrorCode::device_unavailable, "cuda:2: ");
  check_error(3, ErrorCode::unsupported, "decode it on the CPU");
  check_error(4, ErrorCode::corrupt, "7fe0,0010");
  check_error(5, ErrorCode::cuda, "cuda:5: ");
}
