// Images that share forward passes: `Assessor::assess_together`, and the pipeline and the runs that
// use it.
#include "gate.hpp"
#include "schema.hpp"
#include "small_archive.hpp"
#include "small_assessor.hpp"

#include <aicovid/batch.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cmath>
#include <future>
#include <sstream>
#include <string>
#include <vector>

using namespace aicovid;
using namespace aicovid::testing;

namespace {

/// By how much a number may differ between an image alone and one that shares its passes.
constexpr double kTolerance = 1e-5;

/// Whether two reports are equal but for numbers that differ by rounding.
bool is_close(const nlohmann::json& a, const nlohmann::json& b) {
  if (a.is_number() && b.is_number()) {
    return std::abs(a.get<double>() - b.get<double>()) <= kTolerance;
  }
  if (a.type() != b.type() || a.size() != b.size()) return false;
  if (!a.is_structured()) return a == b;
  for (const auto& [key, value] : a.items()) {
    const bool is_there = a.is_object() ? b.contains(key) : true;
    if (!is_there) return false;
    const nlohmann::json& other = a.is_object() ? b.at(key) : b.at(std::stoul(key));
    if (!is_close(value, other)) return false;
  }
  return true;
}

const RiskReport& report_of(const PipelineResult& result) {
  return std::get<RiskReport>(result.outcome);
}

ErrorCode code_of(const PipelineResult& result) { return std::get<Error>(result.outcome).code(); }

/// Too small for a network, so that the gate refuses it.
Radiograph too_small() {
  const std::vector<std::uint8_t> pixels = {10, 200, 30, 150, 90, 60, 70, 250, 20};
  return Radiograph::from_array(pixels.data(), 3, 3, PixelType::uint8);
}

std::vector<std::byte> no_picture() { return std::vector<std::byte>(3000, std::byte{'x'}); }

}  // namespace

TEST_CASE("Batched: each report is that of its image alone, within rounding", "[batch]") {
  const Assessor single = small_assessor(1);
  const Assessor batched = small_assessor(1, 4);
  REQUIRE(batched.networks() == std::vector<NetworkInfo>{{"lungs", ForwardPass::batched},
                                                         {"severity", ForwardPass::batched}});
  CHECK(single.networks()[0].forward_pass == ForwardPass::single);
  // One pass of four for the lungs, one of two, and what the gate says of each.
  for (const unsigned count : {1U, 4U, 6U}) {
    std::vector<Case> cases;
    for (unsigned i = 0; i < count; ++i) cases.push_back({small_radiograph(i), {}});
    const auto results = batched.assess_together(cases);
    REQUIRE(results.size() == count);
    for (unsigned i = 0; i < count; ++i) {
      CAPTURE(count, i);
      const auto found = comparable(std::get<RiskReport>(results[i]));
      const auto expected = comparable(single.assess(cases[i].radiograph));
      CHECK(is_close(found, expected));
      if (count == 1) CHECK(found == expected);
      CHECK(comparable(batched.assess(cases[i].radiograph)) == expected);
    }
  }
  CHECK(batched.assess_together({}).empty());
}

TEST_CASE("Batched: what is refused or has an error leaves the others as they are", "[batch]") {
  const Assessor single = small_assessor(1);
  const Assessor batched = small_assessor(1, 8);
  ImageHeader male;
  male.patient_sex = Sex::male;
  const auto female = ClinicalRecord::parse_json(R"({"sex": "female"})");
  const std::vector<Case> cases = {{small_radiograph(0), {}},
                                   {too_small(), {}},
                                   {small_radiograph(2), female},
                                   {small_radiograph(3, male), female},
                                   {small_radiograph(4), {}}};
  for (const bool force : {false, true}) {
    CAPTURE(force);
    const auto results = batched.assess_together(cases, {.force = force});
    REQUIRE(results.size() == cases.size());
    for (std::size_t i = 0; i < cases.size(); ++i) {
      CAPTURE(i);
      if (i == 3 && !force) {
        CHECK(std::get<Error>(results[i]).code() == ErrorCode::patient_mismatch);
        continue;
      }
      const auto report = single.assess(cases[i].radiograph, cases[i].record, {.force = force});
      CHECK(is_close(comparable(std::get<RiskReport>(results[i])), comparable(report)));
    }
    CHECK(std::get<RiskReport>(results[1]).refused() != force);
  }
}

