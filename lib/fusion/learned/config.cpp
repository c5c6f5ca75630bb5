#include "learned/model.hpp"

#include "core/json.hpp"

#include <fmt/format.h>
#include <cmath>
#include <numeric>

namespace aicovid {

namespace {

using nlohmann::json;

/// Weights are written with a few digits: their sum is 1 but for rounding.
constexpr double kWeightTolerance = 1e-9;

const std::string& file_named(const ConfigValue& member, const OutcomeFiles& files) {
  const auto found = files.find(member.text());
  if (found == files.end()) member.reject("a file that the manifest's files list");
  return found->second;
}

Evidence read_evidence(const ConfigValue& entry) {
  entry.require_only({"level", "patients", "result", "reference", "caveat"});
  Evidence evidence{
      .level =
          entry.at("level", "external, internal or none").one_of({"external", "internal", "none"}),
      .patients = {},
      .result = {},
      .reference = {},
      .caveat = entry.at("caveat", "what a reader must know").text()};
  if (const auto patients = entry.find("patients")) evidence.patients = patients->count();
  if (const auto result = entry.find("result")) evidence.result = result->text();
  if (const auto reference = entry.find("reference")) evidence.reference = reference->text();
  return evidence;
}

IndexPopulation read_index(const ConfigValue& entry) {
  entry.require_only({"of", "percentiles", "values"});
  const ConfigValue percentiles = entry.at("percentiles", "numbers from 0 to 100");
  const ConfigValue values = entry.at("values", "the index at these percentiles");
  IndexPopulation read{.of = entry.at("of", "whose index it is compared with").text(),
                       .percents = percentiles.ascending(2),
                       .values = values.ascending(2)};
  if (read.percents.front() < 0 || read.percents.back() > 100) {
    percentiles.reject("numbers from 0 to 100");
  }
  if (read.values.size() != read.percents.size()) values.reject("one for each percentile");
  return read;
}

double share(const ConfigValue& value) {
  const double number = value.number();
  if (number <= 0 || number >= 1) value.reject("a number between 0 and 1");
  return number;
}

Prevalence read_prevalence(const ConfigValue& entry) {
  entry.require_only({"fitted", "local"});
  return {.fitted = share(entry.at("fitted", "the share of events where it was fitted")),
          .local = share(entry.at("local", "the share of events where it is used"))};
}

std::vector<std::size_t> read_features(const ConfigValue& entry,
                                       const std::vector<LearnedInput>& inputs) {
  std::vector<std::size_t> features(inputs.size());
  std::iota(features.begin(), features.end(), std::size_t{0});
  const auto list = entry.find("features");
  if (!list) return features;
  features.clear();
  for (const std::string& name : list->texts()) {
    features.push_back(input_named(inputs, name, *list));
  }
  return features;
}

JointNetwork read_network(const ConfigValue& entry, const std::vector<LearnedInput>& inputs) {
  for (const LearnedInput& input : inputs) {
    if (input.may_be_missing && !input.imputed) {
      entry.reject("model", fmt::format("missing/value of {}: a network has no branch for a "
                                        "missing value",
                                        input.variable));
    }
  }
  return {.reference_logit = entry.at("reference_logit", "a number").number()};
}

/// An outcome that is no ensemble, or a member of one.
MemberModel read_member(const ConfigValue& entry, const std::vector<LearnedInput>& inputs,
                        const OutcomeFiles& files) {
  MemberModel member;
  const std::string model =
      entry.at("model", "logistic, xgboost or network").one_of({"logistic", "xgboost", "network"});
  if (model == "network") {
    member.model = read_network(entry, inputs);
    return member;
  }
  const ConfigValue path = entry.at("file", "the model's file");
  const std::string& content = file_named(path, files);
  if (model == "xgboost") {
    member.model = TreeModel::load(content, path, inputs, read_features(entry, inputs));
    return member;
  }
  const std::string subject = "logistic model " + path.text();
  const auto parsed = parse_json<json>(content, {.what = subject, .code = ErrorCode::bad_bundle});
  member.model = read_logistic(ConfigValue(parsed, subject), inputs);
  return member;
}

std::optional<Calibration> read_calibration(const ConfigValue& entry, const OutcomeFiles& files) {
  const auto path = entry.find("calibration");
  if (!path) return std::nullopt;
  return parse_calibration(file_named(*path, files), path->text());
}

std::vector<MemberModel> read_ensemble(const ConfigValue& list,
                                       const std::vector<LearnedInput>& inputs,
                                       const OutcomeFiles& files) {
  std::vector<MemberModel> members;
  double sum = 0;
  for (const auto& [index, entry] : list.members("a list of models")) {
    entry.require_only({"weight", "model", "file", "features", "reference_logit", "calibration"});
    MemberModel member = read_member(entry, inputs, files);
    const ConfigValue weight = entry.at("weight", "a number above 0");
    member.weight = weight.number();
    if (member.weight <= 0) weight.reject("a number above 0");
    member.calibration = read_calibration(entry, files);
    sum += member.weight;
    members.push_back(std::move(member));
  }
  if (members.size() < 2) list.reject("at least two models");
  if (std::abs(sum - 1) > kWeightTolerance) list.reject("weights whose sum is 1");
  return members;
}

}  // namespace

LearnedModel read_learned_model(const json& root, const OutcomeFiles& files,
                                const ClinicalVariables& variables) {
  const ConfigValue unnamed(root, "outcome");
  LearnedModel model;
  model.name = unnamed.at("name", "a text").text();
  const ConfigValue entry(root, "outcome " + model.name);
  entry.require_only({"name", "model", "definition", "kind", "evidence", "population", "inputs",
                      "file", "features", "reference_logit", "members", "calibration", "index",
                      "prevalence", "site_recalibration", "bands"});
  model.definition = entry.at("definition", "what the outcome is").text();
  const std::string kind =
      entry.at("kind", "prognosis or concurrent_state").one_of({"prognosis", "concurrent_state"});
  model.kind = kind == "prognosis" ? OutcomeKind::prognosis : OutcomeKind::concurrent_state;
  model.evidence = read_evidence(entry.at("evidence", "an object with level and caveat"));
  model.population = read_population(entry.at("population", "whom the model is for"), variables);
  model.inputs = read_inputs(entry.at("inputs", "a list of inputs"), variables);
  model.calibration = read_calibration(entry, files);
  if (entry.at("model", "the kind of model").text() == "ensemble") {
    model.members = read_ensemble(entry.at("members", "a list of models"), model.inputs, files);
  } else {
    if (const auto members = entry.find("members")) members->reject("none: it is no ensemble");
    model.members.push_back(read_member(entry, model.inputs, files));
    const bool trees =
        std::holds_alternative<std::shared_ptr<const TreeModel>>(model.members.front().model);
    for (const LearnedInput& input : model.inputs) {
      if (trees && input.imputed) {
        entry.reject("inputs", fmt::format("no missing/value of {}: trees have a branch for "
                                           "missing values",
                                           input.variable));
      }
    }
  }
  if (const auto index = entry.find("index")) {
    if (model.kind == OutcomeKind::prognosis)
      index->reject("none: only a concurrent_state has one");
    model.index = read_index(*index);
  }
  if (const auto prevalence = entry.find("prevalence")) {
    model.prevalence = read_prevalence(*prevalence);
  }
  if (const auto site = entry.find("site_recalibration")) model.site = read_logit_line(*site);
  return model;
}

}  // namespace aicovid
