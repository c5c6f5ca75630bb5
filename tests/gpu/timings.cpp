/// Times the stages of preprocessing and the chain on a CUDA device, beside the CPU.
///
/// gpu_timings          prints JSON: milliseconds, the least and the median of 50 turns
/// gpu_timings --query  looks for a usable device only; status 6 without one
#include "bundle/bundle.hpp"
#include "cuda_calls.hpp"
#include "preprocess/cuda_module.hpp"
#include "run_networks.hpp"

#include <aicovid/device_image.hpp>
#include <aicovid/error.hpp>
#include <aicovid/plan.hpp>
#include <aicovid/read.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
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
  const Radiograph real = read_image(bundle.golden.front().image);
  result["networks"]["cuda"] = milliseconds([&] { run_networks(bundle, real, device); });
  result["networks"]["cpu"] = milliseconds([&] { run_networks(on_cpu, real, {}); });
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
