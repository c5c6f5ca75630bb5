#include "schema.hpp"

#include "core/file.hpp"
#include "core/sha256.hpp"

#include <aicovid/aicovid.hpp>

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

using namespace aicovid;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
using nlohmann::ordered_json;
namespace fs = std::filesystem;

namespace {

/// The shipped bundle with a joint network and learned outcomes, in a directory that goes with it.
class LearnedBundle {
 public:
  LearnedBundle() {
    std::string name = (fs::temp_directory_path() / "aicovid-learned-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    directory = name;
    const fs::path source = AICOVID_SOURCE_DIR;
    fs::copy(source / "models/severity", directory, fs::copy_options::recursive);
    for (const char* file : {"joint.pt", "joint.onnx"}) {
      fs::copy(source / "tests/network/data" / file, directory / file);
    }
    for (const char* file : {"logistic.json", "platt.json"}) {
      fs::copy(source / "tests/fusion/golden/learned" / file,
               directory / (std::string("learned_") + file));
    }
    const auto bytes = read_file(directory / "manifest.json");
    manifest = ordered_json::parse(
        std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    add();
  }
  ~LearnedBundle() {
    std::error_code status;
    fs::remove_all(directory, status);
  }
  LearnedBundle(const LearnedBundle&) = delete;
  LearnedBundle& operator=(const LearnedBundle&) = delete;

  Assessor load() const {
    const std::string text = manifest.dump();
    write_file(directory / "manifest.json", text.data(), text.size());
    return Assessor::load(directory);
  }

  ordered_json file(const std::string& path) const {
    return {{"path", path}, {"sha256", sha256(read_file(directory / path))}};
  }

  /// The joint network in a form whose image input is a picture [1,1,2,2].
  void use_network_of_pictures() {
    fs::copy(fs::path(AICOVID_SOURCE_DIR) / "tests/network/data/joint_picture.pt",
             directory / "joint_picture.pt");
    fs::copy(fs::path(AICOVID_SOURCE_DIR) / "tests/network/data/joint_picture.onnx",
             directory / "joint_picture.onnx");
    for (ordered_json& network : manifest["networks"]) {
      if (network["role"] != "fusion") continue;
      network["files"] = {{"torchscript", file("joint_picture.pt")},
                          {"onnx", file("joint_picture.onnx")}};
    }
  }

  fs::path directory;
  ordered_json manifest;

 private:
  void add() {
    manifest["networks"].push_back(
        {{"role", "fusion"},
         {"files", {{"torchscript", file("joint.pt")}, {"onnx", file("joint.onnx")}}},
         {"inputs", {"record:values", "record:missing", "severity:embedding"}},
         {"outputs", {{"logit", {1, 1}}}}});
    for (const char* path : {"learned_logistic.json", "learned_platt.json"}) {
      manifest["files"].push_back(file(path));
    }
    const ordered_json common = {{"definition", "an event of a test"},
                                 {"kind", "prognosis"},
                                 {"evidence", {{"level", "none"}, {"caveat", "a test"}}},
                                 {"population", {{"age", {18, 100}}}}};
    ordered_json joint = {{"name", "joint"},
                          {"model", "network"},
                          {"reference_logit", -0.5},
                          {"calibration", "learned_platt.json"},
                          {"inputs", ordered_json::parse(R"([
        {"variable": "age", "unit": "a", "range": [18, 100], "reference": 50},
        {"variable": "crp", "unit": "mg/L", "range": [0, 500], "reference": 50, "missing": {"value": 64}},
        {"variable": "brixia", "reference": 0}])")}};
    ordered_json logistic = {
        {"name", "fitted"}, {"model", "logistic"}, {"file", "learned_logistic.json"}};
    const auto golden =
        read_file(fs::path(AICOVID_SOURCE_DIR) / "tests/fusion/golden/learned/golden.json");
    logistic["inputs"] =
        ordered_json::parse(
            std::string_view(reinterpret_cast<const char*>(golden.data()), golden.size()))
            .at("inputs");
    for (ordered_json* outcome : {&joint, &logistic}) {
      outcome->update(common);
      manifest["outcomes"].push_back(*outcome);
    }
  }
};

ClinicalRecord record(double age, const std::string& more = "") {
  return ClinicalRecord::parse_json(R"({"age": {"value": )" + std::to_string(age) +
                                    R"(, "unit": "a"}, "sex": "male")" + more + "}");
}

const Outcome& named(const RiskReport& report, std::string_view name) {
  for (const Outcome& outcome : report.outcomes) {
    if (outcome.name == name) return outcome;
  }
  FAIL("no outcome " << name);
  return report.outcomes.front();
}

double logit_of(const Outcome& outcome) {
  const double p = outcome.probability.value();
  return std::log(p / (1 - p));
}

double network_part(const Outcome& outcome) {
  for (const Contribution& one : outcome.contributions) {
    if (one.kind == ContributionKind::network) return one.logit;
  }
  FAIL("no network");
  return 0;
}

Radiograph golden_radiograph() {
  return read_image(AICOVID_SOURCE_DIR "/models/severity/golden/rg1.png");
}

}  // namespace

TEST_CASE("Assessor: a joint network sees the record and the image", "[assess]") {
  const LearnedBundle bundle;
  const Assessor assessor = bundle.load();
  const Radiograph radiograph = golden_radiograph();
  const std::string crp = R"(, "crp": {"value": 128, "unit": "mg/L"})";
  const RiskReport report = assessor.assess(radiograph, record(40, crp));
  CHECK(aicovid::testing::schema_violations("report", to_json(report)) ==
        std::vector<std::string>{});
  CHECK_THAT(to_text(report), ContainsSubstring("joint network"));
  const Outcome& first = named(report, "joint");
  double sum = *first.reference_logit;
  for (const Contribution& one : first.contributions) sum += one.logit;
  CHECK(sum == Approx(logit_of(first)).margin(1e-9).epsilon(0));

  // What the network was made with: age / 64, crp / 128, a quarter for what is missing.
  const RiskReport older = assessor.assess(radiograph, record(72, crp));
  CHECK(network_part(named(older, "joint")) - network_part(first) == Approx(.5).margin(1e-5));
  const RiskReport without = assessor.assess(radiograph, record(40));
  CHECK(network_part(named(without, "joint")) - network_part(first) ==
        Approx(.25 + (64. - 128) / 128).margin(1e-5));
  CHECK(named(without, "joint").assumed.size() == 1);

  // Another image, another embedding.
  const Radiograph golden = golden_radiograph();
  std::vector<std::uint8_t> flipped(golden.size_bytes());
  for (int y = 0; y < golden.rows(); ++y) {
    for (int x = 0; x < golden.columns(); ++x) {
      flipped[y * golden.columns() + x] = std::to_integer<std::uint8_t>(
          golden.data()[y * golden.columns() + golden.columns() - 1 - x]);
    }
  }
  const RiskReport mirrored = assessor.assess(
      Radiograph::from_array(flipped.data(), golden.rows(), golden.columns(), PixelType::uint8),
      record(40, crp));
  CHECK(network_part(named(mirrored, "joint")) != network_part(first));
}

TEST_CASE("Assessor: a joint network judges an examination that was written and read", "[assess]") {
  const LearnedBundle bundle;
  const Assessor assessor = bundle.load();
  const Radiograph radiograph = golden_radiograph();
  const Examination seen = assessor.examine(radiograph);
  CHECK(seen.rejudge);
  CHECK(seen.kept_outputs.contains("embedding"));
  const Examination again = parse_examination(to_json(seen));
  CHECK(again == seen);
  const Assessor judge = Assessor::load(bundle.directory, {.networks = Networks::fusion});
  const double expected =
      named(assessor.assess(radiograph, record(40)), "joint").probability.value();
  CHECK(named(assessor.judge(seen, record(40)), "joint").probability == expected);
  CHECK(named(judge.judge(again, record(40)), "joint").probability == expected);
  CHECK_FALSE(named(judge.judge(again, record(70)), "joint").probability == expected);
}

TEST_CASE("Assessor: a joint network that takes the picture is judged in memory alone",
          "[assess]") {
  LearnedBundle bundle;
  bundle.manifest["plans"]["small"] =
      ordered_json::parse(R"([{"op": "grey"}, {"op": "resize", "size": 2}])");
  for (ordered_json& network : bundle.manifest["networks"]) {
    if (network["role"] == "fusion") network["inputs"][2] = "plan:small";
  }
  bundle.use_network_of_pictures();
  const Assessor assessor = bundle.load();
  const Radiograph radiograph = golden_radiograph();
  const Examination seen = assessor.examine(radiograph);
  CHECK_FALSE(seen.rejudge);
  CHECK(seen.kept_outputs.empty());
  CHECK(named(assessor.judge(seen, record(40)), "joint").probability ==
        named(assessor.assess(radiograph, record(40)), "joint").probability);
  const Examination again = parse_examination(to_json(seen));
  CHECK(again == seen);
  try {
    assessor.judge(again, record(40));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::unsupported);
    CHECK(std::string(error.what()).find("\"rejudge\": false") != std::string::npos);
  }
}

TEST_CASE("Assessor: without an image a joint network that needs one says so", "[assess]") {
  const LearnedBundle bundle;
  const RiskReport report =
      bundle.load().assess(record(40, R"(, "crp": {"value": 128, "unit": "mg/L"})"));
  const Outcome& joint = named(report, "joint");
  CHECK(joint.status == OutcomeStatus::not_computed);
  CHECK_FALSE(joint.probability);
  CHECK(joint.reasons.back().code == "missing_image");
  // The fitted model may do without the Brixia score.
  CHECK(named(report, "fitted").probability);
}

TEST_CASE("Assessor: learned outcomes are the same in eight threads", "[assess]") {
  const LearnedBundle bundle;
  const Assessor assessor = bundle.load();
  const Radiograph radiograph = golden_radiograph();
  const RiskReport expected = assessor.assess(radiograph, record(66));
  std::vector<RiskReport> reports(8);
  std::vector<std::jthread> threads;
  for (RiskReport& mine : reports) {
    threads.emplace_back([&] { mine = assessor.assess(radiograph, record(66)); });
  }
  threads.clear();
  for (const RiskReport& report : reports) {
    for (const char* name : {"joint", "fitted", "deterioration"}) {
      CHECK(named(report, name).probability == named(expected, name).probability);
      CHECK(named(report, name).interval == named(expected, name).interval);
    }
  }
}

TEST_CASE("Assessor: verify compares golden outcomes, and finds a changed model", "[assess]") {
  LearnedBundle bundle;
  const auto failed = [](const std::vector<Check>& checks) {
    std::vector<std::string> names;
    for (const Check& check : checks) {
      if (!check.passed) names.push_back(check.name);
    }
    return names;
  };
  CHECK(failed(bundle.load().verify()).empty());
  const std::size_t cases = bundle.manifest["golden"].size();
  bundle.manifest["golden"].push_back(
      {{"record", {{"age", {{"value", 50}, {"unit", "a"}}}, {"sex", "male"}}},
       {"expected", {{"outcomes", {{"fitted", .999}, {"joint", .5}}}}}});
  const auto names = failed(bundle.load().verify());
  const std::string last = "record " + std::to_string(cases + 1);
  CHECK(names == std::vector<std::string>{last + ": fitted", last + ": joint"});

  bundle.manifest["outcomes"][0]["site_recalibration"] = {{"intercept", .1}, {"slope", 1}};
  CHECK(failed(bundle.load().verify()).size() >= 5);
}

TEST_CASE("Assessor: a variable that the bundle declares enters its outcome, and no other bundle's",
          "[assess]") {
  LearnedBundle bundle;
  const std::string model = R"({"intercept": -1, "terms": [
    {"input": "interleukin_6", "mean": 100, "scale": 200, "coefficients": [0.5]},
    {"input": "immunosuppressed", "mean": 0, "scale": 1, "coefficients": [1.4]},
    {"input": "triage", "mean": 0, "scale": 1, "coefficients": [-0.7]}]})";
  write_file(bundle.directory / "cytokine.json", model.data(), model.size());
  bundle.manifest["files"].push_back(bundle.file("cytokine.json"));
  bundle.manifest["clinical"] = ordered_json::parse(R"([
    {"name": "interleukin_6", "meaning": "interleukin 6", "kind": "quantity",
     "units": [{"code": "pg/mL"}, {"code": "ng/mL", "factor": 1000}], "range": [0, 100000],
     "source": "a test"},
    {"name": "immunosuppressed", "meaning": "immunosuppression", "kind": "boolean",
     "source": "a test"},
    {"name": "triage", "meaning": "colour", "kind": "term", "terms": ["red", "green"],
     "source": "a test"}])");
  bundle.manifest["outcomes"].push_back(ordered_json::parse(R"({
    "name": "cytokine", "model": "logistic", "file": "cytokine.json", "definition": "a test's",
    "kind": "prognosis", "evidence": {"level": "none", "caveat": "a test"}, "population": {},
    "inputs": [{"variable": "interleukin_6", "unit": "pg/mL", "range": [0, 1000], "reference": 10},
               {"variable": "immunosuppressed"}, {"variable": "triage", "is": ["green"]}]})"));
  // logit = -1 + .5 (250 - 100) / 200 + 1.4 - .7 = .075
  bundle.manifest["golden"].push_back(ordered_json::parse(R"({
    "record": {"interleukin_6": {"value": 0.25, "unit": "ng/mL"}, "immunosuppressed": true,
               "triage": "green"},
    "expected": {"outcomes": {"cytokine": 0.51874122}}, "tolerance": 1e-8})"));
  const Assessor assessor = bundle.load();
  CHECK(assessor.clinical_variables().declared() ==
        std::vector<std::string>{"interleukin_6", "immunosuppressed", "triage"});
  CHECK(clinical_variables(bundle.directory) == assessor.clinical_variables());
  CHECK(clinical_variables("severity") == ClinicalVariables());
  for (const Check& check : assessor.verify()) {
    INFO(check.name << " " << check.detail);
    CHECK(check.passed);
  }

  const std::string text = R"({"interleukin_6": {"value": 2, "unit": "ng/mL"},
                               "immunosuppressed": true, "triage": "red"})";
  const auto given = ClinicalRecord::parse_json(text, {.variables = assessor.clinical_variables()});
  const RiskReport report = assessor.assess(given);
  CHECK(named(report, "cytokine").reasons.front().message ==
        "interleukin 6 2000 pg/mL: the model is valid from 0 to 1000 pg/mL.");
  const auto json = nlohmann::json::parse(to_json(report));
  CHECK(json["clinical"][1]["canonical"] == nlohmann::json{{"value", 2000}, {"unit", "pg/mL"}});
  CHECK(testing::schema_violations("report", to_json(report)).empty());

  bundle.manifest["clinical"][0]["units"][1]["factor"] = 999;
  try {
    bundle.load().assess(given);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid_argument);
    CHECK_THAT(error.what(), ContainsSubstring("that another bundle declares"));
  }
}

