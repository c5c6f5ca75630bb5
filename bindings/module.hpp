#pragma once

#include <pybind11/pybind11.h>

namespace aicovid::python {

void bind_radiograph(pybind11::module_& module);
void bind_plan(pybind11::module_& module);
void bind_assessor(pybind11::module_& module);

}  // namespace aicovid::python
