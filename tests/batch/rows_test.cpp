#include "rows.hpp"
#include "schema.hpp"

#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

using namespace aicovid;
using aicovid::testing::schema_violations;

namespace {

const Rows kCsv(RowFormat::csv, {"deterioration", "icu_stay"});
const Rows kJson(RowFormat::jsonl, {"deterioration", "icu_stay"});

PipelineResult scored() {
  RiskReport report;
  report.verdict = Verdict::flagged;
  report.gate_reasons = {
      {"derived", "", "", ""}, {"missing_view", "", "", ""}, {"derived", "", "", ""}};
  report.findings = ImageFindings{.brixia = Estimate{.value = 9.6543219},
                                  .extent = Estimate{.value = 4},
                                  .opacity = Estimate{.value = 1e-7},
                                  .infiltrates = 1.0 / 3};
  report.outcomes = {{.name = "deterioration",
                      .status = OutcomeStatus::ok,
                      .probability = 0.4563219,
                      .interval = RiskInterval{.low = 0.3, .high = 0.5}},
                     {.name = "icu_stay", .status = OutcomeStatus::indeterminate, .index = 0.25}};
  report.warnings = {{"no_unit", "words"}};
  ImageHeader header;
  header.sop_instance_uid = "1.2.3";
  header.view = "PA";
  return {.outcome = report, .header = header, .timing_ms = {}};
}

PipelineResult failed(const std::string& message) {
  return {.outcome = Error(ErrorCode::corrupt, message), .header = {}, .timing_ms = {}};
}

PipelineResult refused() {
  RiskReport report;
  report.verdict = Verdict::refused;
  report.gate_reasons = {{"modality", "0008,0060", "CT", "CR or DX"}};
  return {.outcome = report, .header = ImageHeader{}, .timing_ms = {}};
}

}  // namespace

TEST_CASE("Rows: CSV has the columns of the contract, and 6 significant digits", "[batch]") {
  CHECK(kCsv.header() ==
        "file,id,sop_instance_uid,status,error,message,view,gate,deterioration_probability,"
        "deterioration_low,deterioration_high,deterioration_index,deterioration_status,"
        "icu_stay_probability,icu_stay_low,icu_stay_high,icu_stay_index,icu_stay_status,brixia,"
        "extent,opacity,infiltrates,warnings,severity_index");
  CHECK(kCsv.row("a/b.dcm", "A1", scored()) ==
        "a/b.dcm,A1,1.2.3,ok,,,PA,derived;missing_view,0.456322,0.3,0.5,,ok,,,,0.25,indeterminate,"
        "9.65432,4,1e-07,0.333333,no_unit,");
  CHECK(kCsv.row("x", "", refused()) == "x,,,refused,,,,modality,,,,,,,,,,,,,,,,");
  CHECK(kCsv.row("a \"b\", c", "", failed("one\ntwo, three")) ==
        "\"a \"\"b\"\", c\",,,error,corrupt,\"one two, three\",,,,,,,,,,,,,,,,,,");
}

TEST_CASE("Rows: a row as JSON has the same members, and follows its schema", "[batch]") {
  CHECK(kJson.header().empty());
  CHECK(
      kJson.row("a/b.dcm", "A1", scored()) ==
      R"({"schema":"aicovid.batch_row/1","file":"a/b.dcm","id":"A1","sop_instance_uid":"1.2.3",)"
      R"("status":"ok","view":"PA","gate":"derived;missing_view",)"
      R"("deterioration_probability":0.456322,"deterioration_low":0.3,"deterioration_high":0.5,)"
      R"("deterioration_status":"ok","icu_stay_index":0.25,"icu_stay_status":"indeterminate",)"
      R"("brixia":9.65432,"extent":4,"opacity":1e-07,"infiltrates":0.333333,"warnings":"no_unit"})");
  for (const PipelineResult& result : {scored(), refused(), failed("why \"not\"")}) {
    const std::string row = kJson.row("x\xff.dcm", "", result);
    CAPTURE(row);
    CHECK(schema_violations("batch_row", row) == std::vector<std::string>{});
  }
}

TEST_CASE("Rows: the schema refuses what is no row", "[batch]") {
  const auto good = nlohmann::json::parse(kJson.row("x", "", scored()));
  const std::string patch =
      GENERATE(R"({"op": "add", "path": "/patient_name", "value": "x"})",
               R"({"op": "remove", "path": "/file"})",
               R"({"op": "replace", "path": "/status", "value": "error"})",
               R"({"op": "add", "path": "/error", "value": "corrupt"})",
               R"({"op": "replace", "path": "/brixia", "value": 19})",
               R"({"op": "replace", "path": "/brixia", "value": "3"})",
               R"({"op": "replace", "path": "/sop_instance_uid", "value": "DOE^JANE"})",
               R"({"op": "replace", "path": "/deterioration_low", "value": 1.5})",
               R"({"op": "replace", "path": "/icu_stay_status", "value": "good"})",
               R"({"op": "replace", "path": "/schema", "value": "aicovid.batch_row/2"})");
  CAPTURE(patch);
  const auto bad = good.patch(nlohmann::json::array({nlohmann::json::parse(patch)}));
  CHECK(!schema_violations("batch_row", bad.dump()).empty());
}

TEST_CASE("Rows: what was written is read back", "[batch]") {
  for (const Rows& rows : {kCsv, kJson}) {
    const std::string file = "a \"b\", c.dcm";
    CHECK(rows.read(rows.row(file, "A,1", scored())) == RowHead{file, "A,1", "ok", ""});
    CHECK(rows.read(rows.row(file, "", refused())) == RowHead{file, "", "refused", ""});
    CHECK(rows.read(rows.row(file, "", failed("a, b"))) == RowHead{file, "", "error", "corrupt"});
    CHECK_THROWS_AS(rows.read("no row"), Error);
    CHECK_THROWS_AS(rows.read(""), Error);
    CHECK_THROWS_AS(rows.read("\"a,b,c,d,e,f"), Error);
  }
}

TEST_CASE("Rows: a number that is not finite is an error and no cell", "[batch]") {
  PipelineResult result = scored();
  std::get<RiskReport>(result.outcome).findings->infiltrates =
      std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(kCsv.row("x", "", result), Error);
}
