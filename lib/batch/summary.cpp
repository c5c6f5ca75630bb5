#include <aicovid/batch.hpp>
#include <aicovid/version.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <numeric>

namespace aicovid {

namespace {

using Json = nlohmann::ordered_json;

double seconds(double ms) { return ms / 1000; }

/// What the networks do with a batch, in words: "lungs: 8 images a forward pass".
std::string forward_passes(const BatchSummary& summary) {
  std::string text;
  for (const NetworkInfo& network : summary.networks) {
    text += fmt::format("{}{}: ", text.empty() ? "" : "; ", network.role);
    text += network.forward_pass == ForwardPass::batched
                ? fmt::format("up to {} images a forward pass", summary.batch)
                : "one image a forward pass, as it cannot take several";
  }
  return text;
}

/// The stages, and the seconds that all threads spent in each, together.
std::vector<std::pair<std::string, double>> stages_of(const BatchSummary& summary) {
  const StageTimes& times = summary.stages_ms;
  return {{"read", seconds(times.read)},
          {"decode", seconds(times.decode)},
          {"preprocess", seconds(times.preprocess)},
          {"infer", seconds(times.infer)},
          {"judge", seconds(times.judge)},
          {"write", seconds(summary.write_ms)}};
}

}  // namespace

std::size_t BatchSummary::error_rows() const {
  return std::accumulate(errors.begin(), errors.end(), std::size_t{0},
                         [](std::size_t sum, const auto& one) { return sum + one.second; });
}

double BatchSummary::images_per_s() const {
  const std::size_t rows = ok + refused + error_rows() - resumed;
  return elapsed_s > 0 ? static_cast<double>(rows) / elapsed_s : 0;
}

std::string to_json(const BatchSummary& summary, int indent) {
  Json json = {{"schema", "aicovid.batch_summary/1"},
               {"software", {{"name", "aicovid"}, {"version", version()}}},
               {"model",
                {{"name", summary.model.name},
                 {"version", summary.model.version},
                 {"manifest_sha256", summary.model.manifest_sha256},
                 {"licence", summary.model.licence}}},
               {"compute",
                {{"device", summary.compute.device},
                 {"backend", summary.compute.backend},
                 {"precision", summary.compute.precision},
                 {"decode", summary.compute.decode}}},
               {"workers", summary.workers},
               {"batch", summary.batch},
               {"networks", Json::array()},
               {"files", summary.files},
               {"resumed", summary.resumed},
               {"ok", summary.ok},
               {"refused", summary.refused},
               {"error", summary.error_rows()},
               {"errors", Json::object()}};
  if (!summary.compute.cudnn.empty()) json["compute"]["cudnn"] = summary.compute.cudnn;
  for (const NetworkInfo& network : summary.networks) {
    json["networks"].push_back(
        {{"role", network.role}, {"forward_pass", to_string(network.forward_pass)}});
  }
  for (const auto& [code, count] : summary.errors) json["errors"][code] = count;
  if (summary.without_record) json["without_record"] = *summary.without_record;
  json["elapsed_s"] = summary.elapsed_s;
  json["images_per_s"] = summary.images_per_s();
  for (const auto& [stage, time] : stages_of(summary)) json["stages_s"][stage] = time;
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string to_text(const BatchSummary& summary) {
  std::string text = fmt::format("{} files: {} scored, {} refused, {} with an error", summary.files,
                                 summary.ok, summary.refused, summary.error_rows());
  std::string codes;
  for (const auto& [code, count] : summary.errors) {
    codes += fmt::format("{}{} {}", codes.empty() ? "" : ", ", count, code);
  }
  if (!codes.empty()) text += fmt::format(" ({})", codes);
  if (summary.resumed > 0) text += fmt::format("; {} rows were there already", summary.resumed);
  if (summary.without_record) {
    text += fmt::format("\n{} without a row of the clinical table", *summary.without_record);
  }
  if (summary.batch > 1) text += fmt::format("\n{}", forward_passes(summary));
  text += fmt::format("\n{:.1f} s, {:.2f} images/s with {} workers; seconds in all threads:",
                      summary.elapsed_s, summary.images_per_s(), summary.workers);
  for (const auto& [stage, time] : stages_of(summary))
    text += fmt::format(" {} {:.1f}", stage, time);
  return text;
}

}  // namespace aicovid
