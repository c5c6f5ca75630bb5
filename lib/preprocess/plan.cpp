#include "cpu_driver.hpp"
#include "cuda_calls.hpp"
#include "grey_levels.hpp"
#include "program.hpp"
#include "recipe.hpp"
#include "uploaded_pixels.hpp"

#include <aicovid/error.hpp>
#include <aicovid/plan.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <mutex>
#include <vector>

namespace aicovid {
namespace {

/// Keeps the programs of a recipe for whole images, one for each size, so that each is made once.
/// Several threads may use it at once.
class ProgramCache {
 public:
  std::shared_ptr<const Program> of(const Recipe& recipe, ImageSize size) {
    const std::lock_guard lock(mutex_);
    for (const Entry& entry : entries_) {
      if (entry.size == size) return entry.program;
    }
    auto program = std::make_shared<Program>();
    make_program(recipe, size, {}, *program);
    // A user whose images have very many sizes gets some programs made again.
    if (entries_.size() == kMost) entries_.erase(entries_.begin());
    entries_.push_back({size, program});
    return program;
  }

 private:
  struct Entry {
    ImageSize size;
    std::shared_ptr<const Program> program;
  };
  static constexpr std::size_t kMost = 16;
  std::mutex mutex_;
  std::vector<Entry> entries_;
};

/// What a batch's tensor must fit.
struct Batch {
  std::size_t count = 0;
  Device device;
};

/// Checks that the tensor and the sources fit the batch.
///
/// @return the bytes of one image's part of the tensor
/// @throws Error{invalid_argument} naming what does not fit
std::size_t check_batch(const Plan::Shape& output, Layout layout, const Tensor& tensor,
                        const Batch& batch, std::size_t sources) {
  const auto [channels, height, width] = output;
  const bool planes = layout == Layout::nchw;
  const std::array<std::int64_t, 4> shape{static_cast<std::int64_t>(batch.count),
                                          planes ? channels : height, planes ? height : width,
                                          planes ? width : channels};
  if (!std::ranges::equal(tensor.shape(), shape) || tensor.device() != batch.device) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the output tensor is [{}] on {}; expected [{}] on {}",
                            fmt::join(tensor.shape(), ","), tensor.device().to_string(),
                            fmt::join(shape, ","), batch.device.to_string()));
  }
  const DType dtype = tensor.dtype();
  if (dtype != DType::float32 && dtype != DType::float16 && dtype != DType::bfloat16) {
    throw Error(ErrorCode::invalid_argument,
                "the output tensor holds integers; expected float32, float16 or bfloat16");
  }
  if (sources != batch.count) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("there are {} source rectangles for {} images", sources, batch.count));
  }
  return size_of(dtype) * static_cast<std::size_t>(channels) * static_cast<std::size_t>(height) *
         static_cast<std::size_t>(width);
}

ImageSize image_size(const Radiograph& radiograph) {
  return {radiograph.rows(), radiograph.columns(), radiograph.header().pixel_aspect};
}

}  // namespace

struct Plan::State {
  Recipe recipe;
  mutable ProgramCache programs;
};

struct Workspace::Memory {
  CpuMemory cpu;
  Program cropped;
};

Workspace::Workspace() : memory_(std::make_unique<Memory>()) {}
Workspace::~Workspace() = default;
Workspace::Workspace(Workspace&&) noexcept = default;
Workspace& Workspace::operator=(Workspace&&) noexcept = default;

Plan Plan::parse_json(std::string_view json) {
  auto state = std::make_shared<State>();
  state->recipe = parse_recipe(json);
  return Plan(std::move(state));
}

bool Plan::needs_lung_box() const noexcept { return state_->recipe.image.needs_lung_box; }

Plan::Shape Plan::output_shape() const noexcept {
  const ImageFacts& image = state_->recipe.image;
  return {.channels = image.channels, .height = image.height, .width = image.width};
}

PlanOutput Plan::run(const Radiograph& radiograph, const std::optional<Rectangle>& lung_box) const {
  const auto [channels, height, width] = output_shape();
  PlanOutput output{.tensor = Tensor({1, channels, height, width}, DType::float32), .source = {}};
  const PlanInput input{radiograph, lung_box};
  Workspace workspace;
  run({&input, 1}, Layout::nchw, output.tensor, {&output.source, 1}, workspace);
  return output;
}

Rectangle Plan::source(const Radiograph& radiograph,
                       const std::optional<Rectangle>& lung_box) const {
  Program program;
  make_program(state_->recipe, image_size(radiograph), lung_box, program);
  return program.source;
}

void Plan::run(std::span<const PlanInput> images, Layout layout, Tensor& tensor,
               std::span<Rectangle> sources, Workspace& workspace) const {
  const std::size_t bytes =
      check_batch(output_shape(), layout, tensor, {.count = images.size()}, sources.size());
  auto* data = static_cast<std::byte*>(tensor.data());
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto& [radiograph, lung_box] = images[i];
    if (!radiograph.has_pixels()) {
      throw Error(ErrorCode::invalid_argument,
                  "the radiograph has a header only; expected decoded pixels");
    }
    const ImageSize size = image_size(radiograph);
    std::shared_ptr<const Program> whole;
    if (needs_lung_box()) {
      make_program(state_->recipe, size, lung_box, workspace.memory_->cropped);
    } else {
      whole = state_->programs.of(state_->recipe, size);
    }
    const Program& program = whole ? *whole : workspace.memory_->cropped;
    run_on_cpu(program, radiograph, {data + i * bytes, tensor.dtype(), layout},
               workspace.memory_->cpu);
    sources[i] = program.source;
  }
}

PlanOutput Plan::run(const DeviceImage& image, const std::optional<Rectangle>& lung_box,
                     void* stream) const {
  const auto [channels, height, width] = output_shape();
  PlanOutput output{.tensor = make_device_tensor({1, channels, height, width}, DType::float32,
                                                 image.device(), stream),
                    .source = {}};
  const DevicePlanInput input{image, lung_box};
  run({&input, 1}, Layout::nchw, output.tensor, {&output.source, 1}, stream);
  return output;
}

void Plan::run(std::span<const DevicePlanInput> images, Layout layout, Tensor& tensor,
               std::span<Rectangle> sources, void* stream) const {
  const Device device = images.empty() ? tensor.device() : images.front().image.device();
  const std::size_t bytes = check_batch(output_shape(), layout, tensor,
                                        {.count = images.size(), .device = device}, sources.size());
  auto* data = static_cast<std::byte*>(tensor.data());
  Program cropped;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto& [image, lung_box] = images[i];
    if (image.device() != device) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("image {} is on {}; expected all on {}", i,
                              image.device().to_string(), device.to_string()));
    }
    const Radiograph& radiograph = image.radiograph();
    const ImageSize size = image_size(radiograph);
    std::shared_ptr<const Program> whole;
    if (needs_lung_box()) {
      make_program(state_->recipe, size, lung_box, cropped);
    } else {
      whole = state_->programs.of(state_->recipe, size);
    }
    const Program& program = whole ? *whole : cropped;
    const GreyLevels& grey = image.tables_->of(radiograph.grey_scale(), program.voi);
    const DeviceImage::Pixels::Reading reading(*image.pixels_, stream);
    check(cuda_module(device).run(device.index, stream, program, grey,
                                  {image.data(), radiograph.columns(), radiograph.pixel_type()},
                                  {data + i * bytes, tensor.dtype(), layout}),
          device, "preprocessing");
    sources[i] = program.source;
  }
}

}  // namespace aicovid
