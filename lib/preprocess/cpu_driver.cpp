#include "cpu_driver.hpp"

#include "grey_table.hpp"
#include "operations/auto_invert.hpp"
#include "operations/percentile_clip.hpp"
#include "percentiles.hpp"

#include <algorithm>
#include <cstring>

namespace aicovid {
namespace {

/// Carries out the steps before the resize, on levels and the table of what they mean.
class OnLevels {
 public:
  OnLevels(const Radiograph& radiograph, bool voi, CpuMemory& memory)
      : stored_(Levels::of(radiograph)), levels_(stored_), memory_(memory) {
    const GreyScale& grey = radiograph.grey_scale();
    if (memory.grey.empty() || memory.voi != voi || memory.grey_scale != grey) {
      memory.grey.clear();  // If the next line throws, it is of no grey scale.
      make_grey_table(grey, voi, memory.grey);
      memory.voi = voi;
      memory.grey_scale = grey;
    }
    memory.table.assign(memory.grey.begin(), memory.grey.end());
    memory.table.push_back(0);  // Outside the image is black.
  }

  const Levels& levels() const { return levels_; }

  void operator()(const Points& points) { apply(points.per_channel.front()); }
  void operator()(const Background& background) { memory_.table.back() = background.value; }

  void operator()(const PercentileStretch& step) {
    const Range range = percentiles_of(step);
    apply(stretch(range.low, range.high));
  }

  void operator()(const InvertIfNegative& step) {
    const PixelBox& left = step.corners[0];
    const PixelBox& right = step.corners[1];
    if (is_inverted(sum(step.centre), pixels(step.centre), sum(left) + sum(right),
                    pixels(left) + pixels(right))) {
      apply(kInvert);
      if (!is_filtered()) keep_padding_black();
    }
  }

  void operator()(const MedianFilter& step) {
    // The levels are ranked by what they mean: the median of the ranks is the rank of the median.
    ascending_order(meanings(), memory_.order);
    memory_.level_map.resize(memory_.order.size());
    std::vector<double>& ranked = memory_.sorted;
    ranked.clear();
    for (const std::uint32_t i : memory_.order) {
      const double value = memory_.table[i];
      if (ranked.empty() || value != ranked.back()) ranked.push_back(value);
      memory_.level_map[i] = static_cast<std::uint16_t>(ranked.size() - 1);
    }
    std::uint16_t* out = next_raster(step.over);
    median(levels_, step.over, memory_.level_map, memory_.filters, out);
    ranked.push_back(memory_.table.back());
    memory_.table.swap(ranked);
    look_at(out, step.over);
  }

  void operator()(const Equalize& step) {
    const int quantum = ClaheGrid{.method = step.method}.quantum();
    memory_.level_map.resize(meanings().size());
    std::ranges::transform(meanings(), memory_.level_map.begin(), [&](double x) {
      return static_cast<std::uint16_t>(quantize(x, quantum));
    });
    memory_.counts.count(levels_, step.over);
    std::uint16_t* out = next_raster(step.over);
    const PointFunction<double> function =
        equalize(levels_, step, memory_.level_map, memory_.counts.counts(), memory_.filters, out);
    const double outside = memory_.table.back();
    const int highest =
        step.method == Equalize::Method::opencv ? quantum : ClaheGrid::kScikitHighest;
    memory_.table.clear();
    for (int level = 0; level <= highest; ++level) memory_.table.push_back(function(level));
    memory_.table.push_back(outside);
    look_at(out, step.over);
  }

 private:
  Range percentiles_of(const PercentileStretch& step) {
    const Range percent{step.low, step.high};
    if (!stored_.padding) {
      const auto range = quick_percentiles(levels_, step.over, meanings(), percent, memory_.ranks);
      if (range) return *range;
    }
    memory_.counts.count(levels_, step.over);
    if (is_filtered()) {
      memory_.counts.take_out_padding(levels_, stored_, step.over);
    } else {
      memory_.counts.leave_out_padding(levels_);
    }
    return percentiles(memory_.counts.counts(), meanings(), percent, memory_.order);
  }

  /// What the levels mean, but not the number outside.
  std::span<double> meanings() { return std::span(memory_.table).first(memory_.table.size() - 1); }

  void apply(const PointFunction<double>& function) {
    std::ranges::transform(memory_.table, memory_.table.begin(), function);
  }

  void keep_padding_black() {
    if (!levels_.padding) return;
    const int low = std::max(levels_.padding->low, levels_.lowest);
    const int high = std::min(levels_.padding->high, levels_.highest);
    for (int level = low; level <= high; ++level)
      memory_.table[static_cast<std::size_t>(level - levels_.lowest)] = 0;
  }

  static std::uint64_t pixels(const PixelBox& box) {
    return static_cast<std::uint64_t>(box.rows()) * static_cast<std::uint64_t>(box.columns());
  }

