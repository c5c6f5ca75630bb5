#include "run_program.hpp"

#include "../point_function.hpp"
#include "counting.hpp"
#include "execution.hpp"
#include "filters.hpp"
#include "levels.hpp"
#include "raster.hpp"
#include "resampling.hpp"
#include "table.hpp"

#include <algorithm>
#include <climits>
#include <variant>
#include <vector>

namespace aicovid {
namespace {

OrderedCounts make_ordered(Execution& run, const std::uint32_t* counts, const std::uint32_t* order,
                           std::size_t size) {
  OrderedCounts ordered{counts, order, size, nullptr};
  ordered.chunk_sums = run.allocate<std::uint64_t>(ordered.chunks());
  run.for_each(ordered.chunks(), SumChunk{ordered});
  return ordered;
}

Extremes* make_extremes(Execution& run) {
  // The device changes what was uploaded.
  return const_cast<Extremes*>(run.upload(std::vector<Extremes>{{INT_MAX, INT_MIN}}));
}

/// The maps of all tiles of a picture, from the bins of its pixels.
template <typename Bins>
const std::uint16_t* make_maps(Execution& run, const ClaheGrid& grid, const Bins& bins) {
  const auto entries = static_cast<std::size_t>(grid.tiles()) * ClaheGrid::kBins;
  auto* histograms = run.allocate_zeros<std::uint32_t>(entries);
  const Runs runs{{0, 0, grid.tiles_y * grid.tile_rows, grid.tiles_x * grid.tile_columns}};
  run.for_each(runs.count(), CountTiles<Bins>{grid, bins, runs, histograms});
  auto* maps = run.allocate<std::uint16_t>(entries);
  run.for_each(static_cast<std::size_t>(grid.tiles()), MakeMap{grid, histograms, maps});
  return maps;
}

/// The steps before the resize.
class OnLevels {
 public:
  OnLevels(Execution& run, const GreyLevels& grey, const StoredPixels& pixels)
      : run_(run),
        grey_(grey),
        raster_{.pixels = pixels.data,
                .type = pixels.type,
                .pitch = static_cast<std::size_t>(pixels.columns),
                .lowest = grey.lowest,
                .highest = grey.highest},
        stored_(raster_),
        table_(const_cast<double*>(run.upload(grey.table))),
        order_(grey.order.empty() ? nullptr : run.upload(grey.order)),
        descending_(const_cast<int*>(run.upload(std::vector<int>{grey.descending ? 1 : 0}))),
        padding_(grey.padding) {}

  const LevelRaster& raster() const { return raster_; }
  const double* table() const { return table_; }
  std::size_t levels() const { return static_cast<std::size_t>(raster_.levels()); }

  /// The least and the largest number of the pixels of a box.
  const double* range(const PixelBox& box) {
    const OrderedCounts counts = count(box, false);
    auto* range = run_.allocate<double>(2);
    run_.for_each(2, FindRange{counts, descending_, table_, range});
    return range;
  }

  void operator()(const Points& points) {
    apply(run_.upload(std::vector<PointFunction<double>>{points.per_channel.front()}));
  }
  void operator()(const Background& background) {
    run_.for_each(1, SetEntry{table_ + levels(), background.value});
  }

  void operator()(const PercentileStretch& step) {
    const OrderedCounts counts = count(step.over, true);
    auto* numbers = run_.allocate<double>(kNumbers);
    auto* function = run_.allocate<PointFunction<double>>(1);
    run_.for_each(kNumbers, FindNumber{counts, descending_, table_, step.low, step.high, numbers});
    run_.for_each(1, MakeStretch{counts, step.low, step.high, numbers, function});
    apply(function);
  }

