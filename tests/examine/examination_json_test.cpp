#include "schema.hpp"

#include <aicovid/error.hpp>
#include <aicovid/examination.hpp>

#include <bit>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

using namespace aicovid;
using Catch::Matchers::StartsWith;
using nlohmann::ordered_json;

namespace {

/// Numbers, texts and choices of one seed.
class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  bool coin() { return engine_() % 2 == 0; }
  int whole(int most) { return static_cast<int>(engine_() % static_cast<unsigned>(most + 1)); }
  /// Draws a number from 0 to `most`, with digits to the last bit.
  double number(double most) { return std::uniform_real_distribution<double>(0, most)(engine_); }
  /// Any bits that are finite.
  float any_float() {
    float value = std::numeric_limits<float>::infinity();
    while (!std::isfinite(value)) value = std::bit_cast<float>(static_cast<unsigned>(engine_()));
    return value;
  }
  Tensor tensor(std::vector<std::int64_t> shape) {
    Tensor made(std::move(shape), DType::float32);
    for (float& value : made.floats()) value = any_float();
    return made;
  }
  Rectangle rectangle() { return {number(9), -number(9), number(4000), number(4000)}; }

 private:
  std::mt19937 engine_;
};

Estimate estimate(Random& random) {
  Estimate made{.value = random.number(18), .interval = {}};
  if (random.coin()) made.interval = Interval{random.number(3), 3 + random.number(15)};
  return made;
}

ImageFindings findings(Random& random) {
  ImageFindings made;
  if (random.coin()) {
    made.zones.emplace();
    for (Estimate& zone : *made.zones) zone = estimate(random);
  }
  if (random.coin()) made.brixia = estimate(random);
  if (random.coin()) made.extent = estimate(random);
  if (random.coin()) made.opacity = estimate(random);
  if (random.coin()) made.severity_index = SeverityIndex{random.number(1), "0 none, 1 all"};
  if (random.coin()) made.infiltrates = random.number(1);
  if (random.coin()) made.lung_area_fraction = random.number(1);
  if (random.coin()) made.inverted = random.coin();
  made.side_verified = random.coin();
  if (random.coin()) {
    made.mask.rows = 1 + random.whole(8);
    made.mask.columns = 1 + random.whole(8);
    made.mask.labels.resize(static_cast<std::size_t>(made.mask.rows * made.mask.columns));
    for (std::uint8_t& label : made.mask.labels) label = static_cast<std::uint8_t>(random.whole(2));
    made.mask.source = random.rectangle();
  }
  if (random.coin()) made.attribution = Attribution{random.tensor({3, 4}), random.rectangle()};
  return made;
}