  std::uint64_t sum(const PixelBox& box) {
    return levels_.visit([&](auto stored) {
      const Lookup<double> lookup{memory_.table.data(), levels_.lowest, levels_.highest};
      std::uint64_t total = 0;
      for (int y = box.y0; y < box.y1; ++y) {
        const auto* row = levels_.at<decltype(stored)>(y, box.x0);
        for (int x = 0; x < box.columns(); ++x) total += GreySum::of(lookup(row[x]));
      }
      return total;
    });
  }

  /// A filter reads one raster and writes the other.
  std::uint16_t* next_raster(const PixelBox& box) {
    raster_ = 1 - raster_;
    auto& raster = memory_.rasters[static_cast<std::size_t>(raster_)];
    raster.resize(pixels(box));
    return raster.data();
  }
  void look_at(const std::uint16_t* raster, const PixelBox& box) {
    levels_ = {.pixels = reinterpret_cast<const std::byte*>(raster),
               .type = PixelType::uint16,
               .pitch = box.columns(),
               .covers = box,
               .lowest = 0,
               .highest = static_cast<int>(memory_.table.size()) - 2,
               .padding = {}};
  }

  bool is_filtered() const { return levels_.pixels != stored_.pixels; }

  const Levels stored_;
  Levels levels_;
  CpuMemory& memory_;
  int raster_ = 0;
};

/// Carries out, on a raster of float32, the steps after the resize up to the last that looks at
/// more than one pixel.
class OnRaster {
 public:
  OnRaster(std::span<float> raster, ImageSize size, CpuMemory& memory)
      : raster_(raster), size_(size), memory_(memory) {}

  void operator()(const Points& points) { apply(points.per_channel.front()); }
  void operator()(const PercentileStretch& step) {
    memory_.scratch.assign(raster_.begin(), raster_.end());
    const Range range = percentiles(memory_.scratch, {step.low, step.high});
    apply(stretch(range.low, range.high));
  }
  void operator()(const MedianFilter&) { median(raster_, size_, memory_.filters); }
  void operator()(const Equalize& step) { equalize(raster_, size_, step, memory_.filters); }
  // These two stand before the resize only.
  void operator()(const Background&) {}
  void operator()(const InvertIfNegative&) {}

 private:
  void apply(const PointFunction<double>& function) {
    std::ranges::transform(raster_, raster_.begin(), function.as<float>());
  }

  std::span<float> raster_;
  ImageSize size_;
  CpuMemory& memory_;
};

template <typename Element, typename Convert>
void store(std::span<const float> values, Element* out, std::ptrdiff_t stride,
           const Convert& convert) {
  for (const float value : values) {
    *out = convert(value);
    out += stride;
  }
}

void store(std::span<const float> values, const Target& target, std::ptrdiff_t start,
           std::ptrdiff_t stride) {
  switch (target.dtype) {
    case DType::float16:
      store(values, static_cast<std::uint16_t*>(target.data) + start, stride, ToFloat16{});
      break;
    case DType::bfloat16:
      store(values, static_cast<std::uint16_t*>(target.data) + start, stride, ToBFloat16{});
      break;
    default:
      store(values, static_cast<float*>(target.data) + start, stride, [](float x) { return x; });
  }
}

}  // namespace

void run_on_cpu(const Program& program, const Radiograph& radiograph, const Target& target,
                CpuMemory& memory) {
  OnLevels on_levels(radiograph, program.voi, memory);
  for (const Step& step : program.before) std::visit(on_levels, step);

  const ImageSize size{program.vertical.size(), program.horizontal.size()};
  const auto plane = static_cast<std::size_t>(size.rows) * static_cast<std::size_t>(size.columns);
  memory.numbers.assign(memory.table.begin(), memory.table.end());
  const Source source{on_levels.levels(), memory.numbers};
  memory.raster.resize(plane);
  resample(program, source, memory.resample, memory.raster.data());
  if (program.clip_to_range_of) {
    const PointFunction<float> clip = range_clip(program, source, memory.counts);
    std::ranges::transform(memory.raster, memory.raster.begin(), clip);
  }

  const auto is_filter = [](const Step& step) { return !std::holds_alternative<Points>(step); };
  const auto last_filter = std::find_if(program.after.rbegin(), program.after.rend(), is_filter);
  const auto points = last_filter.base();
  OnRaster on_raster(memory.raster, size, memory);
  for (auto step = program.after.begin(); step != points; ++step) std::visit(on_raster, *step);

  for (int channel = 0; channel < program.channels; ++channel) {
    memory.scratch.assign(memory.raster.begin(), memory.raster.end());
    for (auto step = points; step != program.after.end(); ++step) {
      const auto& functions = std::get<Points>(*step).per_channel;
      const auto function =
          functions[functions.size() == 1 ? 0 : static_cast<std::size_t>(channel)].as<float>();
      std::ranges::transform(memory.scratch, memory.scratch.begin(), function);
    }
    const bool planes = target.layout == Layout::nchw;
    store(memory.scratch, target, planes ? channel * static_cast<std::ptrdiff_t>(plane) : channel,
          planes ? 1 : program.channels);
  }
}

}  // namespace aicovid
