#include "findings_section.hpp"

#include "findings/finding_table.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <array>

namespace aicovid {
namespace {

ErrorQuantiles quantiles(const OrderedJson& json, const std::string& where) {
  const ErrorQuantiles error{.low = json.at("low"), .high = json.at("high")};
  if (error.low > error.high) {
    throw Error(ErrorCode::bad_bundle,
                fmt::format("manifest.json: {} has low {} and high {}; expected low <= high", where,
                            error.low, error.high));
  }
  return error;
}

std::optional<ErrorQuantiles> optional_quantiles(const OrderedJson& section,
                                                 const std::string& where) {
  if (!section.contains("error")) return {};
  return quantiles(section.at("error"), where + "/error");
}

/// The members of a linear score, which one that is an output of its own has not.
constexpr std::array<const char*, 4> kLine = {"slope", "intercept", "minimum", "maximum"};

Error bad_member(const std::string& where, const char* member, const std::string& reason) {
  return {ErrorCode::bad_bundle, fmt::format("manifest.json: {}/{} {}", where, member, reason)};
}

/// A score that the network gives itself.
///
/// @param maximum  the end of the score's range, which begins at 0
LinearScore own_output(const OrderedJson& section, const std::string& where, double maximum) {
  for (const char* member : kLine) {
    if (section.contains(member)) {
      throw bad_member(where, member,
                       "is unknown; expected only from and error, as the score is "
                       "an output of the network");
    }
  }
  return {.slope = 1,
          .intercept = 0,
          .minimum = 0,
          .maximum = maximum,
          .error = optional_quantiles(section, where),
          .of_brixia = false};
}

/// @param maximum  the end of the score's range, which begins at 0
LinearScore linear_of_brixia(const OrderedJson& section, const std::string& where, double maximum) {
  for (const char* member : kLine) {
    if (!section.contains(member)) throw bad_member(where, member, "is missing; expected a number");
  }
  LinearScore linear{.slope = section.at("slope"),
                     .intercept = section.at("intercept"),
                     .minimum = section.at("minimum"),
                     .maximum = section.at("maximum"),
                     .error = optional_quantiles(section, where)};
  if (linear.minimum >= linear.maximum || linear.minimum < 0 || linear.maximum > maximum) {
    throw Error(ErrorCode::bad_bundle,
                fmt::format("manifest.json: {} has minimum {} and maximum {}; expected minimum < "
                            "maximum, both from 0 to {}",
                            where, linear.minimum, linear.maximum, maximum));
  }
  return linear;
}

void require_output(const NetworkSpec* severity, const NetworkOutput& needed,
                    const std::string& where) {
  const auto has = [&](const NetworkOutput& output) {
    return output.name == needed.name && output.shape == needed.shape;
  };
  if (severity == nullptr || std::ranges::none_of(severity->outputs, has)) {
    throw Error(
        ErrorCode::bad_bundle,
        fmt::format("manifest.json: {} needs the output {} [{}] of a network of role \"severity\", "
                    "which the manifest does not have",
                    where, needed.name, fmt::join(needed.shape, ",")));
  }
}

InfiltratesCalibration infiltrates(const OrderedJson& section, BundleFiles& files,
                                   const std::string& where) {
  const std::string path = section.at("calibration");
  const auto bytes = files.read(files.listed(path, where + "/calibration"));
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const OrderedJson platt = parse_checked(text, {.file = path, .definition = "calibration"});
  return {.platt = {.intercept = platt.at("intercept"), .slope = platt.at("slope")},
          .prevalence = platt.at("prevalence"),
          .target_prevalence = section.at("target_prevalence")};
}

}  // namespace

FindingsConfig read_findings(const OrderedJson& manifest, BundleFiles& files,
                             const NetworkSpec* severity) {
  FindingsConfig config;
  if (!manifest.contains("findings")) return config;
  const OrderedJson& findings = manifest.at("findings");
  const NetworkOutput zones{"zones", {1, static_cast<std::int64_t>(kZones)}};
  const NetworkOutput logit{"infiltrates_logit", {1, 1}};

  if (findings.contains("brixia")) {
    require_output(severity, zones, "/findings/brixia");
    config.brixia = true;
    config.brixia_error = optional_quantiles(findings.at("brixia"), "/findings/brixia");
  }
  if (findings.contains("zones")) {
    require_output(severity, zones, "/findings/zones");
    const OrderedJson& section = findings.at("zones");
    for (std::size_t zone = 0; section.contains("error") && zone < kZones; ++zone) {
      const OrderedJson& error = section.at("error");
      config.zone_error[zone] =
          error.is_array()
              ? quantiles(error.at(zone), fmt::format("/findings/zones/error/{}", zone))
              : quantiles(error, "/findings/zones/error");
    }
  }
  const auto score = [&](const std::string& name, double maximum) -> std::optional<LinearScore> {
    if (!findings.contains(name)) return {};
    const std::string where = "/findings/" + name;
    const std::string from = findings.at(name).at("from");
    if (from == name) {
      require_output(severity, {name, {1, 1}}, where);
      return own_output(findings.at(name), where, maximum);
    }
    if (from != "linear(brixia)") {
      throw bad_member(where, "from",
                       fmt::format("is \"{}\"; expected \"linear(brixia)\" or \"{}\"", from, name));
    }
    if (!config.brixia) {
      throw Error(
          ErrorCode::bad_bundle,
          fmt::format(
              "manifest.json: {} is computed from the Brixia score; expected /findings/brixia",
              where));
    }
    return linear_of_brixia(findings.at(name), where, maximum);
  };
  config.extent = score("extent", maximum_of("extent"));
  config.opacity = score("opacity", maximum_of("opacity"));
  if (findings.contains("infiltrates")) {
    require_output(severity, logit, "/findings/infiltrates");
    config.infiltrates = infiltrates(findings.at("infiltrates"), files, "/findings/infiltrates");
  }
  if (findings.contains("severity_index")) {
    require_output(severity, {"severity_index", {1, 1}}, "/findings/severity_index");
    config.severity_index_scale = findings.at("severity_index").at("scale");
  }
  return config;
}

PixelGateConfig read_gate(const OrderedJson& manifest, const NetworkSpec* severity) {
  PixelGateConfig config;
  if (!manifest.contains("gate")) return config;
  const OrderedJson& gate = manifest.at("gate");
  config.minimum_lung_fraction = gate.value("minimum_lung_fraction", config.minimum_lung_fraction);
  config.minimum_confidence = gate.value("minimum_confidence", config.minimum_confidence);
  config.uncertain_lung_fraction =
      gate.value("uncertain_lung_fraction", config.uncertain_lung_fraction);
  config.uncertain_asymmetry = gate.value("uncertain_asymmetry", config.uncertain_asymmetry);
  config.not_a_chest = gate.value("not_a_chest", config.not_a_chest);
  config.inverted = gate.value("inverted", config.inverted);
  config.rotated = gate.value("rotated", config.rotated);
  if (gate.contains("maximum_distance")) {
    require_output(severity, {"distance", {1, 1}}, "/gate/maximum_distance");
    config.maximum_distance = gate.at("maximum_distance");
  }
  return config;
}

}  // namespace aicovid