  void operator()(const InvertIfNegative& step) {
    auto* sums = run_.allocate_zeros<std::uint64_t>(2);
    const auto sum = [&](const PixelBox& box, std::uint64_t* into) {
      const Runs runs{box};
      run_.for_each(runs.count(), SumGreys{raster_, runs, table_, into});
    };
    sum(step.centre, sums);
    for (const PixelBox& corner : step.corners) sum(corner, sums + 1);
    auto* function = run_.allocate<PointFunction<double>>(1);
    run_.for_each(1,
                  MakeInversion{sums, pixels_of(step.centre),
                                pixels_of(step.corners[0]) + pixels_of(step.corners[1]), function});
    apply(function);
    if (padding_ && raster_.pixels == stored_.pixels) {
      auto* order = run_.allocate<std::uint32_t>(levels());
      const int low = std::max(padding_->low, stored_.lowest) - stored_.lowest;
      const int high = std::min(padding_->high, stored_.highest) - stored_.lowest;
      run_.for_each(levels(), KeepPaddingBlack{function, low, high, order_,
                                               run_.upload(grey_.inverted_order), table_, order});
      order_ = order;
    }
  }

  void operator()(const MedianFilter& step) {
    const std::uint16_t* rank = nullptr;
    if (order_ != nullptr) {
      auto* ranks = run_.allocate<std::uint16_t>(levels());
      auto* ordered = run_.allocate<double>(levels() + 1);
      run_.for_each(levels(), OrderTable{table_, order_, ranks, ordered});
      run_.for_each(1, CopyEntry{table_ + levels(), ordered + levels()});
      rank = ranks;
      table_ = ordered;
      order_ = nullptr;
    }
    auto* out = run_.allocate<std::uint16_t>(pixels_of(step.over));
    run_.for_each(pixels_of(step.over), MedianOfRanks{raster_, rank, step.over, out});
    look_at(out, step.over, raster_.levels() - 1);
  }

  void operator()(const Equalize& step) {
    const ClaheGrid grid = ClaheGrid::of(step, step.over.rows(), step.over.columns());
    const OrderedCounts counts = count(step.over, false);
    auto* quantised = run_.allocate<std::uint16_t>(levels());
    Extremes* extremes = make_extremes(run_);
    run_.for_each(levels(),
                  QuantiseLevels{table_, counts.counts, grid.quantum(), quantised, extremes});
    auto* bins = run_.allocate<std::uint8_t>(levels());
    run_.for_each(levels(), MakeBins{step.method, quantised, counts.counts, extremes, bins});
    const BinsOfLevels bins_at{raster_, bins, step.over.y0, step.over.x0};
    const std::uint16_t* maps = make_maps(run_, grid, bins_at);
    auto* out = run_.allocate<std::uint16_t>(pixels_of(step.over));
    Extremes* result = make_extremes(run_);
    run_.for_each(pixels_of(step.over), BlendTiles<BinsOfLevels>{grid, bins_at, maps, out, result});

    const int highest =
        step.method == Equalize::Method::opencv ? grid.quantum() : ClaheGrid::kScikitHighest;
    const auto size = static_cast<std::size_t>(highest) + 1;
    auto* table = run_.allocate<double>(size + 1);
    run_.for_each(size, MeaningOfLevels{step.method, result, table});
    run_.for_each(1, CopyEntry{table_ + levels(), table + size});
    table_ = table;
    order_ = nullptr;
    descending_ = run_.allocate_zeros<int>(1);
    look_at(out, step.over, highest);
  }

 private:
  void apply(const PointFunction<double>* function) {
    run_.for_each(levels() + 1, MapTable{function, table_});
    run_.for_each(1, TurnOrder{function, descending_});
  }

  OrderedCounts count(const PixelBox& box, bool leave_out_padding) {
    auto* counts = run_.allocate_zeros<std::uint32_t>(levels());
    const Runs runs{box};
    run_.for_each(runs.count(), CountLevels{raster_, runs, counts});
    if (leave_out_padding && padding_) {
      const int low = std::max(padding_->low, stored_.lowest);
      const int high = std::min(padding_->high, stored_.highest);
      if (low > high) {
        // It lies outside Bits Stored, so that no pixel has it.
      } else if (raster_.pixels == stored_.pixels) {
        run_.for_each(static_cast<std::size_t>(high - low) + 1,
                      LeaveOut{low - stored_.lowest, counts});
      } else {
        run_.for_each(runs.count(), TakeOutPadding{raster_, stored_, low - stored_.lowest,
                                                   high - stored_.lowest, runs, counts});
      }
    }
    return make_ordered(run_, counts, order_, levels());
  }

