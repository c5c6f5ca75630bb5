#pragma once

#include <aicovid/geometry.hpp>
#include <aicovid/radiograph.hpp>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace aicovid::test {

/// A recipe and an image for it, made of a seed.
struct RandomCase {
  std::string recipe;
  Radiograph radiograph;
  std::optional<Rectangle> lung_box;
};

/// Makes cases of any operations in any order that a recipe allows, sizes from 1, all pixel types,
/// and grey scales with windows, tables and padding.
class RandomRecipe {
 public:
  explicit RandomRecipe(std::uint32_t seed) : engine_(seed) {}

  RandomCase make() {
    const int rows = side();
    const int columns = side();
    Radiograph radiograph = image(rows, columns);
    const double height = std::max(1.0, uniform(0.1, 1.0) * rows);
    const double width = std::max(1.0, uniform(0.1, 1.0) * columns);
    const double y0 = uniform(0, rows - height);
    const double x0 = uniform(0, columns - width);
    return {recipe().dump(), std::move(radiograph), Rectangle{y0, x0, y0 + height, x0 + width}};
  }

  int below(int end) { return std::uniform_int_distribution<int>(0, end - 1)(engine_); }

 private:
  using json = nlohmann::json;

  bool chance(double share) { return uniform(0, 1) < share; }
  double uniform(double low, double high) {
    return low < high ? std::uniform_real_distribution<double>(low, high)(engine_) : low;
  }

  int side() {
    constexpr int kEdges[] = {1, 2, 3, 8, 31, 32, 33};
    return chance(0.4) ? kEdges[below(7)] : 1 + below(90);
  }

  Radiograph image(int rows, int columns) {
    constexpr PixelType kTypes[] = {PixelType::uint8, PixelType::int8, PixelType::uint16,
                                    PixelType::int16};
    const PixelType type = kTypes[below(4)];
    GreyScale grey;
    grey.is_signed = type == PixelType::int8 || type == PixelType::int16;
    const int most = size_of(type) == 1 ? 8 : 16;
    grey.bits_stored = chance(0.5) ? most : 2 + below(most - 1);
    if (chance(0.4)) grey.photometric = Photometric::monochrome1;
    if (chance(0.3)) grey.rescale_slope = uniform(-3, 3);
    if (chance(0.3)) grey.rescale_intercept = uniform(-500, 500);
    const double span = grey.highest() - grey.lowest();
    const double least = grey.lowest();
    if (chance(0.3)) {
      grey.window = Window{least + uniform(0, span), uniform(1, span + 1),
                           static_cast<Window::Function>(below(3))};
    }
    if (chance(0.2)) {
      LookupTable table{static_cast<int>(least + uniform(0, span / 2)), 10 + below(7), {}};
      table.entries.resize(static_cast<std::size_t>(1 + below(200)));
      for (auto& entry : table.entries) entry = static_cast<std::uint16_t>(below(1 << table.bits));
      grey.voi_lut = table;
    }
    if (chance(0.3)) {
      const int low = static_cast<int>(least + uniform(0, span));
      grey.padding = PixelPadding{low, low + below(4)};
    }
    // There are few values, so that many pixels are equal, or any. They are of the whole type, so
    // that some lie outside Bits Stored.
    const bool few = chance(0.5);
    std::vector<std::uint16_t> pixels(static_cast<std::size_t>(rows) *
                                      static_cast<std::size_t>(columns));
    const int first = below(65536);
    for (auto& pixel : pixels) {
      pixel = static_cast<std::uint16_t>(few ? first + below(5) * 37 : below(65536));
    }
    // An image of 8 bits takes half of the bytes.
    return Radiograph::from_array(pixels.data(), rows, columns, type, grey);
  }

  json filter(const std::string& name, bool resized) {
    if (name == "percentile_clip") {
      const double low = chance(0.3) ? 0 : uniform(0, 49);
      json operation{{"op", name}, {"low", low}, {"high", chance(0.3) ? 100 : uniform(51, 100)}};
      if (!resized && chance(0.3)) operation["of"] = "image";
      return operation;
    }
    if (name == "clahe") {
      const bool opencv = chance(0.5);
      return {{"op", name},
              {"method", opencv ? "opencv" : "scikit_image"},
              {"clip_limit", opencv ? uniform(0, 5) : uniform(0, 0.05)},
              {"tiles", {1 + below(9), 1 + below(9)}}};
    }
    if (name == "rescale") {
      const double from = uniform(-1, 1);
      return {{"op", name},
              {"from", {from, from + (chance(0.3) ? -1 : 1) * uniform(0.1, 2)}},
              {"to", {uniform(-2, 2), uniform(-2, 2)}}};
    }
    if (name == "normalize") {
      return {{"op", name}, {"mean", uniform(-1, 1)}, {"std", uniform(0.1, 2)}};
    }
    return {{"op", name}};
  }

  json recipe() {
    static const std::string kFilters[] = {"percentile_clip", "clahe", "median", "rescale",
                                           "normalize"};
    json list = json::array({{{"op", "grey"}, {"voi", chance(0.7)}}});
    if (chance(0.3)) list.push_back({{"op", "auto_invert"}});
    const auto filters = [&](bool resized) {
      while (chance(0.5)) list.push_back(filter(kFilters[below(5)], resized));
    };
    filters(false);
    if (chance(0.4)) {
      list.push_back({{"op", "lung_crop"}, {"margin", uniform(0, 0.3)}, {"square", chance(0.3)}});
      filters(false);
    }
    if (chance(0.3)) {
      list.push_back({{"op", "centre_crop"}});
      filters(false);
    }
    if (chance(0.3)) {
      list.push_back({{"op", "pad_square"}, {"value", uniform(-1, 2)}});
      filters(false);
    }
    static const std::string kMethods[] = {"area", "linear", "gaussian"};
    list.push_back({{"op", "resize"},
                    {"size", {1 + below(40), 1 + below(40)}},
                    {"method", kMethods[below(3)]}});
    filters(true);
    if (chance(0.4)) {
      const int channels = 1 + below(4);
      list.push_back({{"op", "channels"}, {"count", channels}});
      if (chance(0.7)) {
        json mean = json::array();
        json deviation = json::array();
        for (int i = 0; i < channels; ++i) {
          mean.push_back(uniform(-1, 1));
          deviation.push_back(uniform(0.1, 2));
        }
        list.push_back({{"op", "normalize"}, {"mean", mean}, {"std", deviation}});
      }
      if (chance(0.3)) list.push_back(filter("rescale", true));
    }
    // After a crop and then a filter there are no percentiles of the whole image.
    bool cropped = false;
    bool filtered = false;
    for (json& operation : list) {
      const std::string op = operation["op"];
      cropped = cropped || op == "lung_crop" || op == "centre_crop";
      filtered = filtered || (cropped && (op == "median" || op == "clahe"));
      if (filtered) operation.erase("of");
    }
    return list;
  }

  std::mt19937 engine_;
};

}  // namespace aicovid::test
