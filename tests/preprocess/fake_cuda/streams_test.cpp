// The shipped host code and the CUDA module's own sources on a fake of CUDA's runtime.
#include "cuda/memory.hpp"
#include "cuda_calls.hpp"
#include "fake_cuda.hpp"
#include "random_radiograph.hpp"
#include "random_streams.hpp"

#include <aicovid/device_image.hpp>
#include <aicovid/error.hpp>
#include <aicovid/plan.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace aicovid;
using aicovid::test::random_radiograph;
using aicovid::test::RandomStreams;
using aicovid::test::same_numbers;
using fake_cuda::Fault;
using fake_cuda::Haste;

namespace {

const Device kDevice = Device::parse("cuda:0");

/// A stream that ends with this object.
class Stream {
 public:
  Stream() { REQUIRE(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking) == cudaSuccess); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { cudaStreamDestroy(stream_); }
  cudaStream_t get() const { return stream_; }
  std::size_t pending() const { return fake_cuda::pending(stream_); }

 private:
  cudaStream_t stream_ = nullptr;
};

/// Runs one random order of calls in one to three streams, of which the first may be the default.
/// @return whether its results are right
bool random_case(std::uint32_t seed, Fault fault, std::size_t& compared) {
  fake_cuda::start(seed, seed % 2 == 0 ? Haste::none : Haste::random, fault);
  const Stream one;
  const Stream two;
  const Stream three;
  std::vector<void*> streams{one.get(), two.get(), three.get()};
  if (seed % 5 == 0) streams.front() = nullptr;
  streams.resize(seed % 8 == 7 ? 1 : 2 + seed % 3 % 2);
  RandomStreams random(seed, kDevice, streams);
  const bool same = random.run();
  compared += random.compared();
  return same;
}

constexpr const char* kSeed = "AICOVID_FAKE_CUDA_SEED";
constexpr const char* kFault = "AICOVID_FAKE_CUDA_FAULT";

/// Tells whether a case is wrong with a fault. It runs in a process of its own: a wrong number may
/// be a place in memory, which ends the process, and the page-locked blocks are new there.
bool is_found(std::uint32_t seed, Fault fault) {
  const std::string seed_text = std::to_string(seed);
  const std::string fault_text = std::to_string(static_cast<int>(fault));
  // The module is looked for beside the program's path.
  const std::string program = std::filesystem::read_symlink("/proc/self/exe");
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    setenv(kSeed, seed_text.c_str(), 1);
    setenv(kFault, fault_text.c_str(), 1);
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    const rlimit seconds{20, 20};  // A wrong number may be a count, too.
    setrlimit(RLIMIT_CPU, &seconds);
    execl(program.c_str(), program.c_str(), "[one]", static_cast<char*>(nullptr));
    _exit(127);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return status != 0;
}

const Plan& plan_of_many_steps() {
  static const Plan plan = Plan::parse_json(R"([{"op": "grey"}, {"op": "percentile_clip"},
      {"op": "clahe"}, {"op": "resize", "size": 24}, {"op": "median"}])");
  return plan;
}

}  // namespace

TEST_CASE("CUDA streams: random calls in several streams give what the CPU gives",
          "[preprocess][cuda]") {
  // Catch2 prints the seed, with which --rng-seed runs the same cases again.
  const std::uint32_t first = Catch::getSeed();
  constexpr std::uint32_t kCases = 150;
  std::size_t compared = 0;
  for (std::uint32_t seed = first; seed != first + kCases; ++seed) {
    CAPTURE(seed);
    REQUIRE(random_case(seed, Fault::none, compared));
    REQUIRE(fake_cuda::arrays() == 0);
    REQUIRE(fake_cuda::events() == fake_cuda::host_blocks());  // A page-locked block has one.
  }
  CHECK(compared > kCases);
}

TEST_CASE("CUDA streams: one random order of calls with one planted mistake", "[.][one]") {
  const char* const seed = std::getenv(kSeed);
  const char* const fault = std::getenv(kFault);
  if (seed == nullptr || fault == nullptr) SKIP("it is run by the next test");
  std::size_t compared = 0;
  CHECK(random_case(static_cast<std::uint32_t>(std::stoul(seed)),
                    static_cast<Fault>(std::stoi(fault)), compared));
}

