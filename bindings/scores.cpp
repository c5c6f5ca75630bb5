#include "module.hpp"

#include <aicovid/scores.hpp>

namespace aicovid::python {

namespace py = pybind11;

void bind_scores(py::module_& module) {
  module.def(
      "published_scores",
      [](const py::object& clinical) {
        return loads(to_json(published_scores(to_record(clinical))));
      },
      py::arg("clinical"),
      "The published clinical scores as a dict (docs/schemas/scores.json).\n\n"
      "clinical: a ClinicalRecord, or what ClinicalRecord.parse takes; values that are not given "
      "are "
      "missing.");
}

}  // namespace aicovid::python
