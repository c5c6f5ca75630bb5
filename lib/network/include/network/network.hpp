#pragma once

#include "network/engines.hpp"

#include <aicovid/device.hpp>
#include <aicovid/precision.hpp>
#include <aicovid/provenance.hpp>
#include <aicovid/tensor.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace aicovid {

/// An output that a network promises, by position.
struct NetworkOutput {
  std::string name;
  std::vector<std::int64_t> shape;
};

/// What the bundle says of a network.
struct NetworkSpec {
  std::string role;  ///< for messages: "lungs"
  /// The networks are warmed up with inputs of these shapes, and may be given no others.
  std::vector<std::vector<std::int64_t>> input_shapes;
  std::vector<NetworkOutput> outputs;

  /// Tells where an output stands; nothing if there is none of this name.
  std::optional<std::size_t> position(std::string_view output) const;
};

/// What a network makes of one image of several: its outputs, or the error that `run` of this image
/// alone would throw.
using NetworkResult = std::variant<std::vector<Tensor>, std::exception_ptr>;

/// A network, ready to run on its device. It is immutable: any number of threads may call it at
/// once.
class Network {
 public:
  virtual ~Network() = default;

  /// One forward pass with one intra-op thread.
  ///
  /// @param inputs  float32, of the specified shapes, on the CPU or on the network's device
  /// @return        float32 on the CPU, in the order of the specified outputs
  /// @throws Error{bad_bundle} if the network fails, or an output is missing, of another shape, or
  ///         not finite; Error{internal} if an input is of another shape
  virtual std::vector<Tensor> run(std::span<const Tensor> inputs) const = 0;

  /// Runs the network on several images, `NetworkOptions::batch` of them in one forward pass, where
  /// it can; an error of one image touches no other. An image's outputs are those of `run` to the
  /// bit where it runs alone, and within a tolerance where it shares a pass.
  ///
  /// @param images  the inputs of each, as `run` takes them
  /// @return        one result an image, in their order
  virtual std::vector<NetworkResult> run_each(
      std::span<const std::vector<Tensor>> images) const = 0;

  virtual ForwardPass forward_pass() const noexcept = 0;
};

/// The bytes of a network's file.
struct NetworkFile {
  std::span<const std::byte> bytes;
  std::span<const std::byte> weights;  ///< of formats that keep them in a second file
};

/// How a network is loaded.
struct NetworkOptions {
  Device device;
  /// How many callers will run it at the same time; more are allowed, and may wait.
  unsigned workers = 1;
  std::size_t batch = 1;  ///< how many images may share a forward pass
  Precision precision = Precision::fp32;
};

/// Loads a network, warms it up on zeros and checks its outputs. Opens the engine's module. Where
/// images are to share a forward pass, it finds out whether the network can do that: two images
/// together must give what each gives alone.
///
/// A network must give the same outputs for the same inputs: one that changes its own state or its
/// inputs is refused. LibTorch looks for CUDA once: in a process that is to use both devices, load
/// for CUDA first.
///
/// @throws Error{bad_bundle} naming the role and what is wrong; Error{device_unavailable};
///         Error{unsupported} if the engine's module is not there, is of another build, or its
///         library is of another version
std::unique_ptr<const Network> load_network(const Engine& engine, const NetworkFile& file,
                                            const NetworkSpec& spec,
                                            const NetworkOptions& options = {});

}  // namespace aicovid