Examination examination(Random& random) {
  Examination made;
  made.created = "2026-11-30T10:20:30Z";
  made.model = {"severity", "1.3.0", std::string(64, 'a'), "CC-BY-4.0"};
  made.compute = {"cpu", "torchscript", "fp32", random.coin() ? "exact" : "1/2"};
  made.input.source = "dicom";
  if (random.coin()) made.input.sop_instance_uid = "1.2.840.10008.1";
  if (random.coin()) made.input.view = "AP";
  if (random.coin()) made.input.patient_orientation = "L\\F";
  made.input.rows = random.whole(5000);
  made.input.columns = random.whole(5000);
  made.input.bits_stored = random.whole(16);
  made.input.high_bit = random.whole(15);
  made.input.is_signed = random.coin();
  made.input.lossy = random.coin();
  made.input.pixel_aspect = 0.1 + random.number(9);
  if (random.coin()) made.input.patient_sex = random.coin() ? Sex::female : Sex::male;
  if (random.coin()) made.input.patient_age_years = random.number(120);
  if (random.coin()) {
    const std::chrono::sys_seconds time{std::chrono::seconds(random.whole(2'000'000'000))};
    made.input.acquired = AcquisitionTime{time, time + std::chrono::hours(26)};
  }
  if (random.coin()) made.pixel_sha256 = std::string(64, 'b');
  if (random.coin()) made.gate_reasons.push_back({"missing_view", "0018,5101", "", "AP or PA"});
  if (random.coin()) made.gate_reasons.push_back({"modality", "0008,0060", "CT", "CR or DX"});
  made.verdict = verdict_of(made.gate_reasons, random.coin());
  if (made.refused()) return made;
  made.findings = findings(random);
  if (random.coin()) made.warnings.push_back({"inverted", "It looks inverted."});
  if (random.coin()) made.embedding = random.tensor({1, 5});
  if (random.coin()) made.kept_outputs["embedding"] = random.tensor({1, 5});
  made.rejudge = random.coin();
  return made;
}

/// What the error says that reading ends with.
std::string fault(const std::string& json, ErrorCode code = ErrorCode::corrupt) {
  try {
    parse_examination(json);
  } catch (const Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
  return "no error";
}

Examination whole() {
  Random random(5);
  Examination made = examination(random);
  made.gate_reasons.clear();
  made.verdict = Verdict::accepted;
  made.findings.emplace();
  made.findings->mask = {
      .rows = 2, .columns = 3, .labels = {0, 1, 2, 2, 1, 0}, .source = {0, 0, 8, 9}};
  made.embedding = random.tensor({1, 5});
  made.input.acquired = AcquisitionTime{std::chrono::sys_seconds{}, std::chrono::sys_seconds{}};
  return made;
}

}  // namespace

TEST_CASE("Examination: what is written is read back equal, to the bit", "[examine]") {
  for (unsigned seed = 0; seed < 500; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Examination made = examination(random);
    const std::string text = to_json(made);
    REQUIRE(aicovid::testing::schema_violations("examination", text) == std::vector<std::string>{});
    const Examination again = parse_examination(text);
    REQUIRE(again == made);
    REQUIRE(to_json(again) == text);
    REQUIRE(parse_examination(to_json(made, 2)) == made);
  }
}

TEST_CASE("Examination: equality sees every member but times", "[examine]") {
  const Examination made = whole();
  Examination other = made;
  other.created = "2020-01-01T00:00:00Z";
  other.timing_ms.infer += 1;
  CHECK(other == made);
  const auto differs = [&made](const auto& change) {
    Examination changed = made;
    change(changed);
    return !(changed == made);
  };
  CHECK(differs([](Examination& e) { e.model.version = "2"; }));
  CHECK(differs([](Examination& e) { e.compute.backend = "openvino"; }));
  CHECK(differs([](Examination& e) { e.input.high_bit += 1; }));
  CHECK(differs([](Examination& e) { e.input.acquired.reset(); }));
  CHECK(differs([](Examination& e) { e.pixel_sha256 = std::string(64, 'c'); }));
  CHECK(differs([](Examination& e) { e.verdict = Verdict::forced; }));
  CHECK(differs([](Examination& e) { e.gate_reasons.push_back({"blank", "", "", ""}); }));
  CHECK(differs([](Examination& e) { e.warnings.push_back({"a", "b"}); }));
  CHECK(differs([](Examination& e) { e.findings->mask.labels[0] = 1; }));
  CHECK(differs([](Examination& e) { e.embedding = Tensor({1, 5}, DType::float32); }));
  CHECK(differs([](Examination& e) { e.kept_outputs["other"] = Tensor({1}, DType::float32); }));
  CHECK(differs([](Examination& e) { e.rejudge = !e.rejudge; }));
}

TEST_CASE("Examination: what was damaged is named by its JSON path", "[examine]") {
  const ordered_json sound = ordered_json::parse(to_json(whole()));
  const auto damaged = [&sound](const std::string& path, const ordered_json& value) {
    ordered_json json = sound;
    json[ordered_json::json_pointer(path)] = value;
    return fault(json.dump());
  };
  CHECK(damaged("/input/rows", "many") ==
        "examination: /input/rows is another text; expected a whole number from 0 to 2147483647");
  CHECK(damaged("/schema", "aicovid.examination/2") ==
        "examination: /schema is another text; expected \"aicovid.examination/1\"");
  CHECK(damaged("/patient/name", "Doe") ==
        "examination: /patient/name is unknown; expected an object: of the header, for the checks "
        "against a record");
  CHECK(damaged("/patient/acquired/latest", "2021-02-30T00:00:00Z") ==
        "examination: /patient/acquired/latest is no time; expected one like 2020-04-01T10:00:00Z");
  CHECK(damaged("/lung_mask/base64", "AAAA") ==
        "examination: /lung_mask/base64 holds 3 bytes; expected 2");
  CHECK(damaged("/lung_mask/base64", "/wA=") ==
        "examination: /lung_mask/base64 holds a label 3; expected 0, 1 or 2");
  CHECK(damaged("/embedding/base64", "not base64") ==
        "examination: /embedding/base64 is no base64; expected RFC 4648 with padding");
  CHECK(damaged("/embedding/shape", {4096, 4096, 4096, 4096}) ==
        "examination: /embedding/shape has more than 16777216 values");
  CHECK(damaged("/gate/verdict", "refused") ==
        "examination: /gate/verdict is \"refused\"; expected accepted from its reasons");
  CHECK_THAT(damaged("/gate/reasons/0",
                     {{"code", "unheard_of"}, {"tag", ""}, {"found", ""}, {"expected", ""}}),
             StartsWith("examination: /gate/reasons/0/code is no code of the gate"));
  CHECK(damaged("/status", "refused") ==
        "examination: /status is \"refused\"; expected ok from the gate's verdict");
  CHECK(damaged("/compute/backend", "torch\nRisk 0 %") ==
        "examination: /compute/backend holds a control character");
  CHECK(damaged("/embedding/base64", "AADAfwAAAAAAAAAAAAAAAAAAAAA=") ==
        "examination: /embedding/base64 holds a number that is not finite");
  CHECK(damaged("/patient/acquired/latest", "1969-01-01T00:00:00Z") ==
        "examination: /patient/acquired ends before it begins");
  ordered_json without = sound;
  without.erase("image");
  CHECK(fault(without.dump()) ==
        "examination: /image is missing; expected it, as the image was not refused");
  CHECK_THAT(fault("{"), StartsWith("examination: "));
  CHECK(fault("{\"created\": \"Doe^John") == "examination: parse error at line 1, column 22");
  CHECK_THAT(fault(""), StartsWith("examination: "));
  CHECK_THAT(fault(R"({"schema": ")" + std::string(5000, 'x') + "\"}"),
             StartsWith("examination: a text is longer than 2048 bytes"));
}

TEST_CASE("Examination: a cut or changed file ends in an examination or in corrupt", "[examine]") {
  const std::string text = to_json(whole());
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    std::string changed = text;
    if (round % 4 == 0) changed.resize(random() % text.size());
    if (!changed.empty()) changed[random() % changed.size()] = static_cast<char>(random() % 256);
    try {
      parse_examination(changed);
    } catch (const Error& error) {
      REQUIRE(error.code() == ErrorCode::corrupt);
    }
  }
}

TEST_CASE("Examination: a number that JSON does not have is an error, not a null", "[examine]") {
  Examination made = whole();
  made.findings->infiltrates = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(to_json(made), Error);
}
