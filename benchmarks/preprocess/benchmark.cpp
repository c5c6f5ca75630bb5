/// Times plans on one core: the plans of plans.json and the recipes of examples/, beside `memcpy`
/// of the stored values and OpenCV's area resize.
///
/// benchmark_preprocess [--image=FILE] [--outputs=FOLDER] [--benchmark_...]
///
/// --image    stored values as `read_image` takes them; a synthetic radiograph without it
/// --outputs  where each plan's output is written as NAME.f32, for a comparison by others
///
/// Before anything is timed, outputs of resize_area, percentile_clip, clahe_opencv, median and
/// recipe_chain are compared with OpenCV's, and all must be finite; otherwise status 1.
#include "image.hpp"
#include "reference.hpp"

#include <aicovid/plan.hpp>

#include <benchmark/benchmark.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <opencv2/core/utility.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid::benchmark {
namespace {

constexpr int kSize = 224;
// About where the lungs lie in the synthetic radiograph.
constexpr Rectangle kLungBox{250, 390, 2000, 2610};

/// Plans that are timed on values of 12 bits, too.
constexpr std::array<std::string_view, 3> kAlsoOf12Bits = {"resize_area", "percentile_clip",
                                                           "recipe_chain"};

struct NamedPlan {
  std::string name;
  Plan plan;
};

std::string read_text(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Reads the plans of plans.json and the recipes of examples/.
std::vector<NamedPlan> read_plans() {
  const std::filesystem::path source = AICOVID_SOURCE_DIR;
  std::vector<NamedPlan> plans;
  for (const auto& entry :
       nlohmann::json::parse(read_text(source / "benchmarks" / "preprocess" / "plans.json"))) {
    plans.push_back({entry["name"], Plan::parse_json(entry["plan"].dump())});
  }
  std::vector<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(source / "examples" / "recipes")) {
    if (file.path().extension() == ".json") files.push_back(file.path());
  }
  std::ranges::sort(files);
  for (const auto& file : files) {
    plans.push_back({"recipe_" + file.stem().string(), Plan::parse_json(read_text(file))});
  }
  return plans;
}

/// Prints what was compared.
/// @return false where it differs by more than it may
bool agree(const std::string& what, double difference, double allowed) {
  std::fprintf(stderr, "%s: largest difference %.3g, allowed %.3g\n", what.c_str(), difference,
               allowed);
  return difference <= allowed;
}

bool check(const std::map<std::string, Tensor>& outputs, const std::vector<std::uint16_t>& pixels) {
  bool right = true;
  // OpenCV rounds to a whole stored value; ours adds some 160 float32 terms of up to 1, OpenCV's
  // weights are float32 too.
  right &= agree("resize_area against OpenCV, in stored values",
                 largest_difference(outputs.at("resize_area"), opencv_area(pixels, kSize), 65535),
                 0.5 + 0.5);
  const std::vector<double> clipped = clipped_area(pixels, 1, 99, kSize);
  right &= agree("percentile_clip against sorting",
                 largest_difference(outputs.at("percentile_clip"), clipped, 1), 2e-6);
  std::vector<double> normalised = clipped;
  for (double& value : normalised) value = (value - 0.5) / 0.25;
  right &= agree("recipe_chain against sorting",
                 largest_difference(outputs.at("recipe_chain"), normalised, 1), 8e-6);
  right &=
      agree("clahe_opencv against OpenCV",
            largest_difference(outputs.at("clahe_opencv"), clahe_area(pixels, kSize), 1), 2e-6);
  right &= agree("median against OpenCV",
                 largest_difference(outputs.at("median"), median_area(pixels, kSize), 1), 2e-6);
  for (const auto& [name, output] : outputs) {
    for (const float value : output.floats()) {
      if (!std::isfinite(value)) right &= agree(name + " is not finite", 1, 0);
    }
  }
  return right;
}

void write(const Tensor& output, const std::string& file) {
  const auto values = output.floats();
  std::ofstream stream(file, std::ios::binary);
  stream.write(reinterpret_cast<const char*>(values.data()),
               static_cast<std::streamsize>(values.size_bytes()));
  if (!stream) throw std::runtime_error("an output cannot be written");
}

/// Reports the stored values' bytes a second, so that every line can be held against memcpy's.
void count_bytes(::benchmark::State& state, const std::vector<std::uint16_t>& pixels) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(pixels.size() * sizeof(std::uint16_t)));
}

