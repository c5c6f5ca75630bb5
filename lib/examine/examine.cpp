#include "examine/examine.hpp"

#include "bundle_gate.hpp"
#include "examine/unreliable_image.hpp"
#include "run_networks.hpp"

#include "core/clock.hpp"
#include "core/sha256.hpp"
#include "findings/image_findings.hpp"

#include <aicovid/error.hpp>

#include <algorithm>
#include <variant>

namespace aicovid {

namespace {

void add_reasons(const std::vector<GateReason>& reasons, bool force, Examination& examination) {
  auto& all = examination.gate_reasons;
  all.insert(all.end(), reasons.begin(), reasons.end());
  examination.verdict = verdict_of(all, force);
}

/// Gives the findings the sides that Patient Orientation says.
ImageFindings on_the_patients_sides(ImageFindings findings, const std::string& orientation) {
  const bool exchanged = exchanges_sides(orientation);
  if (exchanged) exchange_sides(findings);
  findings.side_verified = exchanged || confirms_sides(orientation);
  return findings;
}

/// Keeps what the fusion network takes of the image: outputs of the severity network by name, so
/// that they can be written.
void keep_fusion_inputs(const BundleNetwork& fusion, const NetworkResults& results,
                        Examination& examination) {
  for (std::size_t i = 0; i < fusion.inputs.size(); ++i) {
    const NetworkSource& source = fusion.inputs[i];
    if (const auto* severity = std::get_if<SeveritySource>(&source)) {
      examination.kept_outputs[severity->output] = results.fusion_inputs[i];
    } else if (!std::holds_alternative<RecordSource>(source)) {
      examination.rejudge = false;
    }
  }
  if (!examination.rejudge) examination.fusion_inputs = results.fusion_inputs;
}

/// What can be said of a radiograph before the networks run.
Examination begin(const Bundle& bundle, const Radiograph& radiograph,
                  const ExamineOptions& options) {
  Examination examination;
  examination.created = utc_now();
  examination.model = bundle.info;
  examination.compute = bundle.compute;
  examination.compute.backend = backend_name(nullptr);
  examination.compute.decode = to_string(radiograph.scale());
  examination.input = radiograph.header();
  // A free text of the hospital, which an examination has no use for.
  examination.input.accession_number.clear();
  examination.timing_ms.read = radiograph.read_ms();
  examination.timing_ms.decode = radiograph.decode_ms();
  add_reasons(radiograph.gate_reasons(), options.force, examination);
  add_reasons(bundle_gate(bundle, radiograph), options.force, examination);
  if (examination.refused()) return examination;
  if (!radiograph.has_pixels()) {
    throw Error(ErrorCode::invalid_argument,
                "the radiograph was read without its pixels; to force a score, read it with "
                "ReadOptions::decode_refused");
  }
  if (options.hash_pixels) {
    examination.pixel_sha256 = sha256({radiograph.data(), radiograph.size_bytes()});
  }
  examination.compute.backend = bundle.compute.backend;
  return examination;
}

/// Adds what the networks have found.
void finish(const Bundle& bundle, NetworkResults results, bool force, Examination& examination) {
  examination.timing_ms.preprocess = results.preprocess_ms;
  examination.timing_ms.infer = results.infer_ms;
  add_reasons(results.reasons, force, examination);
  if (examination.refused()) return;

  examination.findings =
      on_the_patients_sides(std::move(results.findings), examination.input.patient_orientation);
  const auto embedding = results.severity.find("embedding");
  if (embedding != results.severity.end()) examination.embedding = embedding->second;
  const BundleNetwork* fusion = network_of(bundle.networks, NetworkRole::fusion);
  // Without lungs no network after the first has run.
  if (fusion != nullptr && !results.fusion_inputs.empty()) {
    keep_fusion_inputs(*fusion, results, examination);
  }
  for (const std::string_view code : unreliable_image(examination.gate_reasons)) {
    examination.warnings.push_back(
        {std::string(code),
         "The image's findings are unreliable: " + std::string(gate_code(code).meaning) + "."});
  }
}

using Examined = std::variant<Examination, std::exception_ptr>;

/// `work`'s examination, or the exception that it ends with.
template <typename Work>
Examined examined(const Work& work) {
  try {
    return work();
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace

std::vector<Examined> examine(const Bundle& bundle, std::span<const Radiograph> radiographs,
                              const Device& device, const ExamineOptions& options) {
  std::vector<Examined> all;
  // Those that the networks are to see. Copies of a radiograph share its pixels.
  std::vector<Radiograph> seen;
  std::vector<std::size_t> places;
  for (const Radiograph& radiograph : radiographs) {
    all.push_back(examined([&] { return begin(bundle, radiograph, options); }));
    const auto* examination = std::get_if<Examination>(&all.back());
    if (examination == nullptr || examination->refused()) continue;
    seen.push_back(radiograph);
    places.push_back(all.size() - 1);
  }
  auto results = run_networks(bundle, seen, device);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    Examined& one = all[places[i]];
    one = examined([&] {
      if (const auto* error = std::get_if<std::exception_ptr>(&results[i])) {
        std::rethrow_exception(*error);
      }
      Examination examination = std::move(std::get<Examination>(one));
      finish(bundle, std::move(std::get<NetworkResults>(results[i])), options.force, examination);
      return examination;
    });
  }
  return all;
}

bool Examination::operator==(const Examination& other) const {
  return model == other.model && compute == other.compute && input == other.input &&
         pixel_sha256 == other.pixel_sha256 && verdict == other.verdict &&
         gate_reasons == other.gate_reasons && warnings == other.warnings &&
         findings == other.findings && embedding == other.embedding &&
         kept_outputs == other.kept_outputs && rejudge == other.rejudge;
}

}  // namespace aicovid
