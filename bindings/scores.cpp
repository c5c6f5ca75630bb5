#include "module.hpp"

#include <aicovid/scores.hpp>

#include <string>

namespace aicovid::python {

namespace py = pybind11;

void bind_scores(py::module_& module) {
  module.def(
      "published_scores",
      [](const Clinical& clinical) {
        const ClinicalRecord record = to_record(clinical);
        std::string json;
        {
          const py::gil_scoped_release release;
          json = to_json(published_scores(record));
        }
        return loads(json);
      },
      py::arg("clinical"),
      "The published clinical scores as a dict (docs/schemas/scores.json).\n\n"
      "clinical: a ClinicalRecord, or what ClinicalRecord.parse takes; values that are not given "
      "are "
      "missing.");
}

}  // namespace aicovid::python
