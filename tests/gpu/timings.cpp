/// Times the stages of preprocessing and the chain on a CUDA device, beside the CPU; the copy of
/// one image beside the work on another; uploads beside what a copy can do at most; and networks by
/// precision and by the images that share a pass.
///
/// gpu_timings          prints JSON: milliseconds, the least and the median of 50 turns; images and
///                      bytes a second
/// gpu_timings --query  looks for a usable device only; status 6 without one
#include "bundle/bundle.hpp"
#include "cuda_calls.hpp"
#include "device_stream.hpp"
#ifdef AICOVID_JPEG2000_CUDA
#include "codestream/decode_on_cuda.hpp"
#include "packed_codestreams.hpp"
#endif
#include "preprocess/cuda_module.hpp"
#include "run_networks.hpp"

#include <aicovid/device_image.hpp>
#include <aicovid/error.hpp>
#include <aicovid/plan.hpp>
#include <aicovid/read.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace aicovid {
namespace {

using nlohmann::json;

json milliseconds(const std::function<void()>& work) {
  constexpr int kTurns = 50;
  for (int i = 0; i < 5; ++i) work();
  std::vector<double> times;
  for (int i = 0; i < kTurns; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    times.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
            .count());
  }
  std::ranges::sort(times);
  return {{"least", times.front()}, {"median", times[kTurns / 2]}};
}

/// 2500 x 3000 values of 16 bits: a slope and noise.
Radiograph large_radiograph() {
  std::mt19937 engine(3);
  std::vector<std::uint16_t> pixels(std::size_t{2500} * 3000);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    pixels[i] = static_cast<std::uint16_t>(i % 3000 * 20 + engine() % 4000);
  }
  return Radiograph::from_array(pixels.data(), 2500, 3000, PixelType::uint16, {.bits_stored = 16});
}

/// Bytes a second that one large copy from page-locked memory reaches.
double copy_limit() {
  constexpr std::size_t kBytes = std::size_t{256} << 20;
  void* host = nullptr;
  void* memory = nullptr;
  if (cudaHostAlloc(&host, kBytes, cudaHostAllocDefault) != cudaSuccess ||
      cudaMalloc(&memory, kBytes) != cudaSuccess) {
    throw Error(ErrorCode::device_unavailable, "no memory to time a copy with");
  }
  std::memset(host, 1, kBytes);
  const json times = milliseconds([&] {
    cudaMemcpyAsync(memory, host, kBytes, cudaMemcpyHostToDevice, nullptr);
    cudaStreamSynchronize(nullptr);
  });
  cudaFree(memory);
  cudaFreeHost(host);
  return 1000 * static_cast<double>(kBytes) / times["least"].get<double>();
}

/// The streams in which an image is uploaded and a plan runs on it.
struct UploadAndRun {
  void* uploads;
  void* compute;
};

