#pragma once

#include <string>
#include <string_view>

namespace aicovid {

/// Tells in one short line what an engine's message says: without the trace of the TorchScript
/// interpreter, without positions in the engine's source, without paths.
std::string failure_reason(std::string_view message);

}  // namespace aicovid
