#pragma once

#include <cstddef>
#include <cstdint>

/// The border between the library and an engine's module: plain C, so that neither an exception nor
/// a type of the standard library, of which each side may have its own, crosses it. A module is
/// opened when its engine is asked for, and stays open until the program ends.
extern "C" {

/// The version of the table below and of its types, raised with every change of them. It is the
/// table's first member, so that a module with another one is refused before more of it is read.
enum : std::uint32_t { AICOVID_ENGINE_TABLE_VERSION = 2 };

struct AicovidShape {
  const std::int64_t* extents;
  std::size_t rank;
};

/// An input of a network, of one image or of several that share a forward pass. Each image has
/// float32 values of its own, row-major and contiguous; the engine joins them along the first axis.
struct AicovidInput {
  const void* const* values;  ///< of each image; they may be the same
  std::size_t images;         ///< the same for all inputs of a pass
  AicovidShape shape;         ///< of one image; its first extent is 1 where there are several
  int cuda_device;            ///< where the values lie; -1 for the host's memory
};

/// What a network computes in. Inputs and outputs are float32 all the same.
enum AicovidPrecision : int {
  AICOVID_PRECISION_FP32,
  AICOVID_PRECISION_FP16,
  AICOVID_PRECISION_BF16,
};

enum AicovidEngineStatus : int {
  AICOVID_ENGINE_OK,
  AICOVID_ENGINE_NOT_A_NETWORK,  ///< the file cannot be read
  AICOVID_ENGINE_NOT_ALLOWED,    ///< the text says what the network does, and what was expected
  AICOVID_ENGINE_NETWORK_FAILS,  ///< it fails on these inputs
  AICOVID_ENGINE_OUT_OF_MEMORY,  ///< the host's memory does not suffice
  AICOVID_ENGINE_NO_DEVICE,
  AICOVID_ENGINE_DEVICE_FAILS,
  AICOVID_ENGINE_BROKEN,  ///< anything else that fails
};

/// How a call ended. `text` is one line without paths; it is empty where the status says all.
struct AicovidEngineResult {
  AicovidEngineStatus status;
  char text[400];
};

struct AicovidNetworkFile {
  const void* bytes;
  std::size_t size;
  const void* weights;  ///< of formats that keep them apart; null where there are none
  std::size_t weights_size;
  const AicovidShape* inputs;
  std::size_t input_count;
  int cuda_device;     ///< -1 for the CPU
  unsigned workers;    ///< callers that run the network at the same time
  std::size_t images;  ///< the most that a forward pass is given
  AicovidPrecision precision;
};

/// An output as the engine gives it, of all images of the pass. `values` is null unless `type` is
/// "float32".
struct AicovidOutput {
  std::size_t index;
  std::size_t count;  ///< of all outputs
  AicovidShape shape;
  const char* type;  ///< "float32", or the engine's own name
  const float* values;
};

/// Takes one output while `run` is under way; the output's memory is the engine's. It returns false
/// where the engine need give no more.
typedef bool (*AicovidTakeOutput)(void* context, const AicovidOutput* output);

/// What a module gives. `load` makes a network, which `release` destroys; many threads may call
/// `run` for one network at once. A network that cannot take several images fails on them with
/// AICOVID_ENGINE_NETWORK_FAILS, and not when it is loaded.
struct AicovidEngine {
  std::uint32_t table_version;
  const char* build;            ///< the version of aicovid that the module was built with
  const char* library_version;  ///< of the engine's library that is loaded
  AicovidEngineResult (*load)(const AicovidNetworkFile* file, void** network);
  AicovidEngineResult (*run)(const void* network, const AicovidInput* inputs, std::size_t count,
                             AicovidTakeOutput take, void* context);
  void (*release)(void* network);
  /// The stream (cudaStream_t) of the calling thread on a CUDA device, in whose order `run` reads
  /// inputs that lie there and does all its work; the same whenever the thread asks, and never
  /// destroyed. Null for engines of the CPU alone.
  AicovidEngineResult (*thread_stream)(int cuda_device, void** stream);
  /// The version of the cuDNN that runs on CUDA devices, as cuDNN writes it (91002), once a network
  /// was loaded for one; null for engines of the CPU alone.
  long (*cudnn_version)();
};

/// The type and the name of a module's one symbol.
typedef const AicovidEngine* (*AicovidEngineEntry)();
#define AICOVID_ENGINE_ENTRY "aicovid_engine_module"
}
