#include "header_against_record.hpp"
#include "joint_network.hpp"
#include "verify.hpp"

#include "bundle/bundle.hpp"
#include "clinical/declared_variables.hpp"
#include "core/clock.hpp"
#include "core/error_of.hpp"
#include "core/installation.hpp"
#include "examine/examine.hpp"
#include "examine/resolution.hpp"
#include "examine/unreliable_image.hpp"
#include "fusion/outcome.hpp"
#include "preprocess/cuda_module.hpp"

#include <aicovid/assessor.hpp>
#include <aicovid/error.hpp>
#include <aicovid/read.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <exception>
#include <span>
#include <variant>

namespace aicovid {

namespace {

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

std::string name_of(const OutcomeConfig& config) {
  if (const auto* learned = std::get_if<LearnedOutcome>(&config.model)) return learned->name();
  return std::get<DeteriorationConfig>(config.model).name;
}

NetworksToLoad to_load(Networks networks) {
  switch (networks) {
    case Networks::all:
      return NetworksToLoad::all;
    case Networks::fusion:
      return NetworksToLoad::fusion;
    case Networks::none:
      break;
  }
  return NetworksToLoad::none;
}

}  // namespace

struct Assessor::State {
  std::filesystem::path directory;
  Bundle bundle;
  ClinicalVariables variables;
  std::vector<OutcomeConfig> outcomes;
  Device device;
  unsigned workers = 1;
  unsigned batch = 1;
};

Assessor Assessor::load(const std::filesystem::path& model, const AssessorOptions& options) {
  constexpr unsigned kMostWorkers = 1024;
  if (options.workers < 1 || options.workers > kMostWorkers) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("workers is {}; expected 1 to {}", options.workers, kMostWorkers));
  }
  constexpr unsigned kLargestBatch = 256;
  if (options.batch < 1 || options.batch > kLargestBatch) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("batch is {}; expected 1 to {}", options.batch, kLargestBatch));
  }
  require_cuda_device(options.device);
  auto state = std::make_shared<State>();
  state->directory = find_bundle(model);
  state->bundle = load_bundle(state->directory, {.backend = options.backend,
                                                 .device = options.device,
                                                 .networks = to_load(options.networks),
                                                 .workers = options.workers,
                                                 .batch = options.batch,
                                                 .precision = options.precision});
  state->variables = read_declared_variables(state->bundle.clinical);
  for (const nlohmann::json& outcome : state->bundle.outcomes) {
    OutcomeConfig config = read_outcome(outcome, state->bundle.outcome_files, state->variables);
    const auto* learned = std::get_if<LearnedOutcome>(&config.model);
    const BundleNetwork* fusion = network_of(state->bundle.networks, NetworkRole::fusion);
    if (learned && learned->needs_network() && fusion == nullptr) {
      throw Error(ErrorCode::bad_bundle,
                  fmt::format("outcome {}: expected a network of role \"fusion\" in /networks",
                              learned->name()));
    }
    state->outcomes.push_back(std::move(config));
  }
  state->device = options.device;
  state->workers = options.workers;
  state->batch = options.batch;
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

/// What the outcomes may take of the image.
///
/// @param examination  null without an image
ImageEvidence evidence_of(const Bundle& bundle, const Examination* examination) {
  ImageEvidence image;
  std::vector<Tensor> inputs;
  const BundleNetwork* fusion = network_of(bundle.networks, NetworkRole::fusion);
  if (examination != nullptr) {
    if (examination->findings) image.findings = &*examination->findings;
    for (const std::string_view code : unreliable_image(examination->gate_reasons)) {
      image.unreliable.push_back({std::string(code),
                                  "This outcome uses what was read from an image whose findings "
                                  "are unreliable: " +
                                      std::string(gate_code(code).meaning) + "."});
    }
    if (fusion != nullptr) inputs = image_inputs(*fusion, *examination);
  }
  if (fusion != nullptr && fusion->network != nullptr) {
    image.network_sees_image = sees_image(*fusion);
    if (!inputs.empty() || !image.network_sees_image) image.network = joint_logit(*fusion, inputs);
  }
  return image;
}

void add_outcomes(const std::vector<OutcomeConfig>& configs, const ImageEvidence& image,
                  RiskReport& report) {
  for (const OutcomeConfig& config : configs) {
    report.outcomes.push_back(assess_outcome(config, report.clinical, image));
  }
  add_uncertainty_warnings(configs, report);
}

