#pragma once

#include <aicovid/device.hpp>
#include <aicovid/error.hpp>
#include <aicovid/version.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// An engine that runs networks. It is a module beside the library.
struct Engine {
  std::string_view name;                    ///< as `--backend` and manifests have it
  std::string_view library;                 ///< for messages: "LibTorch"
  std::string_view extra;                   ///< the extra of the Python package that brings it
  std::span<const std::string_view> files;  ///< the kinds of network files it reads, best first
  std::string_view module;                  ///< its file beside the library
  /// The files of its library that the module needs, in the order of loading; none where the module
  /// needs no library.
  std::span<const std::string_view> libraries;
  bool cuda;                    ///< whether it runs on CUDA devices too
  std::string_view built_with;  ///< the library's version; empty if it was not built
};

/// All engines that this library knows, in the order in which `auto` tries them.
std::span<const Engine> engines();

/// @throws Error{invalid_argument} for an unknown name
const Engine& engine_named(std::string_view name);

/// What results say of what ran: the engine's name, or "none" for null.
std::string backend_name(const Engine* engine);

/// Tells whether the engine's module lies beside the library. It opens nothing.
bool is_installed(const Engine& engine);

/// Makes sure that the engine is installed and runs on the device. It opens nothing.
/// @throws EngineMissing if its module is not there; Error{device_unavailable} if it does not run
///         on the device
void require_engine(const Engine& engine, const Device& device);

/// The engine's module, or a library that it needs, is not there, or the process has loaded the
/// library in another version, as for a purpose of its own.
class EngineMissing : public Error {
 public:
  explicit EngineMissing(const std::string& message) : Error(ErrorCode::unsupported, message) {}
};

/// Opens the engine's module, once a process; it stays open until the program ends.
/// @throws EngineMissing if the module or its library is not there, or the process has another
///         version of the library; Error{unsupported} with both versions if the module is of
///         another build, or the library that AICOVID_ENGINE_PATH names of another version
void open(const Engine& engine);

/// The version of the cuDNN that the engine's networks run with on the device, once one was loaded
/// for it; empty on the CPU. Opens the engine's module.
std::string cudnn_version(const Engine& engine, const Device& device);

/// The calling thread's stream (a cudaStream_t) on a CUDA device, in whose order its networks run
/// there: what is enqueued in it is done when they read it, and nothing of another thread waits for
/// it. Null on the CPU.
/// @throws Error{cuda} if the engine can make none
void* thread_stream(const Engine& engine, const Device& device);

/// Lists each engine with the version that it was built with, or with what is missing. It opens
/// nothing.
std::vector<Component> engine_components();

}  // namespace aicovid