TEST_CASE("Assessor: a bundle whose outcomes do not fit its networks is named", "[assess]") {
  LearnedBundle bundle;
  const auto fault = [&]() -> std::string {
    try {
      bundle.load();
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::bad_bundle);
      return error.what();
    }
    return "no error";
  };
  SECTION("no joint network") {
    bundle.manifest["networks"].erase(2);
    CHECK(fault() == "outcome joint: expected a network of role \"fusion\" in /networks");
  }
  SECTION("no outcome for it") {
    bundle.manifest["outcomes"].erase(bundle.manifest["outcomes"].size() - 2);
    CHECK_THAT(fault(), ContainsSubstring("/networks/2/inputs/0 serves no outcome"));
  }
  SECTION("an output that the severity network does not have") {
    bundle.manifest["networks"][2]["inputs"][2] = "severity:soul";
    CHECK_THAT(fault(), ContainsSubstring("/networks/2/inputs/2 is no output of the severity"));
  }
  SECTION("a record's values in a network of the image") {
    bundle.manifest["networks"][1]["inputs"].push_back("record:values");
    CHECK_THAT(fault(), ContainsSubstring("role \"fusion\" alone"));
  }
  SECTION("a file that is not listed") {
    bundle.manifest["outcomes"].back()["file"] = "absent.json";
    CHECK_THAT(fault(), ContainsSubstring("/file is \"absent.json\"; expected a file"));
  }
  SECTION("a golden outcome that there is not") {
    bundle.manifest["golden"][0]["expected"]["outcomes"] = {{"fate", .5}};
    CHECK_THAT(fault(), ContainsSubstring("/golden/0/expected/outcomes/fate is no outcome"));
  }
  SECTION("a golden case of nothing") {
    bundle.manifest["golden"][1].erase("record");
    CHECK_THAT(fault(), ContainsSubstring("/golden/1 has no image and no record"));
  }
  SECTION("findings without an image") {
    bundle.manifest["golden"][1]["expected"]["brixia"] = 3;
    CHECK_THAT(fault(), ContainsSubstring("/golden/1/expected has findings without an image"));
  }
}