  void look_at(const std::uint16_t* pixels, const PixelBox& box, int highest) {
    raster_ = {.pixels = pixels,
               .type = PixelType::uint16,
               .pitch = static_cast<std::size_t>(box.columns()),
               .y0 = box.y0,
               .x0 = box.x0,
               .lowest = 0,
               .highest = highest};
  }

  Execution& run_;
  const GreyLevels& grey_;
  LevelRaster raster_;
  const LevelRaster stored_;
  double* table_;
  const std::uint32_t* order_;
  int* descending_;
  std::optional<PixelPadding> padding_;
};

/// The steps after the resize up to the last that looks at more than one pixel.
class OnRaster {
 public:
  OnRaster(Execution& run, float* numbers, ImageSize size)
      : run_(run), numbers_(numbers), size_(size) {}

  const float* numbers() const { return numbers_; }
  std::size_t pixels() const {
    return static_cast<std::size_t>(size_.rows) * static_cast<std::size_t>(size_.columns);
  }

  void apply(const PointFunction<float>* function) {
    run_.for_each(pixels(), MapRaster{function, numbers_});
  }

  void operator()(const Points& points) {
    apply(run_.upload(std::vector<PointFunction<float>>{points.per_channel.front().as<float>()}));
  }

  void operator()(const PercentileStretch& step) {
    auto* upper = run_.allocate_zeros<std::uint32_t>(kHalves);
    run_.for_each(pixels(), CountUpperHalves{numbers_, upper});
    auto* found = run_.allocate<OrderedCounts::Found>(kNumbers);
    run_.for_each(kNumbers, FindUpperHalf{make_ordered(run_, upper, nullptr, kHalves), pixels(),
                                          step.low, step.high, found});
    auto* lower = run_.allocate_zeros<std::uint32_t>(kNumbers * kHalves);
    run_.for_each(pixels(), CountLowerHalves{numbers_, found, lower});
    auto* numbers = run_.allocate<double>(kNumbers);
    for (std::size_t k = 0; k < kNumbers; ++k) {
      run_.for_each(1, FindLowerHalf{make_ordered(run_, lower + k * kHalves, nullptr, kHalves),
                                     found + k, numbers + k});
    }
    auto* function = run_.allocate<PointFunction<float>>(1);
    run_.for_each(1, MakeRasterStretch{pixels(), step.low, step.high, numbers, function});
    apply(function);
  }

  void operator()(const MedianFilter&) {
    auto* out = run_.allocate<float>(pixels());
    run_.for_each(pixels(), MedianOfNumbers{numbers_, size_.rows, size_.columns, out});
    numbers_ = out;
  }

  void operator()(const Equalize& step) {
    const ClaheGrid grid = ClaheGrid::of(step, size_.rows, size_.columns);
    auto* quantised = run_.allocate<std::uint16_t>(pixels());
    Extremes* extremes = make_extremes(run_);
    run_.for_each(pixels(), QuantiseNumbers{numbers_, grid.quantum(), quantised, extremes});
    auto* bins = run_.allocate<std::uint8_t>(pixels());
    run_.for_each(pixels(), MakeBins{step.method, quantised, nullptr, extremes, bins});
    const BinsOfNumbers bins_at{bins, size_.columns};
    const std::uint16_t* maps = make_maps(run_, grid, bins_at);
    auto* levels = run_.allocate<std::uint16_t>(pixels());
    Extremes* result = make_extremes(run_);
    run_.for_each(pixels(), BlendTiles<BinsOfNumbers>{grid, bins_at, maps, levels, result});
    run_.for_each(pixels(), MeaningOfNumbers{step.method, result, levels, numbers_});
  }

  // These two stand before the resize only.
  void operator()(const Background&) {}
  void operator()(const InvertIfNegative&) {}

