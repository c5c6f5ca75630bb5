#pragma once

#include <string>
#include <string_view>

namespace aicovid {

/// What an engine's message says in one short line: without the trace of the TorchScript
/// interpreter, without source positions of the engine, without paths.
std::string failure_reason(std::string_view message);

}  // namespace aicovid