/// Images a second, where each one's upload is enqueued before the plan of the one before, and each
/// result is fetched.
double images_per_second(const Plan& plan, const Radiograph& radiograph, const Rectangle& lung_box,
                         const Device& device, const UploadAndRun& streams) {
  constexpr int kImages = 100;
  const auto once = [&] {
    auto image = DeviceImage::upload(radiograph, device, streams.uploads);
    for (int i = 0; i < kImages; ++i) {
      auto next = DeviceImage::upload(radiograph, device, streams.uploads);
      const PlanOutput made = plan.run(image, lung_box, streams.compute);
      copy_to_host(made.tensor, streams.compute);
      image = std::move(next);
    }
  };
  once();
  const auto begin = std::chrono::steady_clock::now();
  once();
  return kImages / std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Images a second through the networks of the image, by how many share a forward pass and by what
/// they compute in.
json networks_per_second(const Device& device) {
  constexpr std::size_t kImages = 64;
  json rates;
  for (const Precision precision : {Precision::fp32, Precision::fp16, Precision::bf16}) {
    for (const std::size_t batch : {1U, 4U, 16U, 64U}) {
      const Bundle bundle = load_bundle(
          AICOVID_SOURCE_DIR "/models/severity",
          {.backend = "torchscript", .device = device, .batch = batch, .precision = precision});
      const std::vector<Radiograph> images(kImages, read_image(bundle.golden.front().image));
      const auto all = [&] {
        for (std::size_t i = 0; i < kImages; i += batch) {
          for (const auto& one :
               run_networks(bundle, std::span(images).subspan(i, batch), device)) {
            if (const auto* error = std::get_if<std::exception_ptr>(&one))
              std::rethrow_exception(*error);
          }
        }
      };
      all();
      const auto begin = std::chrono::steady_clock::now();
      all();
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
      rates[std::string(to_string(precision))][std::to_string(batch)] = kImages / seconds.count();
    }
  }
  return rates;
}

int run(bool query) {
  const Device device = Device::parse("cuda:0");
  require_cuda_device(device);
  if (query) return 0;
  const auto wait = [&] {
    check(cuda_module(device).synchronize(device.index, nullptr), device, "waiting");
  };
  // For CUDA first: LibTorch looks for it once.
  const Bundle bundle = load_bundle(AICOVID_SOURCE_DIR "/models/severity",
                                    {.backend = "torchscript", .device = device});
  const Bundle on_cpu =
      load_bundle(AICOVID_SOURCE_DIR "/models/severity", {.backend = "torchscript"});

  const Radiograph radiograph = large_radiograph();
  const Rectangle lung_box{250, 390, 2000, 2610};
  const DeviceImage image = DeviceImage::upload(radiograph, device);
  std::map<std::string, Plan, std::less<>> plans = bundle.plans;
  plans.emplace("chain_224", Plan::parse_json(R"([{"op": "grey"}, {"op": "percentile_clip"},
    {"op": "resize", "size": 224}, {"op": "normalize", "mean": 0.5, "std": 0.25}])"));
  plans.emplace("clahe_median_512", Plan::parse_json(R"([{"op": "grey"}, {"op": "clahe"},
    {"op": "median"}, {"op": "resize", "size": 512}])"));
  json result{{"rows", 2500}, {"columns", 3000}, {"bits", 16}};
  result["upload"] = milliseconds([&] {
    DeviceImage::upload(radiograph, device);
    wait();
  });
  const double limit = copy_limit();
  const double reached =
      1000 * static_cast<double>(radiograph.size_bytes()) / result["upload"]["least"].get<double>();
  result["copies"] = {{"limit_bytes_per_second", limit},
                      {"upload_bytes_per_second", reached},
                      {"share", reached / limit}};
  const test::DeviceStream uploads;
  const test::DeviceStream compute;
  for (const char* name : {"chain_224", "clahe_median_512"}) {
    const auto rate = [&](const UploadAndRun& streams) {
      return images_per_second(plans.at(name), radiograph, lung_box, device, streams);
    };
    const double in_one = rate({compute.get(), compute.get()});
    const double in_two = rate({uploads.get(), compute.get()});
    result["overlap"][name] = {{"images_per_second_in_one_stream", in_one},
                               {"images_per_second_in_two_streams", in_two},
                               {"gain", in_two / in_one}};
  }
  for (const auto& [name, plan] : plans) {
    json& entry = result["plans"][name];
    entry["cuda"] = milliseconds([&] {
      plan.run(image, lung_box);
      wait();
    });
    entry["cuda_enqueue"] = milliseconds([&] { plan.run(image, lung_box); });
    wait();
    entry["cpu"] = milliseconds([&] { plan.run(radiograph, lung_box); });
  }
#ifdef AICOVID_JPEG2000_CUDA
  for (const auto& packed : test::packed_codestreams()) {
    if (!packed.name.starts_with("radiograph")) continue;
    result["decode"][packed.name] = milliseconds([&] {
      dicom::decode_on_cuda(
          std::as_bytes(std::span(packed.bytes)),
          {.rows = packed.rows, .columns = packed.columns, .is_signed = packed.is_signed}, device);
    });
  }
#endif
  const Radiograph real = read_image(bundle.golden.front().image);
  result["networks"]["cuda"] = milliseconds([&] { run_networks(bundle, real, device); });
  result["networks"]["cpu"] = milliseconds([&] { run_networks(on_cpu, real, {}); });
  // The chain of one thread: upload, plans, both networks and the clean-up of the masks between.
  result["networks"]["images_per_second_by_precision_and_batch"] = networks_per_second(device);
  std::printf("%s\n", result.dump(1).c_str());
  return 0;
}

}  // namespace
}  // namespace aicovid

int main(int count, char** arguments) {
  try {
    return aicovid::run(count > 1 && std::string_view(arguments[1]) == "--query");
  } catch (const aicovid::Error& error) {
    std::fprintf(stderr, "gpu_timings: %s: %s\n",
                 std::string(aicovid::to_string(error.code())).c_str(), error.what());
    return aicovid::exit_status(error.code());
  }
}
