#include "gate.hpp"
#include "small_assessor.hpp"

#include <aicovid/pipeline.hpp>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <future>
#include <thread>
#include <vector>

using namespace aicovid;
using namespace aicovid::testing;

namespace {

ClinicalRecord record() {
  return ClinicalRecord::parse_json(R"({"age": {"value": 64, "unit": "a"}, "sex": "female",
    "respiratory_rate": {"value": 24, "unit": "/min"}, "spo2": {"value": 93, "unit": "%"}, "on_oxygen": true,
    "crp": {"value": 80, "unit": "mg/L"}, "urea": {"value": 7, "unit": "mmol/L"}})");
}

ErrorCode code_of(const PipelineResult& result) { return std::get<Error>(result.outcome).code(); }

const RiskReport& report_of(const PipelineResult& result) {
  return std::get<RiskReport>(result.outcome);
}

std::vector<std::byte> bytes_of(const std::string& text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

}  // namespace

TEST_CASE("Pipeline: eight workers give the reports of single calls, in the order of submission",
          "[batch]") {
  const Assessor single = small_assessor(1);
  constexpr unsigned images = 64;
  Pipeline pipeline(small_assessor(8));
  std::vector<std::future<PipelineResult>> pending;
  for (unsigned i = 0; i < images; ++i) {
    pending.push_back(pipeline.submit({.image = small_radiograph(i), .record = record()}));
  }
  std::vector<nlohmann::json> different;
  for (unsigned i = 0; i < images; ++i) {
    CAPTURE(i);
    const PipelineResult result = pending[i].get();
    const nlohmann::json report = comparable(report_of(result));
    CHECK(report == comparable(single.assess(small_radiograph(i), record())));
    CHECK(result.header == small_radiograph(i).header());
    if (i > 0 && report != different.back()) different.push_back(report);
    if (i == 0) different.push_back(report);
  }
  // Otherwise equal reports would say nothing of the order.
  CHECK(different.size() == images);
}

TEST_CASE("Pipeline: a batch equals its singles, and one bad case spoils no other", "[batch]") {
  const Assessor assessor = small_assessor(2);
  ImageHeader other;
  other.patient_sex = Sex::male;
  const std::vector<Case> cases = {{small_radiograph(1), record()},
                                   {small_radiograph(2, other), record()},
                                   {small_radiograph(3), {}}};
  const auto results = assess_batch(assessor, cases);
  REQUIRE(results.size() == 3);
  CHECK(comparable(std::get<RiskReport>(results[0])) ==
        comparable(assessor.assess(cases[0].radiograph, record())));
  CHECK(std::get<Error>(results[1]).code() == ErrorCode::patient_mismatch);
  CHECK(comparable(std::get<RiskReport>(results[2])) ==
        comparable(assessor.assess(cases[2].radiograph)));
}

TEST_CASE(
    "Pipeline: files, bytes and radiographs are assessed alike, and one bad file in ten costs "
    "nothing else",
    "[batch]") {
  const std::string golden = AICOVID_SOURCE_DIR "/models/severity/golden/rg1.png";
  const Assessor single = small_assessor(1);
  const nlohmann::json expected = comparable(single.assess(read_radiograph(golden)));
  const TemporaryFolder folder;
  const InputFile bad = look_at_file(folder.write("bad.dcm", std::string(2000, 'x')));
  const InputFile good = look_at_file(golden);
  Pipeline pipeline(small_assessor(3));
  std::vector<std::future<PipelineResult>> pending;
  for (int i = 0; i < 10; ++i) {
    if (i == 4) {
      pending.push_back(pipeline.submit({.image = bad}));
    } else if (i % 3 == 0) {
      pending.push_back(pipeline.submit({.image = read_file(golden)}));
    } else if (i % 3 == 1) {
      pending.push_back(pipeline.submit({.image = read_radiograph(golden)}));
    } else {
      pending.push_back(pipeline.submit({.image = good}));
    }
  }
  for (int i = 0; i < 10; ++i) {
    CAPTURE(i);
    const PipelineResult result = pending[i].get();
    if (i == 4) {
      CHECK(code_of(result) == ErrorCode::corrupt);
      CHECK_FALSE(result.header);
    } else {
      CHECK(comparable(report_of(result)) == expected);
    }
  }
}

