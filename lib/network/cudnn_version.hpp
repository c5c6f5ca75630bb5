#pragma once

#include <string>

namespace aicovid {

/// Writes a version of cuDNN, as its header has it: 91002 is "9.10.2", and up to version 8 8907 is
/// "8.9.7". Empty for 0 and below.
std::string cudnn_text(long version);

}  // namespace aicovid