/// What contradicts the header. Nothing where nothing does.
void check_patient(const ImageHeader& header, const ClinicalRecord& record, bool force,
                   std::vector<Warning>& warnings) {
  if (const auto mismatch = patient_mismatch(header, record)) {
    if (!force) throw Error(ErrorCode::patient_mismatch, *mismatch);
    warnings.push_back({"patient_mismatch", *mismatch});
  }
}

void require_networks(const Bundle& bundle, NetworkRole first) {
  for (const BundleNetwork& network : bundle.networks) {
    if (network.role >= first && network.network == nullptr) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("the bundle was loaded without its network of role \"{}\"",
                              to_string(network.role)));
    }
  }
}

/// `coarse` where the radiograph was decoded finely enough for the lungs that it turned out to
/// have; otherwise what `examine` sees at the next finer scale, with the time that both took.
template <typename Examine>
Examination fine_enough(const Bundle& bundle, const Radiograph& radiograph, Examination coarse,
                        const Examine& examine) {
  if (!is_too_coarse(bundle, radiograph, coarse)) return coarse;
  Examination fine = examine(radiograph.finer());
  fine.timing_ms.read += coarse.timing_ms.read;
  fine.timing_ms.decode += coarse.timing_ms.decode;
  fine.timing_ms.preprocess += coarse.timing_ms.preprocess;
  fine.timing_ms.infer += coarse.timing_ms.infer;
  return fine;
}

ExamineOptions examine_options(const AssessOptions& options) {
  return {.force = options.force, .hash_pixels = options.hash_pixels};
}

}  // namespace

Examination Assessor::examine(const Radiograph& radiograph, const AssessOptions& options) const {
  require_networks(state_->bundle, NetworkRole::lungs);
  auto examined = std::move(aicovid::examine(state_->bundle, std::span(&radiograph, 1),
                                             state_->device, examine_options(options))[0]);
  if (const auto* error = std::get_if<std::exception_ptr>(&examined)) {
    std::rethrow_exception(*error);
  }
  return fine_enough(state_->bundle, radiograph, std::move(std::get<Examination>(examined)),
                     [&](const Radiograph& finer) { return examine(finer, options); });
}

RasterSize Assessor::fit_size() const { return aicovid::fit_size(state_->bundle); }

RiskReport Assessor::judge(const Examination& examination, const ClinicalRecord& record,
                           const AssessOptions& options) const {
  const Bundle& bundle = state_->bundle;
  require_networks(bundle, NetworkRole::fusion);
  if (examination.model.manifest_sha256 != bundle.info.manifest_sha256) {
    throw Error(ErrorCode::bad_bundle,
                fmt::format("the examination is of the bundle {} {} with the manifest {}; expected "
                            "one of {} {} with {}",
                            examination.model.name, examination.model.version,
                            examination.model.manifest_sha256, bundle.info.name,
                            bundle.info.version, bundle.info.manifest_sha256));
  }
  RiskReport report;
  report.created = utc_now();
  report.model = bundle.info;
  report.compute = examination.compute;
  report.input = examination.input;
  report.pixel_sha256 = examination.pixel_sha256;
  report.gate_reasons = examination.gate_reasons;
  report.timing_ms = examination.timing_ms;
  set_clinical(record, state_->variables, report);
  check_patient(examination.input, record, options.force, report.warnings);
  if (const auto warning = values_not_at_image_time(examination.input, record)) {
    report.warnings.push_back(*warning);
  }
  report.verdict = verdict_of(report.gate_reasons, options.force);
  if (report.refused()) return report;
  if (!examination.findings) {
    throw Error(ErrorCode::invalid_argument,
                "the image was examined without force and refused; examine it with force to score "
                "it all the same");
  }
  if (!examination.rejudge && examination.fusion_inputs.empty()) {
    throw Error(ErrorCode::unsupported,
                "the bundle's fusion network takes the picture itself, which a written examination "
                "does not hold (\"rejudge\": false); score the image again");
  }
  const Stopwatch fuse;
  report.findings = examination.findings;
  report.warnings.insert(report.warnings.end(), examination.warnings.begin(),
                         examination.warnings.end());
  const ImageEvidence image = evidence_of(bundle, &examination);
  const std::string backend = backend_name(bundle.engine);
  if (image.network && backend != report.compute.backend) report.compute.backend += ", " + backend;
  add_outcomes(state_->outcomes, image, report);
  report.timing_ms.fuse = fuse.elapsed_ms();
  return report;
}