TEST_CASE("CUDA streams: a planted mistake is found", "[preprocess][cuda]") {
  const auto fault = GENERATE(Fault::lost_waits_before_work, Fault::lost_waits_before_frees,
                              Fault::events_passed_at_once, Fault::frees_run_at_once);
  CAPTURE(static_cast<int>(fault));
  const std::uint32_t first = Catch::getSeed();
  // Found within this many cases; the same cases are right without the mistake.
  constexpr std::uint32_t kCases = 100;
  std::uint32_t tried = 0;
  while (tried < kCases && !is_found(first + tried, fault)) ++tried;
  CHECK(tried < kCases);
  CHECK_FALSE(is_found(first + tried, Fault::none));
}

TEST_CASE("CUDA streams: a plan waits for its own image's upload, not for the next one's",
          "[preprocess][cuda]") {
  fake_cuda::start(1, Haste::none);
  const Stream uploads;
  const Stream compute;
  const Radiograph first = random_radiograph(50, 60, {.bits_stored = 12}, 1);
  const Radiograph second = random_radiograph(60, 50, {.bits_stored = 12}, 2);
  const auto image = DeviceImage::upload(first, kDevice, uploads.get());
  const auto next = DeviceImage::upload(second, kDevice, uploads.get());
  const std::size_t both = uploads.pending();
  const PlanOutput made = plan_of_many_steps().run(image, {}, compute.get());
  CHECK(uploads.pending() == both);
  CHECK(same_numbers(copy_to_host(made.tensor, compute.get()),
                     plan_of_many_steps().run(first).tensor));
  // The second upload has not run: neither the host nor the first image's plan needed it.
  CHECK(uploads.pending() > 0);
  CHECK(uploads.pending() < both);
}

TEST_CASE("CUDA streams: an upload waits for no plan", "[preprocess][cuda]") {
  fake_cuda::start(1, Haste::none);
  const Stream uploads;
  const Stream compute;
  const Radiograph radiograph = random_radiograph(50, 60, {.bits_stored = 12});
  const auto image = DeviceImage::upload(radiograph, kDevice, uploads.get());
  const PlanOutput made = plan_of_many_steps().run(image, {}, compute.get());
  const auto next = DeviceImage::upload(radiograph, kDevice, uploads.get());
  const std::size_t steps = compute.pending();
  CHECK(steps > 0);
  REQUIRE(cudaStreamSynchronize(uploads.get()) == cudaSuccess);
  CHECK(compute.pending() == steps);
  REQUIRE(cudaStreamSynchronize(compute.get()) == cudaSuccess);
}

TEST_CASE("CUDA streams: an image's memory goes back once all streams have read it",
          "[preprocess][cuda]") {
  fake_cuda::start(1, Haste::none);
  const Stream uploads;
  const Stream one;
  const Stream two;
  const Radiograph radiograph = random_radiograph(50, 60, {.bits_stored = 12});
  std::optional<DeviceImage> image = DeviceImage::upload(radiograph, kDevice, uploads.get());
  const PlanOutput in_one = plan_of_many_steps().run(*image, {}, one.get());
  const PlanOutput in_two = plan_of_many_steps().run(*image, {}, two.get());
  image.reset();
  // The host has not waited, and what frees the memory has both plans run before it.
  CHECK(one.pending() > 0);
  CHECK(two.pending() > 0);
  REQUIRE(cudaStreamSynchronize(uploads.get()) == cudaSuccess);
  CHECK(one.pending() == 0);
  CHECK(two.pending() == 0);
  const Tensor expected = plan_of_many_steps().run(radiograph).tensor;
  CHECK(same_numbers(copy_to_host(in_one.tensor, one.get()), expected));
  CHECK(same_numbers(copy_to_host(in_two.tensor, two.get()), expected));
}

