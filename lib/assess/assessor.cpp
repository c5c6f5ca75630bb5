#include <aicovid/assessor.hpp>
#include <aicovid/read.hpp>

#include "bundle/bundle.hpp"
#include "clinical/declared_variables.hpp"
#include "core/installation.hpp"
#include "core/sha256.hpp"
#include "findings/image_findings.hpp"
#include "fusion/outcome.hpp"
#include "preprocess/cuda_module.hpp"

#include "chain.hpp"
#include "image_time.hpp"
#include "joint_network.hpp"
#include "patient_mismatch.hpp"
#include "stopwatch.hpp"
#include "unreliable_image.hpp"
#include "verify.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <chrono>
#include <ctime>
#include <exception>

namespace aicovid {

namespace {

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
    auto installed = data_directory() / "models" / model;
    if (std::filesystem::is_directory(installed, status)) return installed;
  }
  throw Error(ErrorCode::not_found,
              "no such model: neither a directory nor the name of an installed bundle");
}

}  // namespace

struct Assessor::State {
  Bundle bundle;
  ClinicalVariables variables;
  std::vector<OutcomeConfig> outcomes;
  Device device;
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
  state->variables = parse_declared_variables(state->bundle.clinical);
  for (const std::string& outcome : state->bundle.outcomes) {
    OutcomeConfig config = parse_outcome(outcome, state->bundle.outcome_files, state->variables);
    const auto* learned = std::get_if<LearnedOutcome>(&config.model);
    if (learned && learned->needs_network() && !joint_network(state->bundle)) {
      throw Error(ErrorCode::bad_bundle,
                  fmt::format("outcome {}: expected a network of role \"fusion\" in /networks",
                              learned->name()));
    }
    state->outcomes.push_back(std::move(config));
  }
  state->device = options.device;
  state->compute = {.device = options.device.to_string(),
                    .backend = options.backend,
                    .precision = "fp32",
                    .decode = ""};
  return Assessor(std::move(state));
}

namespace {

/// The record and what its reader should know of it.
void set_clinical(const ClinicalRecord& record, const ClinicalVariables& variables,
                  RiskReport& report) {
  // A value that another bundle declares may be in another unit, or be another thing.
  const bool has_declared = !record.variables().declared().empty();
  if (has_declared && record.variables() != variables) {
    throw Error(ErrorCode::invalid_argument,
                "the record has values that another bundle declares; expected one read with the "
                "clinical variables of this bundle");
  }
  report.clinical = record;
  for (const ClinicalWarning& warning : record.warnings()) {
    report.warnings.push_back({warning.code, warning.message});
  }
}

/// What no interval of these outcomes covers.
void add_uncertainty_warnings(const std::vector<OutcomeConfig>& configs, RiskReport& report) {
  bool published = false;
  bool learned = false;
  for (std::size_t i = 0; i < configs.size(); ++i) {
    if (!report.outcomes[i].probability) continue;
    const bool is_learned = std::holds_alternative<LearnedOutcome>(configs[i].model);
    (is_learned ? learned : published) = true;
  }
  if (published) {
    report.warnings.push_back(
        {"coefficient_uncertainty_not_published",
         "No interval covers the uncertainty of the published model's coefficients."});
  }
  if (learned) {
    report.warnings.push_back(
        {"parameter_uncertainty_not_covered",
         "No interval covers the uncertainty of the learned model's own parameters."});
  }
}

/// @param chain  null without an image
void add_outcomes(const std::vector<OutcomeConfig>& configs, const Bundle& bundle,
                  const Chain* chain, RiskReport& report) {
  const Stopwatch fuse;
  ImageEvidence image;
  if (report.findings) image.findings = &*report.findings;
  image.unreliable = unreliable_image(report.gate_reasons);
  for (const OutcomeReason& reason : image.unreliable) {
    report.warnings.push_back({reason.code, "The image's findings are unreliable: " +
                                                std::string(gate_code(reason.code).meaning) + "."});
  }
  if (const BundleNetwork* joint = joint_network(bundle)) {
    image.network_sees_image = sees_image(*joint);
    if (chain || !image.network_sees_image) {
      image.network = joint_logit(*joint, chain ? chain->joint_inputs : std::vector<Tensor>());
    }
  }
  for (const OutcomeConfig& config : configs) {
    report.outcomes.push_back(assess_outcome(config, report.clinical, image));
  }
  report.timing_ms.fuse = fuse.elapsed_ms();
  add_uncertainty_warnings(configs, report);
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
  set_clinical(record, state_->variables, report);
  report.timing_ms.read = radiograph.read_ms();
  report.timing_ms.decode = radiograph.decode_ms();

  if (const auto mismatch = patient_mismatch(radiograph.header(), record)) {
    if (!options.force) throw Error(ErrorCode::patient_mismatch, *mismatch);
    report.warnings.push_back({"patient_mismatch", *mismatch});
  }
  if (const auto warning = values_not_at_image_time(radiograph.header(), record)) {
    report.warnings.push_back(*warning);
  }

  const auto add_reasons = [&](const std::vector<GateReason>& reasons) {
    report.gate_reasons.insert(report.gate_reasons.end(), reasons.begin(), reasons.end());
    report.verdict = verdict_of(report.gate_reasons, options.force);
  };
  add_reasons(radiograph.gate_reasons());
  add_reasons(bundle_gate(bundle, radiograph));
  if (report.refused()) return report;
  if (!radiograph.has_pixels()) {
    throw Error(ErrorCode::invalid_argument,
                "the radiograph was read without its pixels; to force a score, read it with "
                "Refused::decode");
  }

  report.pixel_sha256 = sha256({radiograph.data(), radiograph.size_bytes()});
  Chain chain = run_networks(bundle, radiograph, state_->device);
  report.timing_ms.preprocess = chain.preprocess_ms;
  report.timing_ms.infer = chain.infer_ms;
  add_reasons(chain.reasons);
  if (report.refused()) return report;

  const std::string& orientation = radiograph.header().patient_orientation;
  const bool exchanged = exchanges_sides(orientation);
  if (exchanged) exchange_sides(chain.findings);
  chain.findings.side_verified = exchanged || confirms_sides(orientation);
  report.findings = std::move(chain.findings);
  add_outcomes(state_->outcomes, bundle, &chain, report);
  return report;
}

RiskReport Assessor::assess(const ClinicalRecord& record) const {
  RiskReport report;
  report.created = utc_now();
  report.model = state_->bundle.info;
  report.compute = state_->compute;
  set_clinical(record, state_->variables, report);
  add_outcomes(state_->outcomes, state_->bundle, nullptr, report);
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
    } catch (const std::bad_alloc&) {
      results.emplace_back(Error(ErrorCode::out_of_memory, "the memory does not suffice"));
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
    const ClinicalRecord record =
        golden.record.empty()
            ? ClinicalRecord()
            : ClinicalRecord::parse_json(golden.record, {.variables = state_->variables});
    const RiskReport report = golden.image.empty()
                                  ? assess(record)
                                  : assess(read_image(golden.image), record, {.force = true});
    add_golden_checks(golden, report, checks);
  }
  return checks;
}

const ClinicalVariables& Assessor::clinical_variables() const noexcept { return state_->variables; }

ClinicalVariables clinical_variables(const std::filesystem::path& model) {
  return parse_declared_variables(read_clinical_section(find_bundle(model)));
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
