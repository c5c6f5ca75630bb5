#include "network/network.hpp"

#include "torchscript.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace aicovid {

std::vector<std::string> network_backends() { return {"torchscript"}; }

std::unique_ptr<const Network> load_network(const std::string& backend,
                                            std::span<const std::byte> file,
                                            const NetworkSpec& spec, const Device& device) {
  if (backend == "torchscript") return load_torchscript(file, spec, device);
  throw Error(ErrorCode::unsupported, fmt::format("backend is '{}'; this build has {}", backend,
                                                  fmt::join(network_backends(), ", ")));
}

std::vector<Component> network_components() { return torchscript_components(); }

}  // namespace aicovid
