#include <aicovid/assessor.hpp>
#include <aicovid/read.hpp>

#include "bundle/bundle.hpp"
#include "core/installation.hpp"
#include "core/sha256.hpp"
#include "findings/image_findings.hpp"
#include "findings/lung_mask.hpp"
#include "findings/pixel_gate.hpp"
#include "fusion/deterioration.hpp"
#include "preprocess/cuda_module.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <exception>

namespace aicovid {

namespace {

/// Years by which the header's age may differ from the record's: one of them may be rounded, the
/// other truncated.
constexpr double kAgeToleranceYears = 2;

class Stopwatch {
 public:
  double elapsed_ms() const {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_)
        .count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  gmtime_r(&now, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

std::filesystem::path find_bundle(const std::filesystem::path& model) {
  std::error_code status;
  if (std::filesystem::is_directory(model, status)) return model;
  const bool is_name = model.has_filename() && !model.has_parent_path() && model.native()[0] != '.';
  if (is_name) {
    const auto installed = data_directory() / "models" / model;
    if (std::filesystem::is_directory(installed, status)) return installed;
  }
  throw Error(ErrorCode::not_found,
              "no such model: neither a directory nor the name of an installed bundle");
}

/// Sex and age of the header against the record: another patient's values would give a wrong risk
/// in silence.
std::optional<std::string> patient_mismatch(const ImageHeader& header,
                                            const ClinicalRecord& record) {
  const auto sex = record.text("sex");
  if (header.patient_sex && sex) {
    const std::string_view in_header = *header.patient_sex == Sex::male ? "male" : "female";
    if (in_header != *sex) {
      return fmt::format(
          "patient_mismatch: sex is '{}' in the clinical record, and the image's header "
          "(0010,0040) "
          "says otherwise",
          *sex);
    }
  }
  const auto age = record.number("age");
  if (header.patient_age_years && age &&
      std::abs(*header.patient_age_years - *age) > kAgeToleranceYears) {
    return fmt::format(
        "patient_mismatch: age is {} a in the clinical record, more than {} years from the image's "
        "header (0010,1010)",
        *age, kAgeToleranceYears);
  }
  return std::nullopt;
}

}  // namespace

struct Assessor::State {
  Bundle bundle;
  std::vector<DeteriorationConfig> outcomes;
  ComputeInfo compute;
};

Assessor Assessor::load(const std::filesystem::path& model, const AssessorOptions& options) {
  const auto backends = network_backends();
  if (std::ranges::find(backends, options.backend) == backends.end()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("backend is '{}'; this build has: {}", options.backend,
                            fmt::join(backends, ", ")));
  }
  require_cuda_device(options.device);
  auto state = std::make_shared<State>();
  state->bundle = load_bundle(find_bundle(model), options.backend, options.device);
  for (const std::string& outcome : state->bundle.outcomes) {
    state->outcomes.push_back(parse_deterioration_config(outcome));
  }
  state->compute = {.device = options.device.to_string(),
                    .backend = options.backend,
                    .precision = "fp32",
                    .decode = ""};
  return Assessor(std::move(state));
}

namespace {

/// What the networks have said so far, while one image goes through them.
struct Chain {
  ImageFindings findings;
  std::optional<Rectangle> lung_box;
  std::vector<GateReason> reasons;  ///< of the pixel gate
  double preprocess_ms = 0;
  double infer_ms = 0;
};

/// The inputs of one network, in order; sets `source` to what its raster covers.
std::vector<Tensor> make_inputs(const BundleNetwork& network, const Bundle& bundle,
                                const Radiograph& radiograph, const Chain& chain,
                                Rectangle& source) {
  std::vector<Tensor> inputs;
  Plan::Shape raster{};
  for (const std::string& input : network.inputs) {
    if (input.starts_with("plan:")) {
      const Plan& plan = bundle.plans.find(input.substr(5))->second;
      PlanOutput made = plan.run(radiograph, chain.lung_box);
      raster = plan.output_shape();
      source = made.source;
      inputs.push_back(std::move(made.tensor));
    } else {
      inputs.push_back(
          resample_lung_mask(chain.findings.mask, source, raster.height, raster.width));
    }
  }
  return inputs;
}

/// Runs the networks in their order; stops after the mask where it shows no lungs.
Chain run_networks(const Bundle& bundle, const Radiograph& radiograph) {
  Chain chain;
  for (const BundleNetwork& entry : bundle.networks) {
    Rectangle source;
    const Stopwatch preprocess;
    const std::vector<Tensor> inputs = make_inputs(entry, bundle, radiograph, chain, source);
    chain.preprocess_ms += preprocess.elapsed_ms();
    const Stopwatch infer;
    const std::vector<Tensor> outputs = entry.network->run(inputs);
    chain.infer_ms += infer.elapsed_ms();

    if (entry.role == "lungs") {
      chain.findings.mask = clean_lung_mask(outputs[0], source);
      chain.findings.lung_area_fraction =
          lung_area_fraction(chain.findings.mask, radiograph.rows(), radiograph.columns());
      chain.lung_box = lung_rectangle(chain.findings.mask);
      chain.reasons = pixel_gate(bundle.gate, chain.findings.mask, outputs[0], radiograph.rows(),
                                 radiograph.columns());
      if (!chain.lung_box) return chain;
    } else {
      std::map<std::string, Tensor> named;
      for (std::size_t i = 0; i < outputs.size(); ++i)
        named[entry.spec.outputs[i].name] = outputs[i];
      add_severity(chain.findings, bundle.findings, named, source);
    }
  }
  return chain;
}

}  // namespace

RiskReport Assessor::assess(const Radiograph& radiograph, const ClinicalRecord& record,
                            const AssessOptions& options) const {
  const Bundle& bundle = state_->bundle;
  RiskReport report;
  report.created = utc_now();
  report.model = bundle.info;
  report.compute = state_->compute;
  report.compute.decode = to_string(radiograph.scale());
  report.input = radiograph.header();
  report.clinical = record;
  report.gate_reasons = radiograph.gate_reasons();
  report.timing_ms.read = radiograph.read_ms();
  report.timing_ms.decode = radiograph.decode_ms();

  if (const auto mismatch = patient_mismatch(radiograph.header(), record)) {
    if (!options.force) throw Error(ErrorCode::bad_clinical_input, *mismatch);
    report.warnings.push_back({"patient_mismatch", mismatch->substr(mismatch->find(": ") + 2)});
  }

  // A bundle may accept less than the tag gate does.
  const auto& header = radiograph.header();
  const auto not_accepted = [](const std::vector<std::string>& accepted, const std::string& found) {
    return !found.empty() && std::ranges::find(accepted, found) == accepted.end();
  };
  const auto already = [&](std::string_view code) {
    return std::ranges::any_of(report.gate_reasons,
                               [&](const GateReason& reason) { return reason.code == code; });
  };
  if (header.source == "dicom" && not_accepted(bundle.modalities, header.modality) &&
      !already("modality") && !already("secondary_capture")) {
    report.gate_reasons.push_back({"modality", "0008,0060", header.modality,
                                   fmt::format("{}", fmt::join(bundle.modalities, " or "))});
  }

  if ((header.view == "AP" || header.view == "PA") && not_accepted(bundle.views, header.view)) {
    report.gate_reasons.push_back(
        {"view", "0018,5101", header.view, fmt::format("{}", fmt::join(bundle.views, " or "))});
  }

  report.verdict = verdict_of(report.gate_reasons, options.force);
  if (report.refused()) return report;
  if (!radiograph.has_pixels()) {
    throw Error(ErrorCode::invalid_argument,
                "the radiograph was read without its pixels; to force a score, read it with "
                "Refused::decode");
  }

  report.pixel_sha256 = sha256({radiograph.data(), radiograph.size_bytes()});
  Chain chain = run_networks(bundle, radiograph);
  report.timing_ms.preprocess = chain.preprocess_ms;
  report.timing_ms.infer = chain.infer_ms;
  report.gate_reasons.insert(report.gate_reasons.end(), chain.reasons.begin(), chain.reasons.end());
  report.verdict = verdict_of(report.gate_reasons, options.force);
  if (report.refused()) return report;

  chain.findings.side_verified = confirms_sides(header.patient_orientation);
  report.findings = std::move(chain.findings);

  const Stopwatch fuse;
  for (const DeteriorationConfig& outcome : state_->outcomes) {
    report.outcomes.push_back(assess_deterioration(outcome, record, report.findings->infiltrates));
  }
  report.timing_ms.fuse = fuse.elapsed_ms();
  return report;
}

std::vector<std::variant<RiskReport, Error>> Assessor::assess_batch(
    std::span<const Case> cases, const AssessOptions& options) const {
  std::vector<std::variant<RiskReport, Error>> results;
  results.reserve(cases.size());
  for (const Case& one : cases) {
    try {
      results.emplace_back(assess(one.radiograph, one.record, options));
    } catch (const Error& error) {
      results.emplace_back(error);
    } catch (const std::exception&) {
      results.emplace_back(
          Error(ErrorCode::internal, "the case could not be assessed: an unexpected failure"));
    }
  }
  return results;
}

std::vector<Check> Assessor::verify() const {
  std::vector<Check> checks;
  checks.push_back({"files", true, "manifest, checksums, networks and their output shapes"});
  for (const GoldenCase& golden : state_->bundle.golden) {
    const Radiograph radiograph = read_image(golden.image);
    const RiskReport report = assess(radiograph, {}, {.force = true});
    const auto compare = [&](const std::string& name, std::optional<double> found,
                             double expected) {
      const bool passed = found && std::abs(*found - expected) <= golden.tolerance;
      checks.push_back({fmt::format("{}: {}", golden.image.filename().string(), name), passed,
                        found ? fmt::format("{:.6f}; expected {:.6f} within {}", *found, expected,
                                            golden.tolerance)
                              : std::string("not computed")});
    };
    const ImageFindings findings = report.findings.value_or(ImageFindings{});
    compare("brixia", findings.brixia ? std::optional(findings.brixia->value) : std::nullopt,
            golden.brixia);
    for (std::size_t i = 0; i < golden.zones.size() && i < kZones; ++i) {
      compare(std::string(kZoneNames[i]),
              findings.zones ? std::optional((*findings.zones)[i].value) : std::nullopt,
              golden.zones[i]);
    }
    compare("infiltrates", findings.infiltrates, golden.infiltrates);
    compare("lung_area_fraction", findings.lung_area_fraction, golden.lung_area_fraction);
  }
  return checks;
}

const ModelInfo& Assessor::model() const noexcept { return state_->bundle.info; }

std::string Assessor::intended_use() const { return state_->bundle.intended_use; }

const Plan& Assessor::plan(std::string_view name) const {
  const auto& plans = state_->bundle.plans;
  const auto found = plans.find(name);
  if (found == plans.end()) {
    std::vector<std::string> names;
    for (const auto& [known, plan] : plans) names.push_back(known);
    throw Error(ErrorCode::invalid_argument,
                fmt::format("plan is '{}'; the bundle has: {}", name, fmt::join(names, ", ")));
  }
  return found->second;
}

}  // namespace aicovid