TEST_CASE("Pipeline: what waits is bounded in bytes, and one item may always wait", "[batch]") {
  Gate gate;
  const std::size_t item_bytes = std::size_t{64} << 10;
  Pipeline pipeline(small_assessor(1), {.queued_bytes = 3 * item_bytes});
  std::atomic<int> submitted = 0;
  std::vector<std::future<PipelineResult>> pending(10);
  std::jthread submitter([&] {
    for (auto& one : pending) {
      one = pipeline.submit({.image = small_radiograph(7), .record = gate.record()});
      ++submitted;
    }
  });
  // The worker has one, and three wait.
  gate.wait_for(1);
  while (submitted < 4) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(submitted == 4);
  gate.open.count_down();
  submitter.join();
  for (auto& one : pending) report_of(one.get());

  Pipeline narrow(small_assessor(1), {.queued_bytes = 1});
  CHECK(narrow.submit({.image = bytes_of(std::string(200'000, 'x'))}).get().outcome.index() == 1);
}

TEST_CASE("Pipeline: what waits is cancelled, what has begun ends as usual", "[batch]") {
  Gate gate;
  Pipeline pipeline(small_assessor(1));
  auto begun = pipeline.submit({.image = small_radiograph(1), .record = gate.record()});
  gate.wait_for(1);
  std::vector<std::future<PipelineResult>> waiting;
  for (unsigned i = 0; i < 5; ++i) waiting.push_back(pipeline.submit({small_radiograph(i)}));
  pipeline.cancel();
  for (auto& one : waiting) CHECK(code_of(one.get()) == ErrorCode::cancelled);
  CHECK(code_of(pipeline.submit({small_radiograph(2)}).get()) == ErrorCode::cancelled);
  gate.open.count_down();
  CHECK(comparable(report_of(begun.get())) ==
        comparable(small_assessor(1).assess(small_radiograph(1))));
}

TEST_CASE("Pipeline: a cancelled pipeline lets go whoever waits for room", "[batch]") {
  Gate gate;
  Pipeline pipeline(small_assessor(1), {.queued_bytes = 1});
  auto begun = pipeline.submit({.image = small_radiograph(1), .record = gate.record()});
  gate.wait_for(1);
  auto waiting = pipeline.submit({small_radiograph(2)});
  auto without_room =
      std::async(std::launch::async, [&] { return pipeline.submit({small_radiograph(3)}).get(); });
  pipeline.cancel();
  CHECK(code_of(without_room.get()) == ErrorCode::cancelled);
  CHECK(code_of(waiting.get()) == ErrorCode::cancelled);
  gate.open.count_down();
}

TEST_CASE("Pipeline: its end cancels what waits, and no future is left without a result",
          "[batch]") {
  Gate gate;
  std::vector<std::future<PipelineResult>> pending;
  {
    Pipeline pipeline(small_assessor(2));
    pending.push_back(pipeline.submit({.image = small_radiograph(0), .record = gate.record()}));
    gate.wait_for(1);
    for (unsigned i = 1; i < 200; ++i) pending.push_back(pipeline.submit({small_radiograph(i)}));
    gate.open.count_down();
  }
  report_of(pending.front().get());
  for (std::size_t i = 1; i < pending.size(); ++i) {
    const PipelineResult result = pending[i].get();
    if (const auto* error = std::get_if<Error>(&result.outcome)) {
      CHECK(error->code() == ErrorCode::cancelled);
    }
  }
}

TEST_CASE("Pipeline: several threads submit at once", "[batch]") {
  const Assessor assessor = small_assessor(3);
  const nlohmann::json expected = comparable(assessor.assess(small_radiograph(9)));
  Pipeline pipeline(assessor, {.queued_bytes = std::size_t{256} << 10});
  std::atomic<int> equal = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 20; ++k) {
          const PipelineResult result = pipeline.submit({small_radiograph(9)}).get();
          if (comparable(report_of(result)) == expected) ++equal;
        }
      });
    }
  }
  CHECK(equal == 80);
}

TEST_CASE("Pipeline: a record is found by the header, and its error is the item's", "[batch]") {
  Pipeline pipeline(small_assessor(2));
  ImageHeader header;
  header.study_instance_uid = "1.2.3";
  const RecordOf find = [](const ImageHeader& seen) -> ClinicalRecord {
    if (seen.study_instance_uid.empty()) throw Error(ErrorCode::bad_clinical_input, "no such row");
    return record();
  };
  auto found = pipeline.submit({small_radiograph(1, header), find});
  auto missing = pipeline.submit({small_radiograph(1), find});
  CHECK(report_of(found.get()).clinical == record());
  const PipelineResult without = missing.get();
  CHECK(code_of(without) == ErrorCode::bad_clinical_input);
  CHECK(without.header);
}

TEST_CASE("Pipeline: a file that changed or vanished after it was looked at is an error",
          "[batch]") {
  const TemporaryFolder folder;
  const std::string path = folder.write("one.png", "a picture");
  const InputFile listed = look_at_file(path);
  Pipeline pipeline(small_assessor(1));
  folder.write("one.png", "another picture");
  CHECK(code_of(pipeline.submit({listed}).get()) == ErrorCode::io);
  std::filesystem::remove(path);
  CHECK(code_of(pipeline.submit({listed}).get()) == ErrorCode::not_found);
  CHECK_THROWS_AS(look_at_file(path), Error);
  CHECK_THROWS_AS(look_at_file(folder.path.string()), Error);
}
