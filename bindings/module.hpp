#pragma once

#include <aicovid/clinical_record.hpp>

#include <pybind11/pybind11.h>
#include <string>

namespace aicovid::python {

void bind_radiograph(pybind11::module_& module);
void bind_plan(pybind11::module_& module);
void bind_clinical_record(pybind11::module_& module);
void bind_clinical_patients(pybind11::module_& module);
void bind_scores(pybind11::module_& module);
void bind_examination(pybind11::module_& module);
void bind_assessor(pybind11::module_& module);
void bind_batch(pybind11::module_& module);

/// The library's JSON text as Python's objects.
pybind11::object loads(const std::string& json);

/// What a module of the package defines.
pybind11::object in_package(const char* module, const char* name);

/// A ClinicalRecord; None for an empty one; a text, dict or row of pandas, as
/// aicovid/clinical_text.py has them.
///
/// @param variables  that a dict, row or text may hold
ClinicalRecord to_record(const pybind11::object& clinical, const ClinicalVariables& variables = {});

}  // namespace aicovid::python
