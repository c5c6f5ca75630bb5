#pragma once

#include <aicovid/device.hpp>
#include <aicovid/tensor.hpp>
#include <aicovid/version.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
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
  std::vector<std::vector<std::int64_t>>
      input_shapes;  ///< for warming up, and for the check of a forward pass
  std::vector<NetworkOutput> outputs;
};

/// A network, ready to run on its device. Immutable; any number of threads may `run` one at a time
/// each.
class Network {
 public:
  virtual ~Network() = default;

  /// One forward pass with one intra-op thread.
  ///
  /// @param inputs  float32, of the specified shapes, on the CPU or on the network's device
  /// @return        float32 on the CPU, in the order of the specified outputs
  /// @throws Error{bad_bundle} if the network fails, or an output is missing, of another shape, or
  /// not finite;
  ///         Error{internal} if an input is of another shape
  virtual std::vector<Tensor> run(std::span<const Tensor> inputs) const = 0;
};

/// The engines that this build has, by the name that manifests and `--backend` use.
std::vector<std::string> network_backends();

/// Loads a network, warms it up on zeros and checks its outputs.
///
/// A network must give the same outputs for the same inputs: one that changes its own state or its
/// inputs is refused. LibTorch looks for CUDA once: in a process that is to use both devices, load
/// for CUDA first.
///
/// @param backend  "torchscript"
/// @param file     the bytes of the network file
/// @throws Error{bad_bundle} naming the role and what is wrong; Error{device_unavailable};
/// Error{unsupported} for
///         an unknown backend
std::unique_ptr<const Network> load_network(const std::string& backend,
                                            std::span<const std::byte> file,
                                            const NetworkSpec& spec, const Device& device);

/// Engine names and versions, for `components()`.
std::vector<Component> network_components();

}  // namespace aicovid