namespace {

/// What contradicts the record should not wait for the networks; `judge` finds it again.
void check_before_networks(const Radiograph& radiograph, const ClinicalRecord& record,
                           const ClinicalVariables& variables, bool force) {
  RiskReport trial;
  set_clinical(record, variables, trial);
  check_patient(radiograph.header(), record, force, trial.warnings);
}

}  // namespace

RiskReport Assessor::assess(const Radiograph& radiograph, const ClinicalRecord& record,
                            const AssessOptions& options) const {
  check_before_networks(radiograph, record, state_->variables, options.force);
  return judge(examine(radiograph, options), record, options);
}

std::vector<std::variant<RiskReport, Error>> Assessor::assess_together(
    std::span<const Case> cases, const AssessOptions& options) const {
  std::vector<std::variant<RiskReport, Error>> results(cases.size());
  std::vector<Radiograph> radiographs;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    try {
      require_networks(state_->bundle, NetworkRole::lungs);
      check_before_networks(cases[i].radiograph, cases[i].record, state_->variables, options.force);
      radiographs.push_back(cases[i].radiograph);
      places.push_back(i);
    } catch (...) {
      results[i] = error_of(std::current_exception());
    }
  }
  std::vector<std::variant<Examination, std::exception_ptr>> examined;
  try {
    examined =
        aicovid::examine(state_->bundle, radiographs, state_->device, examine_options(options));
  } catch (...) {
    // What fails for all of them, as the device does.
    examined.assign(places.size(), std::current_exception());
  }
  for (std::size_t k = 0; k < places.size(); ++k) {
    const std::size_t i = places[k];
    try {
      if (const auto* error = std::get_if<std::exception_ptr>(&examined[k])) {
        std::rethrow_exception(*error);
      }
      const Examination examination =
          fine_enough(state_->bundle, radiographs[k], std::move(std::get<Examination>(examined[k])),
                      [&](const Radiograph& finer) { return examine(finer, options); });
      results[i] = judge(examination, cases[i].record, options);
    } catch (...) {
      results[i] = error_of(std::current_exception());
    }
  }
  return results;
}

RiskReport Assessor::assess(const ClinicalRecord& record) const {
  const Bundle& bundle = state_->bundle;
  require_networks(bundle, NetworkRole::fusion);
  RiskReport report;
  report.created = utc_now();
  report.model = bundle.info;
  // A fusion network that sees the image does not run without one.
  const BundleNetwork* fusion = network_of(bundle.networks, NetworkRole::fusion);
  const bool runs_network = fusion != nullptr && !sees_image(*fusion);
  report.compute = bundle.compute;
  report.compute.backend = backend_name(runs_network ? bundle.engine : nullptr);
  // The networks of the image alone run in another precision.
  report.compute.precision = to_string(Precision::fp32);
  set_clinical(record, state_->variables, report);
  const Stopwatch fuse;
  add_outcomes(state_->outcomes, evidence_of(bundle, nullptr), report);
  report.timing_ms.fuse = fuse.elapsed_ms();
  return report;
}

std::vector<Check> Assessor::verify() const {
  std::vector<Check> checks;
  checks.push_back({"files", true, "manifest, checksums, networks and their output shapes"});
  for (const UnusedFile& file :
       check_unused_files(state_->directory, state_->bundle.unused_files)) {
    const std::string detail =
        !file.present
            ? fmt::format("not installed; {} does not need it", backend_name(state_->bundle.engine))
        : file.as_listed ? std::string("as the manifest lists it")
                         : std::string("was changed; expected the SHA-256 of the manifest");
    checks.push_back({fmt::format("file {}", file.path), !file.present || file.as_listed, detail});
  }
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
  return read_declared_variables(read_clinical_section(find_bundle(model)));
}

const ModelInfo& Assessor::model() const noexcept { return state_->bundle.info; }

std::string Assessor::intended_use() const { return state_->bundle.intended_use; }

ComputeInfo Assessor::compute() const { return state_->bundle.compute; }

unsigned Assessor::workers() const noexcept { return state_->workers; }

unsigned Assessor::batch() const noexcept { return state_->batch; }

std::vector<NetworkInfo> Assessor::networks() const {
  std::vector<NetworkInfo> networks;
  for (const BundleNetwork& network : state_->bundle.networks) {
    if (network.network == nullptr || network.role == NetworkRole::fusion) continue;
    networks.push_back({std::string(to_string(network.role)), network.network->forward_pass()});
  }
  return networks;
}

std::vector<std::string> Assessor::outcome_names() const {
  std::vector<std::string> names;
  for (const OutcomeConfig& config : state_->outcomes) names.push_back(name_of(config));
  return names;
}

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
