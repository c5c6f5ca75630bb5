#include "module.hpp"

#include <aicovid/clinical_explanation.hpp>
#include <aicovid/clinical_patients.hpp>
#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace aicovid::python {
namespace {

namespace py = pybind11;

Cleaning to_cleaning(const std::string& name) {
  if (name.empty()) return Cleaning::none;
  if (name == "nccid") return Cleaning::nccid;
  throw Error(ErrorCode::invalid_argument, "clean is not \"nccid\"");
}

ProblemList to_problem_list(const std::string& name) {
  if (name.empty()) return ProblemList::unsaid;
  if (name == "complete") return ProblemList::complete;
  throw Error(ErrorCode::invalid_argument, "problem_list is not \"complete\"");
}

/// A function of the module that makes texts of Python's values.
py::object clinical_text(const char* function) {
  return py::module_::import("aicovid.clinical_text").attr(function);
}

std::string text_of(const py::object& clinical) {
  if (py::isinstance<py::str>(clinical)) return clinical.cast<std::string>();
  return clinical_text("text_of")(clinical).cast<std::string>();
}

CodeMap parse_code_map(const py::object& map, const std::optional<ClinicalVariables>& variables) {
  const std::string text = py::isinstance<py::str>(map)
                               ? map.cast<std::string>()
                               : py::module_::import("json").attr("dumps")(map).cast<std::string>();
  return CodeMap::parse_json(text, variables.value_or(ClinicalVariables()));
}

/// A function of Python that hands `work` its first argument, the options and the extra arguments.
/// `options_of` has the names of the options.
template <typename... Extra, typename Work>
auto taking_options(Work work) {
  return [work](const py::object& source, Extra... extra, const std::string& at,
                const std::string& row, const std::string& id_column, const std::string& clean,
                const std::string& problem_list, bool strict, int bedside_hours,
                int laboratory_hours, const std::optional<ClinicalVariables>& variables,
                const std::optional<CodeMap>& code_map) {
    const ClinicalOptions options{.at = at,
                                  .bedside_hours = bedside_hours,
                                  .laboratory_hours = laboratory_hours,
                                  .strict = strict,
                                  .row = row,
                                  .id_column = id_column,
                                  .clean = to_cleaning(clean),
                                  .problem_list = to_problem_list(problem_list),
                                  .variables = variables.value_or(ClinicalVariables()),
                                  .code_map = code_map.value_or(CodeMap())};
    return work(source, options, extra...);
  };
}

/// Calls `define` with the arguments that `taking_options` adds, all by name alone.
template <typename Define>
void with_options(const Define& define) {
  const ClinicalOptions defaults;
  define(py::arg("at") = defaults.at, py::arg("row") = defaults.row,
         py::arg("id_column") = defaults.id_column, py::arg("clean") = "",
         py::arg("problem_list") = "", py::arg("strict") = defaults.strict,
         py::arg("bedside_hours") = defaults.bedside_hours,
         py::arg("laboratory_hours") = defaults.laboratory_hours, py::arg("variables") = py::none(),
         py::arg("code_map") = py::none());
}

ClinicalRecord parse(const py::object& clinical, const ClinicalOptions& options) {
  const std::string text = text_of(clinical);
  const py::gil_scoped_release release;
  return parse_clinical(text, options);
}

py::object explain(const py::object& clinical, const ClinicalOptions& options) {
  const std::string text = text_of(clinical);
  std::string explanation;
  {
    const py::gil_scoped_release release;
    explanation = to_json(explain_clinical(text, options));
  }
  return loads(explanation);
}

/// The patients that `read` gives, without the interpreter's lock.
template <typename Read>
std::vector<ClinicalPatient> patients_of(const Read& read) {
  std::vector<ClinicalPatient> patients;
  const py::gil_scoped_release release;
  read([&](ClinicalPatient one) { patients.push_back(std::move(one)); });
  return patients;
}

std::vector<ClinicalPatient> parse_patients(const py::object& clinical, const ClinicalOptions& each,
                                            const std::string& at_column, bool with_ids) {
  const std::string text = text_of(clinical);
  return patients_of([&](const TakePatient& take) {
    parse_clinical_patients(text, {.each = each, .at_column = at_column, .with_ids = with_ids},
                            take);
  });
}

std::vector<ClinicalPatient> read_patients(const py::object& path, const ClinicalOptions& each,
                                           const std::string& at_column, bool with_ids) {
  const auto place = path.cast<std::filesystem::path>();
  return patients_of([&](const TakePatient& take) {
    read_clinical_patients(place, {.each = each, .at_column = at_column, .with_ids = with_ids},
                           take);
  });
}

py::object record_of(const ClinicalPatient& patient) {
  const auto* record = std::get_if<ClinicalRecord>(&patient.result);
  return record ? py::cast(*record) : py::none();
}

py::object error_of(const ClinicalPatient& patient) {
  const auto* error = std::get_if<Error>(&patient.result);
  if (!error) return py::none();
  py::dict told;
  told["code"] = std::string(to_string(error->code()));
  told["message"] = error->what();
  return told;
}

ClinicalRecord with_values(const ClinicalRecord& record,
                           const std::optional<ClinicalVariables>& variables,
                           const py::kwargs& values) {
  return record.with(
      clinical_text("texts_to_set")(values).cast<std::map<std::string, std::string>>(),
      variables.value_or(ClinicalVariables()));
}

py::list warnings(const ClinicalRecord& record) {
  py::list list;
  for (const ClinicalWarning& warning : record.warnings()) {
    py::dict entry;
    entry["code"] = warning.code;
    entry["variable"] = warning.variable;
    entry["message"] = warning.message;
    list.append(entry);
  }
  return list;
}

/// (low, high, low_closed, high_closed), or None.
py::object range(const ClinicalRecord& record, const std::string& name) {
  const auto found = record.range(name);
  if (!found) return py::none();
  return py::make_tuple(found->low, found->high, found->low_closed, found->high_closed);
}

}  // namespace

