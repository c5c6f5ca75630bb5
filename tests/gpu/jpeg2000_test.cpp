// JPEG 2000 by nvJPEG2000 against the pixels that were encoded.
#include "codestream/decode_on_cuda.hpp"
#include "core/sha256.hpp"
#include "cuda_device.hpp"
#include "packed_codestreams.hpp"

#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <span>
#include <thread>
#include <vector>

using namespace aicovid;
using aicovid::dicom::decode_on_cuda;
using aicovid::dicom::SampleRaster;
using aicovid::test::packed_codestreams;
using aicovid::test::PackedCodestream;

namespace {

SampleRaster raster_of(const PackedCodestream& packed) {
  return {.rows = packed.rows, .columns = packed.columns, .is_signed = packed.is_signed};
}

std::string decoded_sha256(const PackedCodestream& packed, const Device& device) {
  const auto samples =
      decode_on_cuda(std::as_bytes(std::span(packed.bytes)), raster_of(packed), device);
  return sha256(std::as_bytes(std::span(samples)));
}

}  // namespace

TEST_CASE("JPEG 2000 on CUDA: reversible codestreams give the pixels that were encoded", "[gpu]") {
  const Device device = aicovid::test::cuda_device();
  const auto all = packed_codestreams();
  REQUIRE_FALSE(all.empty());
  for (const PackedCodestream& packed : all) {
    CAPTURE(packed.name);
    CHECK(decoded_sha256(packed, device) == packed.sha256);
  }
}

TEST_CASE("JPEG 2000 on CUDA: four threads give what one gives", "[gpu]") {
  const Device device = aicovid::test::cuda_device();
  const auto all = packed_codestreams();
  std::vector<int> wrong(4);
  std::vector<std::jthread> threads;
  for (int& count : wrong) {
    threads.emplace_back([&] {
      for (const PackedCodestream& packed : all)
        count += decoded_sha256(packed, device) == packed.sha256 ? 0 : 1;
    });
  }
  threads.clear();
  CHECK(wrong == std::vector<int>(4));
}

TEST_CASE("JPEG 2000 on CUDA: what is damaged is an error, and the decoder goes on", "[gpu]") {
  const Device device = aicovid::test::cuda_device();
  const auto all = packed_codestreams();
  REQUIRE_FALSE(all.empty());
  PackedCodestream half = all.front();
  // The main header alone: no tile-part follows.
  half.bytes.resize(100);
  CHECK_THROWS_AS(decoded_sha256(half, device), Error);
  PackedCodestream other = all.front();
  ++other.columns;
  CHECK_THROWS_AS(decoded_sha256(other, device), Error);
  CHECK(decoded_sha256(all.front(), device) == all.front().sha256);
}

TEST_CASE("JPEG 2000 on CUDA: a device that no machine has is unavailable", "[gpu]") {
  const std::vector<std::byte> bytes(100);
  try {
    decode_on_cuda(bytes, {.rows = 4, .columns = 4}, Device::parse("cuda:4096"));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::device_unavailable);
  }
}
