#pragma once

#include <cstddef>
#include <cstdint>

/// The border between the library and an engine's module: plain C, so that neither an exception nor
/// a type of the standard library, of which each side may have its own, crosses it. A module is
/// opened when its engine is asked for, and stays open until the program ends.
extern "C" {

/// Of the tables below: raised with every change of them. It is the table's first member, so that a
/// module with another one is refused before anything else of it is read.
enum : std::uint32_t { AICOVID_ENGINE_TABLE_VERSION = 1 };

struct AicovidShape {
  const std::int64_t* extents;
  std::size_t rank;
};

/// float32 values, row-major and contiguous.
struct AicovidInput {
  const void* values;
  AicovidShape shape;
  int cuda_device;  ///< where the values lie; -1 for the host's memory
};

enum AicovidEngineStatus : int {
  AICOVID_ENGINE_OK,
  AICOVID_ENGINE_NOT_A_NETWORK,  ///< the file cannot be read
  AICOVID_ENGINE_NOT_ALLOWED,    ///< the text says what the network does, and what was expected
  AICOVID_ENGINE_NETWORK_FAILS,  ///< on these inputs
  AICOVID_ENGINE_OUT_OF_MEMORY,  ///< of the host
  AICOVID_ENGINE_NO_DEVICE,
  AICOVID_ENGINE_DEVICE_FAILS,
  AICOVID_ENGINE_BROKEN,  ///< anything else
};

/// `text` is one line without paths; empty where the status says all.
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
  int cuda_device;   ///< -1 for the CPU
  unsigned workers;  ///< callers that run the network at the same time
};

/// An output as the engine gives it. `values` is null unless `type` is "float32".
struct AicovidOutput {
  std::size_t index;
  std::size_t count;  ///< of all outputs
  AicovidShape shape;
  const char* type;  ///< "float32", or the engine's own name
  const float* values;
};

/// Takes one output while `run` is under way; its memory is the engine's. False: enough.
typedef bool (*AicovidTakeOutput)(void* context, const AicovidOutput* output);

struct AicovidEngine {
  std::uint32_t table_version;
  const char* build;            ///< the version of aicovid that the module was built with
  const char* library_version;  ///< of the engine's library that is loaded
  AicovidEngineResult (*load)(const AicovidNetworkFile* file, void** network);
  AicovidEngineResult (*run)(const void* network, const AicovidInput* inputs, std::size_t count,
                             AicovidTakeOutput take, void* context);
  void (*release)(void* network);
};

/// The one symbol of a module.
typedef const AicovidEngine* (*AicovidEngineEntry)();
#define AICOVID_ENGINE_ENTRY "aicovid_engine_module"
}
