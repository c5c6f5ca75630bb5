#include "schema.hpp"

#include <aicovid/aicovid.hpp>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

using namespace aicovid;

namespace {

const Assessor& severity() {
  static const Assessor assessor = Assessor::load(AICOVID_SOURCE_DIR "/models/severity");
  return assessor;
}

Radiograph golden_radiograph() {
  return read_image(AICOVID_SOURCE_DIR "/models/severity/golden/rg1.png");
}

ClinicalRecord record() {
  return ClinicalRecord::parse_json(R"({"age": {"value": 64, "unit": "a"}, "sex": "female",
    "respiratory_rate": {"value": 24, "unit": "/min"}, "spo2": {"value": 93, "unit": "%"}, "on_oxygen": true,
    "crp": {"value": 80, "unit": "mg/L"}, "urea": {"value": 7, "unit": "mmol/L"}})");
}

/// Everything but when and how long.
nlohmann::json comparable(const RiskReport& report) {
  const std::string text = to_json(report);
  CHECK(aicovid::testing::schema_violations("report", text) == std::vector<std::string>{});
  nlohmann::json json = nlohmann::json::parse(text);
  json.erase("created");
  json.erase("timing_ms");
  return json;
}

/// Blocks of 16 pixels of two greys: no anatomy at all.
Radiograph chessboard() {
  constexpr int size = 256;
  std::vector<std::uint8_t> pixels(size * size);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) pixels[y * size + x] = (x / 16 + y / 16) % 2 ? 200 : 40;
  }
  return Radiograph::from_array(pixels.data(), size, size, PixelType::uint8);
}

}  // namespace

TEST_CASE("Assessor: eight threads on one assessor give the report of one thread", "[assess]") {
  const Radiograph radiograph = golden_radiograph();
  const nlohmann::json expected = comparable(severity().assess(radiograph, record()));
  std::vector<std::vector<RiskReport>> reports(8);
  std::vector<std::jthread> threads;
  for (auto& mine : reports) {
    threads.emplace_back([&radiograph, &mine] {
      for (int i = 0; i < 3; ++i) mine.push_back(severity().assess(radiograph, record()));
    });
  }
  threads.clear();
  for (const auto& mine : reports) {
    REQUIRE(mine.size() == 3);
    for (const RiskReport& report : mine) CHECK(comparable(report) == expected);
  }
}

TEST_CASE("Assessor: the golden cases of the shipped bundle pass", "[assess][golden]") {
  const auto checks = severity().verify();
  CHECK(checks.size() >= 10);
  for (const Check& check : checks) {
    CAPTURE(check.name, check.detail);
    CHECK(check.passed);
  }
}

TEST_CASE("Assessor: a radiograph keeps 2.5 times what the networks look at", "[assess]") {
  // 320 pixels of the lungs, which are .7 of the rows and .8 of the columns.
  CHECK(severity().fit_size() == RasterSize{1143, 1000});
  CHECK(Assessor::load(AICOVID_SOURCE_DIR "/models/severity", {.networks = Networks::none})
            .fit_size() == RasterSize{1143, 1000});
}

TEST_CASE("Assessor: a picture without lungs is refused or flagged, never scored in silence",
          "[assess]") {
  const RiskReport report = severity().assess(chessboard());
  CHECK((report.verdict == Verdict::refused || report.verdict == Verdict::flagged));
  bool about_lungs = false;
  for (const GateReason& reason : report.gate_reasons) {
    about_lungs |= reason.code == "no_lungs" || reason.code == "lung_field_uncertain";
  }
  CHECK(about_lungs);
  if (report.refused()) CHECK(report.outcomes.empty());
}

namespace {

/// The golden radiograph with another value or place for each pixel.
template <typename Change>
Radiograph changed_golden(int rows, int columns, const Change& change) {
  const Radiograph plain = golden_radiograph();
  std::vector<std::uint8_t> pixels;
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      pixels.push_back(change(row, column, [&plain](int y, int x) {
        return std::to_integer<std::uint8_t>(plain.data()[y * plain.columns() + x]);
      }));
    }
  }
  return Radiograph::from_array(pixels.data(), rows, columns, PixelType::uint8);
}

bool has_code(const RiskReport& report, std::string_view code) {
  return std::ranges::find(report.gate_reasons, code, &GateReason::code) !=
         report.gate_reasons.end();
}