TEST_CASE("Batched: a pipeline takes what was submitted together, bad images in the midst of it",
          "[batch]") {
  const Assessor single = small_assessor(1);
  Pipeline pipeline(small_assessor(3, 8));
  constexpr unsigned images = 21;
  std::vector<std::future<PipelineResult>> pending;
  for (unsigned first = 0; first < images; first += 8) {
    std::vector<PipelineItem> items;
    for (unsigned i = first; i < std::min(first + 8, images); ++i) {
      if (i % 9 == 4) {
        items.push_back({.image = no_picture()});
      } else {
        items.push_back({.image = small_radiograph(i)});
      }
    }
    for (auto& one : pipeline.submit_together(std::move(items))) pending.push_back(std::move(one));
  }
  REQUIRE(pending.size() == images);
  for (unsigned i = 0; i < images; ++i) {
    CAPTURE(i);
    const PipelineResult result = pending[i].get();
    if (i % 9 == 4) {
      CHECK(code_of(result) == ErrorCode::corrupt);
    } else {
      CHECK(
          is_close(comparable(report_of(result)), comparable(single.assess(small_radiograph(i)))));
    }
  }
  CHECK(pipeline.submit_together({}).empty());
}

TEST_CASE("Batched: no image waits for a batch to fill", "[batch]") {
  const Assessor single = small_assessor(1);
  Pipeline pipeline(small_assessor(2, 64));
  for (unsigned i = 0; i < 3; ++i) {
    CHECK(comparable(report_of(pipeline.submit({small_radiograph(i)}).get())) ==
          comparable(single.assess(small_radiograph(i))));
  }
}

TEST_CASE("Batched: what waits behind one another shares passes, up to the batch", "[batch]") {
  Gate gate;
  std::vector<std::future<PipelineResult>> pending;
  Pipeline pipeline(small_assessor(1, 4));
  auto first = pipeline.submit({.image = small_radiograph(0), .record = gate.record()});
  gate.wait_for(1);
  // These wait: the worker then takes four, of which each asks for its record, and then two.
  std::array<std::atomic<bool>, 7> asked{};
  for (unsigned i = 1; i < 7; ++i) {
    const RecordOf note = [&asked, i](const ImageHeader&) {
      asked[i] = true;
      return ClinicalRecord();
    };
    pending.push_back(pipeline.submit({.image = small_radiograph(i), .record = note}));
  }
  gate.open.count_down();
  report_of(first.get());
  // The first has its result when the four have theirs.
  pending[0].wait();
  for (unsigned i = 1; i <= 4; ++i) CHECK(asked[i]);
  for (auto& one : pending) report_of(one.get());
}

TEST_CASE("Batched: half a batch that waits is cancelled, and what has begun ends", "[batch]") {
  Gate gate;
  Pipeline pipeline(small_assessor(1, 8));
  std::vector<PipelineItem> two;
  two.push_back({.image = small_radiograph(0), .record = gate.record()});
  two.push_back({.image = small_radiograph(1)});
  auto begun = pipeline.submit_together(std::move(two));
  gate.wait_for(1);
  std::vector<std::future<PipelineResult>> waiting;
  for (unsigned i = 0; i < 3; ++i) waiting.push_back(pipeline.submit({small_radiograph(i)}));
  std::vector<PipelineItem> more(2, PipelineItem{.image = small_radiograph(2)});
  for (auto& one : pipeline.submit_together(std::move(more))) waiting.push_back(std::move(one));
  pipeline.cancel();
  for (auto& one : waiting) CHECK(code_of(one.get()) == ErrorCode::cancelled);
  gate.open.count_down();
  for (auto& one : begun) report_of(one.get());
}

TEST_CASE("Batched: what waits is bounded, and what is submitted together may wait alone",
          "[batch]") {
  Gate gate;
  const std::size_t item_bytes = std::size_t{64} << 10;
  Pipeline pipeline(small_assessor(1, 4), {.queued_bytes = 3 * item_bytes});
  const auto four = [&] {
    return std::vector<PipelineItem>(4, PipelineItem{.image = small_radiograph(3)});
  };
  auto begun = pipeline.submit({.image = small_radiograph(1), .record = gate.record()});
  gate.wait_for(1);
  // Four have no room, but nothing else waits.
  auto waiting = pipeline.submit_together(four());
  auto without_room = std::async(std::launch::async, [&] {
    auto results = pipeline.submit_together(four());
    for (auto& one : results) report_of(one.get());
    return true;
  });
  CHECK(without_room.wait_for(std::chrono::milliseconds(50)) == std::future_status::timeout);
  gate.open.count_down();
  CHECK(without_room.get());
  for (auto& one : waiting) report_of(one.get());
  report_of(begun.get());
}

