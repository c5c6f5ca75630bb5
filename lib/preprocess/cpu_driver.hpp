#pragma once

#include "cpu_filters.hpp"
#include "histogram.hpp"
#include "level_ranks.hpp"
#include "program.hpp"
#include "resample.hpp"

#include <aicovid/plan.hpp>
#include <aicovid/radiograph.hpp>

#include <array>
#include <cstdint>
#include <vector>

namespace aicovid {

/// The memory of the CPU driver. It is kept from run to run, and belongs to one thread at a time.
struct CpuMemory {
  GreyScale grey_scale;  ///< what `grey` was made of
  bool voi = true;
  std::vector<double> grey;
  std::vector<double> table;
  std::vector<float> numbers;
  LevelCounts counts;
  RankMemory ranks;
  std::vector<std::uint32_t> order;
  std::vector<double> sorted;
  std::vector<std::uint16_t> level_map;
  std::array<std::vector<std::uint16_t>, 2> rasters;
  FilterMemory filters;
  ResampleMemory resample;
  std::vector<float> raster;
  std::vector<float> scratch;
};

/// Where one image's result goes.
struct Target {
  void* data = nullptr;  ///< [C,H,W] or [H,W,C]
  DType dtype = DType::float32;
  Layout layout = Layout::nchw;
};

/// Runs a program; docs/preprocessing.md fixes the order of its floating-point operations.
///
/// @throws Error{invalid_argument} as `make_grey_table`
void run_on_cpu(const Program& program, const Radiograph& radiograph, const Target& target,
                CpuMemory& memory);

}  // namespace aicovid