/// Flagged, scored, warned of, and no outcome that read it trusted.
void check_unreliable(const RiskReport& report, std::string_view code) {
  CAPTURE(code);
  CHECK(report.verdict == Verdict::flagged);
  CHECK(has_code(report, code));
  CHECK(std::ranges::find(report.warnings, code, &Warning::code) != report.warnings.end());
  REQUIRE(report.findings);
  REQUIRE(!report.outcomes.empty());
  for (const Outcome& outcome : report.outcomes) {
    CAPTURE(outcome.name);
    CHECK((outcome.probability || outcome.index));
    CHECK(outcome.status == OutcomeStatus::indeterminate);
    CHECK(std::ranges::find(outcome.reasons, code, &OutcomeReason::code) != outcome.reasons.end());
  }
  comparable(report);
}

}  // namespace

TEST_CASE("Assessor: an inverted chest is flagged, and the outcome that read it is indeterminate",
          "[assess]") {
  const Radiograph plain = golden_radiograph();
  const Radiograph inverted =
      changed_golden(plain.rows(), plain.columns(), [](int row, int column, const auto& at) {
        return static_cast<std::uint8_t>(255 - at(row, column));
      });
  const RiskReport report = severity().assess(inverted, record());
  check_unreliable(report, "inverted");
  CHECK(report.findings->inverted == true);
  CHECK(severity().assess(plain, record()).findings->inverted == false);

  // A clinician's reading stands.
  const ClinicalRecord read =
      ClinicalRecord::parse_json(R"({"age": {"value": 64, "unit": "a"}, "sex": "female",
    "respiratory_rate": {"value": 24, "unit": "/min"}, "spo2": {"value": 93, "unit": "%"}, "on_oxygen": true,
    "crp": {"value": 80, "unit": "mg/L"}, "urea": {"value": 7, "unit": "mmol/L"},
    "lymphocytes": {"value": 1, "unit": "10*9/L"}, "gcs": 15, "nosocomial": false, "radiographic_infiltrates": true})");
  const RiskReport by_clinician = severity().assess(inverted, read);
  CHECK(has_code(by_clinician, "inverted"));
  CHECK(by_clinician.outcomes.front().status == OutcomeStatus::ok);
}

TEST_CASE("Assessor: a turned chest is flagged as rotated", "[assess]") {
  const Radiograph plain = golden_radiograph();
  const int rows = plain.rows();
  const int columns = plain.columns();
  check_unreliable(severity().assess(changed_golden(columns, rows,
                                                    [&](int row, int column, const auto& at) {
                                                      return at(rows - 1 - column, row);
                                                    }),
                                     record()),
                   "rotated");
  check_unreliable(severity().assess(changed_golden(rows, columns,
                                                    [&](int row, int column, const auto& at) {
                                                      return at(rows - 1 - row,
                                                                columns - 1 - column);
                                                    }),
                                     record()),
                   "rotated");
}

TEST_CASE("Assessor: a chest in a wide black frame is flagged, not refused", "[assess]") {
  const Radiograph plain = golden_radiograph();
  const int rows = plain.rows();
  const int columns = plain.columns();
  const RiskReport report = severity().assess(changed_golden(
      5 * rows / 2, 5 * columns / 2, [&](int row, int column, const auto& at) -> std::uint8_t {
        const int y = row - 3 * rows / 4;
        const int x = column - 3 * columns / 4;
        return y >= 0 && y < rows && x >= 0 && x < columns ? at(y, x) : std::uint8_t{0};
      }));
  CHECK(report.verdict == Verdict::flagged);
  CHECK(has_code(report, "letterboxed"));
  REQUIRE(report.findings);
  CHECK(report.findings->brixia);
}

TEST_CASE("Assessor: a refusal can be forced, and the report says so", "[assess]") {
  const RiskReport refused = severity().assess(chessboard());
  REQUIRE(refused.refused());
  CHECK(has_code(refused, "no_lungs"));
  CHECK_FALSE(refused.findings);
  const RiskReport forced = severity().assess(chessboard(), {}, {.force = true});
  CHECK(forced.verdict == Verdict::forced);
  CHECK(forced.gate_reasons == refused.gate_reasons);
  CHECK(forced.findings);
  comparable(forced);
}