TEST_CASE("Batched: a run's rows do not depend on its workers, and are those of singles",
          "[batch]") {
  const Archive archive;
  archive.run(archive.options("single.jsonl"), 1);
  const BatchSummary one = archive.run(archive.options("one.jsonl"), 1, 8);
  const BatchSummary many = archive.run(archive.options("many.jsonl"), 5, 8);
  CHECK(archive.output("one.jsonl") == archive.output("many.jsonl"));
  CHECK(one.ok == many.ok);
  CHECK(one.errors == std::map<std::string, std::size_t>{{"corrupt", 2}});
  CHECK(one.batch == 8);
  CHECK(one.networks[0] == NetworkInfo{"lungs", ForwardPass::batched});
  CHECK(to_text(one).find("lungs: up to 8 images a forward pass; severity: up to 8") !=
        std::string::npos);
  CHECK(schema_violations("batch_summary", to_json(one)) == std::vector<std::string>{});
  CHECK(schema_violations("batch_run", archive.output("one.jsonl.run.json")) ==
        std::vector<std::string>{});
  std::istringstream batched(archive.output("one.jsonl"));
  std::istringstream singles(archive.output("single.jsonl"));
  std::size_t rows = 0;
  std::string a;
  std::string b;
  for (; std::getline(batched, a) && std::getline(singles, b); ++rows) {
    CHECK(is_close(nlohmann::json::parse(a), nlohmann::json::parse(b)));
  }
  CHECK(rows == 20);
}

TEST_CASE("Batched: a run that was cut anywhere is completed to the same bytes", "[batch]") {
  const Archive archive;
  archive.run(archive.options("whole.csv"), 2, 8);
  const std::string whole = archive.output("whole.csv");
  BatchOptions options = archive.options();
  options.resume = true;
  for (std::size_t cut = 0; cut <= whole.size(); cut += 97) {
    CAPTURE(cut);
    archive.results.write("rows.csv", whole.substr(0, cut));
    archive.results.write("rows.csv.run.json", archive.output("whole.csv.run.json"));
    archive.run(options, 2, 8);
    REQUIRE(archive.output() == whole);
  }
}

TEST_CASE("Batched: a run is resumed with the batch that it was begun with alone", "[batch]") {
  const Archive archive;
  archive.run(archive.options(), 2, 8);
  BatchOptions options = archive.options();
  options.resume = true;
  CHECK_NOTHROW(archive.run(options, 1, 8));
  try {
    archive.run(options, 2, 4);
    FAIL("no error");
  } catch (const FileError& error) {
    CHECK(error.code() == ErrorCode::invalid_argument);
    CHECK(std::string(error.what()).find("/batch is 4 and was 8") != std::string::npos);
  }
}

TEST_CASE("Batched: the summary says which network cannot take several images", "[batch]") {
  SmallBundle bundle;
  const SmallEngine engine = small_engine();
  const std::string file = "lungs_of_one" + engine.ending;
  std::filesystem::copy_file(
      std::filesystem::path(AICOVID_SOURCE_DIR) / "tests" / "network" / "data" / file,
      bundle.directory / file);
  OrderedJson& entry = bundle.at("/networks/0/files/" + engine.kind);
  entry["path"] = file;
  bundle.checksum(entry);
  write_with_outcome(bundle);
  const Assessor assessor = Assessor::load(bundle.directory, {.workers = 2, .batch = 8});
  CHECK(assessor.networks() == std::vector<NetworkInfo>{{"lungs", ForwardPass::cannot_batch},
                                                        {"severity", ForwardPass::batched}});
  const Archive archive;
  const BatchSummary summary = run_batch(assessor, archive.files(), archive.options());
  CHECK(to_text(summary).find("lungs: one image a forward pass, as it cannot take several; "
                              "severity: up to 8 images a forward pass") != std::string::npos);
  const auto json = nlohmann::json::parse(to_json(summary));
  CHECK(json.at("networks").at(0).at("forward_pass") == "cannot_batch");
  CHECK(schema_violations("batch_summary", to_json(summary)) == std::vector<std::string>{});
  // The networks are the same but for the constant, so that the rows are those of a batch.
  archive.run(archive.options("batched.csv"), 2, 8);
  CHECK(summary.ok == 18);
}

TEST_CASE("Batched: a batch out of range, or another precision on the CPU, is refused at load",
          "[batch]") {
  const auto refused = [](const AssessorOptions& options) -> std::string {
    try {
      SmallBundle bundle;
      write_with_outcome(bundle);
      Assessor::load(bundle.directory, options);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::invalid_argument);
      return error.what();
    }
    return "no error";
  };
  CHECK(refused({.batch = 0}) == "batch is 0; expected 1 to 256");
  CHECK(refused({.batch = 257}) == "batch is 257; expected 1 to 256");
  CHECK(refused({.precision = Precision::fp16}).starts_with("precision is fp16; expected fp32"));
  CHECK(refused({.precision = Precision::bf16}).starts_with("precision is bf16; expected fp32"));
}