TEST_CASE("CUDA streams: four workers, each with two streams, share images and plans",
          "[preprocess][cuda]") {
  fake_cuda::start(Catch::getSeed());
  constexpr int kWorkers = 4;
  std::vector<Radiograph> radiographs;
  std::vector<Tensor> expected;
  for (unsigned seed = 0; seed < 3; ++seed) {
    radiographs.push_back(
        random_radiograph(40 + static_cast<int>(seed), 50, {.bits_stored = 12}, seed));
    expected.push_back(plan_of_many_steps().run(radiographs.back()).tensor);
  }
  const Stream shared;
  const auto image = DeviceImage::upload(radiographs.front(), kDevice, shared.get());
  std::vector<int> wrong(kWorkers);
  std::vector<std::jthread> workers;
  for (int& count : wrong) {
    workers.emplace_back([&] {
      const Stream uploads;
      const Stream compute;
      for (std::size_t i = 0; i < 12; ++i) {
        const std::size_t k = i % radiographs.size();
        const auto own = DeviceImage::upload(radiographs[k], kDevice, uploads.get());
        const PlanOutput made = plan_of_many_steps().run(own, {}, compute.get());
        const PlanOutput of_shared = plan_of_many_steps().run(image, {}, compute.get());
        if (!same_numbers(copy_to_host(made.tensor, compute.get()), expected[k])) ++count;
        if (!same_numbers(copy_to_host(of_shared.tensor, compute.get()), expected[0])) ++count;
      }
    });
  }
  workers.clear();
  CHECK(wrong == std::vector<int>(kWorkers));
}

TEST_CASE("CUDA streams: whichever call fails, it is an error, and nothing is lost",
          "[preprocess][cuda]") {
  const Radiograph radiograph = random_radiograph(50, 60, {.bits_stored = 12});
  const Tensor expected = plan_of_many_steps().run(radiograph).tensor;
  std::size_t calls = 0;
  for (std::size_t n = 0;; ++n) {
    CAPTURE(n);
    fake_cuda::start(static_cast<std::uint32_t>(n));
    const Stream uploads;
    const Stream compute;
    const auto once = [&] {
      const auto image = DeviceImage::upload(radiograph, kDevice, uploads.get());
      const PlanOutput made = plan_of_many_steps().run(image, {}, compute.get());
      return copy_to_host(made.tensor, compute.get());
    };
    once();
    fake_cuda::fail_call(n);
    bool told = false;
    try {
      const Tensor made = once();
      CHECK(same_numbers(made, expected));
    } catch (const Error& error) {
      CHECK((error.code() == ErrorCode::cuda || error.code() == ErrorCode::device_unavailable));
      told = true;
    }
    if (!fake_cuda::call_failed()) break;
    ++calls;
    CHECK(same_numbers(once(), expected));
    CHECK(fake_cuda::events() == fake_cuda::host_blocks());
    // An image whose last use is unknown keeps its memory.
    CHECK(fake_cuda::arrays() <= (told ? 0U : 1U));
  }
  CHECK(calls > 20);
}

TEST_CASE("CUDA streams: beyond 1 GiB a page-locked block is waited for, or others make room",
          "[preprocess][cuda]") {
  // The blocks are asked for and not touched, so that they take no memory.
  constexpr std::size_t kQuarter = std::size_t{1} << 28;
  fake_cuda::start(1, Haste::none);
  const Stream stream;
  std::byte* first = nullptr;
  {
    std::vector<std::unique_ptr<PinnedBlock>> held;
    for (int i = 0; i < 4; ++i)
      held.push_back(std::make_unique<PinnedBlock>(kQuarter, stream.get()));
    first = held.front()->data();
    // All of it is in use, so that there is more.
    const PinnedBlock fifth(kQuarter, stream.get());
    CHECK(fifth.data() != nullptr);
    held.front().reset();
    held.clear();
  }
  CHECK(stream.pending() > 0);
  {
    // The one given back first; the host waits for its mark alone.
    const std::size_t marks = stream.pending();
    const PinnedBlock again(kQuarter, stream.get());
    CHECK(again.data() == first);
    CHECK(stream.pending() == marks - 1);
  }
  // None is large enough: others are given back to the driver.
  const PinnedBlock large(2 * kQuarter, stream.get());
  CHECK(large.size() == 2 * kQuarter);
  CHECK(reserved_bytes() <= 4 * kQuarter);
}