ClinicalRecord to_record(const py::object& clinical, const ClinicalVariables& variables) {
  if (clinical.is_none()) return {};
  if (py::isinstance<ClinicalRecord>(clinical)) return clinical.cast<ClinicalRecord>();
  return parse_clinical(text_of(clinical), {.variables = variables});
}

void bind_clinical_record(py::module_& module) {
  py::class_<ClinicalVariables>(
      module, "ClinicalVariables",
      "The clinical variables that a record may hold: those of docs/clinical-variables.md, and "
      "those that a bundle declares.")
      .def_property_readonly("declared", &ClinicalVariables::declared,
                             "The names of those that the bundle declares.")
      .def("canonical_unit", &ClinicalVariables::canonical_unit, py::arg("name"),
           "The canonical UCUM unit; empty for what has none.")
      .def("__eq__", [](const ClinicalVariables& a, const ClinicalVariables& b) { return a == b; });
  py::class_<CodeMap>(module, "CodeMap",
                      "What a site's own codes, columns and words mean (docs/clinical-tables.md).")
      .def_static("parse", &parse_code_map, py::arg("map"), py::kw_only(),
                  py::arg("variables") = py::none(),
                  "Of a dict or JSON text (docs/schemas/code-map.json).\n\n"
                  "variables: an Assessor's clinical_variables, for those that its bundle "
                  "declares.");
  py::class_<ClinicalRecord> type(
      module, "ClinicalRecord",
      "Clinical values of a patient with their units (docs/clinical-input.md). Immutable.");
  type.def(py::init([](const py::kwargs& values) {
             const std::string text = clinical_text("text_of_values")(values).cast<std::string>();
             return parse_clinical(text);
           }),
           "Of values by their names (docs/clinical-variables.md): `ClinicalRecord(age=63, "
           "sex=\"male\", crp=(12, \"mg/L\"))`.\n\n"
           "A quantity is (number, UCUM unit), or a dict of value, unit, comparator and time. Age "
           "in years, pressures in mm[Hg], rates in /min, saturation in %, oxygen flow in L/min "
           "and temperature in Cel may be bare numbers; laboratory values may not. None and NaN "
           "are missing values.\n\n"
           "Raises\n"
           "------\n"
           "BadClinicalInputError\n"
           "    An unknown name, no unit, an impossible value, or values that contradict one "
           "another.");
  with_options([&](const auto&... options) {
    type.def_static(
        "parse", taking_options(&parse), py::arg("text"), py::kw_only(), options...,
        "Of a JSON record, a FHIR R4 Bundle or a CSV table, told from the text; of a dict in the "
        "form of a record or a Bundle; of a pandas Series, which is read as a table's row (names "
        "like \"crp [mg/L]\"), or as a record if it holds dicts. None, NaN and pandas.NA are "
        "missing values.\n\n"
        "at: the moment that the values are for, ISO 8601 with a zone. row, id_column: which row "
        "of a table.\n"
        "clean: \"nccid\" for that database's columns, units and cleaning rules.\n"
        "problem_list: \"complete\" where the Conditions of a FHIR Bundle are all that the patient "
        "has; the chronic diseases without one are then assumed to be absent.\n"
        "strict: whether an entry of a FHIR Bundle that cannot be read is an error.\n"
        "bedside_hours, laboratory_hours: how old vital signs, and all other measured values, may "
        "be at `at`.\n"
        "variables: an Assessor's clinical_variables, for those that its bundle declares.\n"
        "code_map: a CodeMap, for a site's own codes, columns and words.");
    module.def("explain_clinical", taking_options(&explain), py::arg("text"), py::kw_only(),
               options...,
               "Why a record is as it is: each value that was found and what became of it, as a "
               "dict (docs/schemas/clinical_explanation.json). Arguments and errors as for "
               "ClinicalRecord.parse.");
  });
  type.def("with_", &with_values, py::kw_only(), py::arg("variables") = py::none(),
           "A new record with these values in the place of those that it has, by the names of "
           "their variables: a member of a JSON record, a text like \"12 mg/L\", or None for a "
           "value that is taken out. The whole is checked anew, and each is named in a warning "
           "`set_by_hand`.\n\n"
           "variables: as for `parse`.")
      .def_property_readonly(
          "given", [](const ClinicalRecord& record) { return loads(record.to_json()); },
          "The values as given: a dict in the form of a JSON record.")
      .def_property_readonly("canonical", &ClinicalRecord::canonical,
                             "The numbers in canonical units, by name.")
      .def_property_readonly("assumed", &ClinicalRecord::assumed,
                             "The names of the values that nobody said: diseases that a complete "
                             "problem list does not have.")
      .def_property_readonly(
          "warnings", &warnings,
          "What was accepted with a reservation: dicts of code, variable, message.")
      .def("range", &range, py::arg("name"),
           "The numbers that a value can stand for: (low, high, low_closed, high_closed) in the "
           "canonical unit; None if missing.")
      .def("__len__", [](const ClinicalRecord& record) { return record.given().size(); })
      // The values are the patient's, and a notebook's cell is easily passed on.
      .def("__repr__",
           [](const ClinicalRecord& record) {
             std::vector<std::string> names;
             for (const auto& [name, value] : record.given()) names.push_back(name);
             return fmt::format("<aicovid.ClinicalRecord of {} values{}{}>", names.size(),
                                names.empty() ? "" : ": ", fmt::join(names, ", "));
           })
      .def("__eq__", [](const ClinicalRecord& a, const ClinicalRecord& b) { return a == b; });
}

