#pragma once

#include <aicovid/tensor.hpp>

#include <pybind11/numpy.h>

namespace aicovid::python {

/// A tensor of Python, with the stream that its elements are made in.
struct SharedTensor {
  Tensor tensor;
  std::uintptr_t stream = 0;  ///< a cudaStream_t; 0 is the legacy default stream, and of the CPU
};

/// The tensor's memory, which the array keeps alive; not of bfloat16, which NumPy has not.
pybind11::array to_numpy(const Tensor& tensor);

/// The same array, and nobody can write into it.
template <typename Array>
Array read_only(Array array) {
  array.attr("setflags")(false);
  return array;
}

}  // namespace aicovid::python