TEST_CASE("Assessor: MONOCHROME1 of the inverted values gives the findings of MONOCHROME2",
          "[assess]") {
  const Radiograph plain = golden_radiograph();
  std::vector<std::uint8_t> inverted(plain.size_bytes());
  for (std::size_t i = 0; i < inverted.size(); ++i) {
    inverted[i] = static_cast<std::uint8_t>(255 - std::to_integer<int>(plain.data()[i]));
  }
  const GreyScale grey{.photometric = Photometric::monochrome1};
  const Radiograph twin = Radiograph::from_array(inverted.data(), plain.rows(), plain.columns(),
                                                 PixelType::uint8, grey);
  const RiskReport a = severity().assess(plain);
  const RiskReport b = severity().assess(twin);
  REQUIRE(a.findings);
  REQUIRE(b.findings);
  CHECK(a.findings->brixia->value == b.findings->brixia->value);
  CHECK(a.findings->infiltrates == b.findings->infiltrates);
}

TEST_CASE("Assessor: a contradiction of sex or age between header and record is an error",
          "[assess]") {
  const Radiograph golden = golden_radiograph();
  ImageHeader header;
  header.patient_sex = Sex::female;
  header.patient_age_years = 66;
  const auto with_header = [&] {
    return Radiograph::from_array(golden.data(), golden.rows(), golden.columns(), PixelType::uint8,
                                  {}, header);
  };
  CHECK_NOTHROW(severity().assess(with_header(), record()));
  header.patient_age_years = 66.5;
  CHECK_THROWS_AS(severity().assess(with_header(), record()), Error);
  header.patient_age_years = 64;
  header.patient_sex = Sex::male;
  try {
    severity().assess(with_header(), record());
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::patient_mismatch);
  }
  const RiskReport forced = severity().assess(with_header(), record(), {.force = true});
  REQUIRE_FALSE(forced.warnings.empty());
  CHECK(forced.warnings.front().code == "patient_mismatch");
}

TEST_CASE("Assessor: a bundle that takes CR or DX takes DR, flagged, and no other modality",
          "[assess]") {
  const Radiograph golden = golden_radiograph();
  const auto of_modality = [&](const std::string& modality) {
    Radiograph::Parts parts;
    parts.header.source = "dicom";
    parts.header.modality = modality;
    parts.header.view = "PA";
    parts.reasons = {{"nonconformant", "0008,0060", modality, "CR or DX"}};
    parts.rows = golden.rows();
    parts.columns = golden.columns();
    parts.type = PixelType::uint8;
    parts.pixels = std::make_shared<const std::vector<std::byte>>(
        golden.data(), golden.data() + golden.size_bytes());
    return Radiograph(std::move(parts));
  };
  const RiskReport report = severity().assess(of_modality("DR"));
  CHECK(report.verdict == Verdict::flagged);
  CHECK(has_code(report, "nonconformant"));
  REQUIRE(report.findings);
  CHECK(report.findings->brixia->value == severity().assess(golden).findings->brixia->value);
  CHECK(has_code(severity().assess(of_modality("MG")), "modality"));
}

TEST_CASE("Assessor: what the tag gate refused is a refused report, with nothing scored",
          "[assess]") {
  Radiograph::Parts parts;
  parts.header.source = "dicom";
  parts.header.modality = "CT";
  parts.reasons = {{"modality", "0008,0060", "CT", "CR or DX"}};
  const RiskReport report = severity().assess(Radiograph(parts), record());
  CHECK(report.refused());
  CHECK(report.outcomes.empty());
  CHECK_FALSE(report.findings);
  comparable(report);
}

TEST_CASE("Assessor: loading names what is wrong", "[assess]") {
  const auto code_of = [](const auto& load) {
    try {
      load();
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::usage;
  };
  CHECK(code_of([] { Assessor::load("no-such-bundle"); }) == ErrorCode::not_found);
  CHECK(code_of([] { Assessor::load("../severity"); }) == ErrorCode::not_found);
  CHECK(code_of([] {
          Assessor::load(AICOVID_SOURCE_DIR "/models/severity", {.backend = "abacus"});
        }) == ErrorCode::invalid_argument);
  CHECK_THROWS_AS(severity().plan("no such plan"), Error);
}
