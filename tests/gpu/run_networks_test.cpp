// The bundle's networks on a CUDA device against the CPU, on a radiograph.
#include "run_networks.hpp"
#include "bundle/bundle.hpp"
#include "cuda_device.hpp"

#include <aicovid/device_image.hpp>
#include <aicovid/read.hpp>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <filesystem>

using namespace aicovid;

namespace {

const std::filesystem::path kBundle = AICOVID_SOURCE_DIR "/models/severity";

Bundle load_on(const Device& device) {
  return load_bundle(kBundle, {.backend = "torchscript", .device = device});
}

bool close(double a, double b, double tolerance) { return std::abs(a - b) <= tolerance; }

}  // namespace

TEST_CASE("CUDA: the chain of networks finds what it finds on the CPU", "[gpu]") {
  const Device device = aicovid::test::cuda_device();
  // LibTorch looks for CUDA once, when a network is first loaded.
  const Bundle on_device = load_on(device);
  const Bundle on_cpu = load_on(Device{});
  REQUIRE_FALSE(on_cpu.golden.empty());
  for (const GoldenCase& golden : on_cpu.golden) {
    const Radiograph radiograph = read_image(golden.image);
    const NetworkResults expected = run_networks(on_cpu, radiograph, Device{});
    REQUIRE(expected.lung_box);

    // What the networks are given is equal; what they give differs by cuDNN's order of additions.
    const DeviceImage image = DeviceImage::upload(radiograph, device);
    for (const auto& [name, plan] : on_cpu.plans) {
      CAPTURE(name);
      const Tensor host = plan.run(radiograph, expected.lung_box).tensor;
      const Tensor made = copy_to_host(plan.run(image, expected.lung_box).tensor);
      REQUIRE(std::ranges::equal(made.floats(), host.floats()));
    }
    const NetworkResults found = run_networks(on_device, radiograph, device);
    REQUIRE(found.findings.brixia);
    REQUIRE(found.findings.zones);
    CHECK(close(found.findings.brixia->value, expected.findings.brixia->value,
                golden.tolerance.value()));
    for (std::size_t i = 0; i < found.findings.zones->size(); ++i) {
      CHECK(close((*found.findings.zones)[i].value, (*expected.findings.zones)[i].value,
                  golden.tolerance.value()));
    }
    CHECK(close(found.findings.infiltrates.value(), expected.findings.infiltrates.value(),
                golden.tolerance.value()));
    CHECK(found.reasons.size() == expected.reasons.size());
  }
}