 private:
  Execution& run_;
  float* numbers_;
  ImageSize size_;
};

AxisTaps upload(Execution& run, const AxisWeights& axis) {
  return {run.upload(axis.first),  run.upload(axis.count),          run.upload(axis.offset),
          run.upload(axis.weight), run.upload(axis.padding_weight), axis.size(),
          axis.has_padding};
}

float* resample(Execution& run, const Program& program, const OnLevels& levels) {
  auto* table = run.allocate<float>(levels.levels() + 1);
  run.for_each(levels.levels() + 1, ToFloats{levels.table(), table});
  const AxisTaps vertical = upload(run, program.vertical);
  const AxisTaps horizontal = upload(run, program.horizontal);
  const Columns columns{program.horizontal.low(),
                        program.horizontal.high() - program.horizontal.low()};
  const auto height = static_cast<std::size_t>(vertical.size);
  const auto strip_size = height * static_cast<std::size_t>(columns.count);
  auto* strip = run.allocate<float>(strip_size);
  run.for_each(strip_size, ResampleVertically{levels.raster(), table, vertical, columns, strip});
  const auto pixels = height * static_cast<std::size_t>(horizontal.size);
  auto* numbers = run.allocate<float>(pixels);
  run.for_each(pixels,
               ResampleHorizontally{strip, columns, horizontal, table + levels.levels(), numbers});
  return numbers;
}

/// Applies the functions that end the program, and converts to the target's elements.
template <typename Element, typename Convert>
void store(Execution& run, const Program& program, std::span<const Step> points,
           const OnRaster& raster, const DeviceTarget& target) {
  std::vector<PointFunction<float>> functions;
  std::vector<int> per_step;
  for (const Step& step : points) {
    const auto& per_channel = std::get<Points>(step).per_channel;
    for (const auto& function : per_channel) functions.push_back(function.as<float>());
    per_step.push_back(static_cast<int>(per_channel.size()));
  }
  const auto channels = static_cast<std::size_t>(program.channels);
  run.for_each(raster.pixels() * channels,
               StoreElement<Element, Convert>{
                   raster.numbers(), raster.pixels(), run.upload(functions), run.upload(per_step),
                   static_cast<int>(per_step.size()), channels, target.layout == Layout::nchw,
                   static_cast<Element*>(target.data)});
}

void run_in(Execution& run, const Program& program, const GreyLevels& grey,
            const StoredPixels& pixels, const DeviceTarget& target) {
  OnLevels levels(run, grey, pixels);
  for (const Step& step : program.before) std::visit(levels, step);

  OnRaster raster(run, resample(run, program, levels),
                  {program.vertical.size(), program.horizontal.size()});
  if (program.clip_to_range_of) {
    auto* clip = run.allocate<PointFunction<float>>(1);
    run.for_each(1, MakeClip{levels.range(*program.clip_to_range_of),
                             program.padded ? levels.table() + levels.levels() : nullptr, clip});
    raster.apply(clip);
  }

  const auto is_filter = [](const Step& step) { return !std::holds_alternative<Points>(step); };
  const auto points = std::find_if(program.after.rbegin(), program.after.rend(), is_filter).base();
  for (auto step = program.after.begin(); step != points; ++step) std::visit(raster, *step);
  const std::span<const Step> rest(points, program.after.end());
  switch (target.dtype) {
    case DType::float16:
      store<std::uint16_t, ToFloat16>(run, program, rest, raster, target);
      break;
    case DType::bfloat16:
      store<std::uint16_t, ToBFloat16>(run, program, rest, raster, target);
      break;
    default:
      store<float, ToFloat32>(run, program, rest, raster, target);
  }
}

}  // namespace

void run_program(const Program& program, const GreyLevels& grey, const StoredPixels& pixels,
                 const DeviceTarget& target, [[maybe_unused]] void* stream) {
#ifndef AICOVID_ARRAYS_ON_HEAP
  Execution run(static_cast<cudaStream_t>(stream));
#else
  Execution run;
#endif
  run_in(run, program, grey, pixels, target);
}

}  // namespace aicovid