template <typename Function>
void add(const std::string& name, const Function& function) {
  ::benchmark::RegisterBenchmark(name.c_str(), function)->Unit(::benchmark::kMillisecond);
}

void register_plan(const std::string& name, const Plan& plan,
                   const std::vector<std::uint16_t>& pixels, const Radiograph& radiograph) {
  add(name, [&plan, &pixels, &radiograph](::benchmark::State& state) {
    const auto [channels, height, width] = plan.output_shape();
    Tensor tensor({1, channels, height, width}, DType::float32);
    const PlanInput input{radiograph, kLungBox};
    Rectangle source;
    Workspace workspace;
    for (auto turn : state) {
      plan.run({&input, 1}, Layout::nchw, tensor, {&source, 1}, workspace);
      ::benchmark::DoNotOptimize(tensor.data());
      ::benchmark::ClobberMemory();
    }
    count_bytes(state, pixels);
  });
}

void register_references(const std::vector<std::uint16_t>& pixels) {
  add("memcpy", [&pixels](::benchmark::State& state) {
    std::vector<std::uint16_t> copy(pixels.size());
    for (auto turn : state) {
      std::memcpy(copy.data(), pixels.data(), pixels.size() * sizeof(std::uint16_t));
      ::benchmark::DoNotOptimize(copy.data());
      ::benchmark::ClobberMemory();
    }
    count_bytes(state, pixels);
  });
  add("opencv_area", [&pixels](::benchmark::State& state) {
    for (auto turn : state) ::benchmark::DoNotOptimize(opencv_area(pixels, kSize));
    count_bytes(state, pixels);
  });
}

/// Takes `--name=value` out of the arguments.
std::optional<std::string> take(int& count, char** arguments, const std::string& name) {
  const std::string prefix = "--" + name + "=";
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    if (!argument.starts_with(prefix)) continue;
    std::move(arguments + i + 1, arguments + count, arguments + i);
    --count;
    return argument.substr(prefix.size());
  }
  return std::nullopt;
}

int run(int count, char** arguments) {
  const auto image = take(count, arguments, "image");
  const auto folder = take(count, arguments, "outputs");
  ::benchmark::Initialize(&count, arguments);
  if (::benchmark::ReportUnrecognizedArguments(count, arguments)) return 2;
  cv::setNumThreads(1);

  const std::vector<std::uint16_t> pixels = image ? read_image(*image) : make_image();
  const Radiograph radiograph = radiograph_of(pixels, 16);
  const std::vector<NamedPlan> plans = read_plans();
  std::map<std::string, Tensor> outputs;
  for (const NamedPlan& entry : plans) {
    outputs[entry.name] = entry.plan.run(radiograph, kLungBox).tensor;
    if (folder) write(outputs[entry.name], *folder + "/" + entry.name + ".f32");
  }
  if (!check(outputs, pixels)) return 1;
  // The same picture of 12 bits, which most detectors store: its tables are a sixteenth as long.
  std::vector<std::uint16_t> of_12_bits(pixels.size());
  std::ranges::transform(pixels, of_12_bits.begin(), [](std::uint16_t value) {
    return static_cast<std::uint16_t>(value >> 4);
  });
  const Radiograph radiograph_of_12_bits = radiograph_of(of_12_bits, 12);

  register_references(pixels);
  for (const NamedPlan& entry : plans) register_plan(entry.name, entry.plan, pixels, radiograph);
  for (const NamedPlan& entry : plans) {
    if (std::ranges::find(kAlsoOf12Bits, entry.name) == kAlsoOf12Bits.end()) continue;
    register_plan(entry.name + "_12_bits", entry.plan, of_12_bits, radiograph_of_12_bits);
  }
  return ::benchmark::RunSpecifiedBenchmarks() > 0 ? 0 : 1;
}

}  // namespace
}  // namespace aicovid::benchmark

int main(int count, char** arguments) {
  try {
    return aicovid::benchmark::run(count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "benchmark_preprocess: %s\n", error.what());
    return 1;
  }
}
