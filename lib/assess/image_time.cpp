#include "image_time.hpp"

#include <clinical/measured_at.hpp>
#include <clinical/plain_name.hpp>

#include <string>
#include <vector>

#include <fmt/format.h>

namespace aicovid {

namespace {

/// This project's rule: an image and values of one assessment are at most a day apart.
constexpr std::chrono::hours kFarthest{24};

}  // namespace

std::optional<Warning> values_not_at_image_time(const ImageHeader& header,
                                                const ClinicalRecord& record) {
  if (!header.acquired) return std::nullopt;
  std::vector<std::string> far;
  for (const auto& [name, time] : measured_at(record)) {
    if (time < header.acquired->earliest - kFarthest || time > header.acquired->latest + kFarthest)
      far.push_back(name);
  }
  if (far.empty()) return std::nullopt;
  return Warning{"values_not_at_image_time",
                 fmt::format("Measured more than {} hours from the time of the image: {}.",
                             kFarthest.count(), plain_names(far))};
}

}  // namespace aicovid
