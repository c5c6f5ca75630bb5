#pragma once

#include <aicovid/clinical_record.hpp>

#include <pybind11/pybind11.h>

namespace aicovid::python {

/// A clinical record from a dict, JSON text or None.
ClinicalRecord to_record(const pybind11::object& clinical);

void bind_radiograph(pybind11::module_& module);
void bind_plan(pybind11::module_& module);
void bind_clinical(pybind11::module_& module);
void bind_assessor(pybind11::module_& module);

}  // namespace aicovid::python