void bind_clinical_patients(py::module_& module) {
  py::class_<ClinicalPatient>(module, "ClinicalPatient",
                              "One of several patients, with a record or an error.")
      .def_readonly("key", &ClinicalPatient::key,
                    "Where the patient is, \"row 7\" or \"file 2, line 3\"; it names nobody.")
      .def_readonly("id", &ClinicalPatient::id, "What was asked for by id_column or with_ids.")
      .def_readonly("file", &ClinicalPatient::file,
                    "The name of the file in a folder, where with_ids asks for it.")
      .def_property_readonly("record", &record_of, "The ClinicalRecord; None for an error.")
      .def_property_readonly("error", &error_of, "A dict of code and message; None for a record.");
  with_options([&](const auto&... options) {
    const auto define = [&](const char* name, const auto& read, const char* source,
                            const char* text) {
      module.def(name, taking_options<const std::string&, bool>(read), py::arg(source),
                 py::kw_only(), py::arg("at_column") = "", py::arg("with_ids") = false, options...,
                 text);
    };
    define("parse_clinical_patients", &parse_patients, "text",
           "The patients of one text, a list of ClinicalPatient: the rows of a table, the lines of "
           "NDJSON, the Patients of a FHIR export (docs/clinical-tables.md#many-patients). One who "
           "cannot be read is one with an error.\n\n"
           "at_column: the column that holds the time of each row. with_ids: whether to give the "
           "ids of FHIR Patients. id_column: the column of a table that is given as id. The others "
           "as for ClinicalRecord.parse.");
    define("read_clinical_patients", &read_patients, "path",
           "The same of a file, or of all files of a folder.");
  });
}

}  // namespace aicovid::python
