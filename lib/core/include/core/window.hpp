#pragma once

#include <aicovid/radiograph.hpp>

namespace aicovid {

/// Whether DICOM allows a window of this width: at least 1 where it is linear, else more than 0.
/// Source: PS3.3 C.11.2.1.2.1, C.11.2.1.3.
inline bool is_valid_width(const Window& window) {
  return window.function == Window::Function::linear ? window.width >= 1 : window.width > 0;
}

}  // namespace aicovid
