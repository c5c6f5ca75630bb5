#include "module.hpp"

#include <aicovid/scores.hpp>

#include <string>

namespace aicovid::python {

namespace py = pybind11;

ClinicalRecord to_record(const py::object& clinical) {
  if (clinical.is_none()) return {};
  if (py::isinstance<py::str>(clinical))
    return ClinicalRecord::parse_json(clinical.cast<std::string>());
  return ClinicalRecord::parse_json(
      py::module_::import("json").attr("dumps")(clinical).cast<std::string>());
}

void bind_clinical(py::module_& module) {
  module.def(
      "published_scores",
      [](const py::object& clinical) {
        return py::module_::import("json").attr("loads")(
            to_json(published_scores(to_record(clinical))));
      },
      py::arg("clinical"),
      "The published clinical scores as a dict (docs/schemas/scores.json).\n\n"
      "clinical: the clinical record as a dict or JSON text; values that are not given are "
      "missing.");
}

}  // namespace aicovid::python
