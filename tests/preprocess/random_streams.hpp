#pragma once

#include "random_recipe.hpp"
#include "same_numbers.hpp"

#include <aicovid/device_image.hpp>
#include <aicovid/error.hpp>
#include <aicovid/plan.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <utility>
#include <vector>

namespace aicovid::test {

/// What several workers might do with a device, in one order of calls that a seed says: images are
/// uploaded, run through plans, alone and in batches, dropped, and results fetched or dropped, each
/// in a stream of its own choice.
class RandomStreams {
 public:
  RandomStreams(std::uint32_t seed, const Device& device, std::span<void* const> streams)
      : random_(seed), device_(device), streams_(streams) {
    for (int i = 0; i < kCases; ++i) {
      cases_.push_back(random_.make());
      plans_.push_back(Plan::parse_json(cases_.back().recipe));
    }
  }

  /// @return whether every result that was fetched equals what the CPU makes of its images
  bool run() {
    for (int left = 30 + random_.below(40); left > 0; --left) {
      switch (random_.below(8)) {
        case 0:
        case 1:
          upload();
          break;
        case 2:
          if (!images_.empty()) take(images_);
          break;
        case 3:
          if (!results_.empty()) take(results_);
          break;
        case 4:
          if (!results_.empty()) fetch();
          break;
        default:
          if (!images_.empty()) run_plan();
      }
    }
    images_.clear();
    while (!results_.empty()) fetch();
    return same_;
  }

  /// How many results were compared.
  std::size_t compared() const { return compared_; }

 private:
  static constexpr int kCases = 3;

  struct Uploaded {
    std::size_t number;
    DeviceImage image;
  };
  struct Result {
    Tensor expected;
    Tensor made;
    void* stream;
  };

  std::size_t below(std::size_t end) {
    return static_cast<std::size_t>(random_.below(static_cast<int>(end)));
  }
  void* any_stream() { return streams_[below(streams_.size())]; }

  /// Takes one out, at random.
  template <typename T>
  T take(std::vector<T>& from) {
    std::swap(from[below(from.size())], from.back());
    T taken = std::move(from.back());
    from.pop_back();
    return taken;
  }

  void upload() {
    const std::size_t number = below(cases_.size());
    images_.push_back(
        {number, DeviceImage::upload(cases_[number].radiograph, device_, any_stream())});
  }

  void run_plan() {
    const Plan& plan = plans_[below(plans_.size())];
    constexpr DType kTypes[] = {DType::float32, DType::float32, DType::float16, DType::bfloat16};
    const DType dtype = kTypes[below(4)];
    const Layout layout = below(2) == 0 ? Layout::nchw : Layout::nhwc;
    const std::size_t count = 1 + below(3);
    std::vector<PlanInput> on_host;
    std::vector<DevicePlanInput> on_device;
    for (std::size_t i = 0; i < count; ++i) {
      const Uploaded& from = images_[below(images_.size())];
      const RandomCase& test = cases_[from.number];
      on_host.push_back({test.radiograph, test.lung_box});
      on_device.push_back({from.image, test.lung_box});
    }
    const auto [channels, height, width] = plan.output_shape();
    const auto images = static_cast<std::int64_t>(count);
    const std::vector<std::int64_t> shape =
        layout == Layout::nchw ? std::vector<std::int64_t>{images, channels, height, width}
                               : std::vector<std::int64_t>{images, height, width, channels};
    Tensor expected(shape, dtype);
    std::vector<Rectangle> sources(count);
    try {
      plan.run(on_host, layout, expected, sources, workspace_);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::invalid_argument) throw;
      return;  // A box has less than a pixel.
    }
    void* const stream = any_stream();
    Tensor made = make_device_tensor(shape, dtype, device_, stream);
    plan.run(on_device, layout, made, sources, stream);
    results_.push_back({std::move(expected), std::move(made), stream});
  }

  void fetch() {
    const Result result = take(results_);
    same_ = same_numbers(copy_to_host(result.made, result.stream), result.expected) && same_;
    ++compared_;
  }

  RandomRecipe random_;
  Device device_;
  std::span<void* const> streams_;
  std::vector<RandomCase> cases_;
  std::vector<Plan> plans_;
  std::vector<Uploaded> images_;
  std::vector<Result> results_;
  Workspace workspace_;
  bool same_ = true;
  std::size_t compared_ = 0;
};

}  // namespace aicovid::test
