#include "module.hpp"

#include <aicovid/clinical_explanation.hpp>
#include <aicovid/clinical_patients.hpp>
#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>
#include <filesystem>
#include <iterator>
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

ProblemList to_problem_list(const std::string& name) {
  if (name.empty()) return ProblemList::unsaid;
  if (name == "complete") return ProblemList::complete;
  throw Error(ErrorCode::invalid_argument, "problem_list is not \"complete\"");
}

/// A function of the module that makes texts of Python's values.
py::object clinical_text(const char* function) {
  return py::module_::import("aicovid.clinical_text").attr(function);
}

std::string text_of(const Clinical& clinical, const ClinicalVariables& variables) {
  if (py::isinstance<py::str>(clinical)) return clinical.cast<std::string>();
  return clinical_text("text_of")(clinical, variables).cast<std::string>();
}

CodeMap parse_code_map(const Typed<"str | dict[str, typing.Any]">& map,
                       const std::optional<ClinicalVariables>& variables) {
  const std::string text = py::isinstance<py::str>(map)
                               ? map.cast<std::string>()
                               : py::module_::import("json").attr("dumps")(map).cast<std::string>();
  return CodeMap::parse_json(text, variables.value_or(ClinicalVariables()));
}

/// A function of Python that hands `work` its first argument, the options and the extra arguments.
/// `options_of` has the names of the options.
template <typename Source, typename... Extra, typename Work>
auto taking_options(Work work) {
  return [work](const Source& source, Extra... extra, const Moment& at, const std::string& row,
                const std::string& id_column, const std::string& clean,
                const std::string& problem_list, bool strict, int bedside_hours,
                int laboratory_hours, const std::optional<ClinicalVariables>& variables,
                const std::optional<CodeMap>& code_map) {
    const ClinicalOptions options{.at = to_moment(at),
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

ClinicalRecord parse(const Clinical& clinical, const ClinicalOptions& options) {
  const std::string text = text_of(clinical, options.variables);
  const py::gil_scoped_release release;
  return parse_clinical(text, options);
}

Json explain(const Clinical& clinical, const ClinicalOptions& options) {
  const std::string text = text_of(clinical, options.variables);
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

std::vector<ClinicalPatient> parse_patients(const Clinical& clinical, const ClinicalOptions& each,
                                            const std::string& at_column, bool with_ids) {
  const std::string text = text_of(clinical, each.variables);
  return patients_of([&](const TakePatient& take) {
    parse_clinical_patients(text, {.each = each, .at_column = at_column, .with_ids = with_ids},
                            take);
  });
}

std::vector<ClinicalPatient> read_patients(const PathLike& path, const ClinicalOptions& each,
                                           const std::string& at_column, bool with_ids) {
  const auto place = to_path(path);
  return patients_of([&](const TakePatient& take) {
    read_clinical_patients(place, {.each = each, .at_column = at_column, .with_ids = with_ids},
                           take);
  });
}

std::optional<ClinicalRecord> record_of(const ClinicalPatient& patient) {
  const auto* record = std::get_if<ClinicalRecord>(&patient.result);
  return record ? std::optional(*record) : std::nullopt;
}

using Texts = std::map<std::string, std::string>;

std::optional<Texts> error_of(const ClinicalPatient& patient) {
  const auto* error = std::get_if<Error>(&patient.result);
  if (!error) return std::nullopt;
  return Texts{{"code", std::string(to_string(error->code()))}, {"message", error->what()}};
}

ClinicalRecord with_values(const ClinicalRecord& record,
                           const std::optional<ClinicalVariables>& variables,
                           const py::kwargs& values) {
  const ClinicalVariables known = variables.value_or(
      record.variables().declared().empty() ? ClinicalVariables() : record.variables());
  return record.with(
      clinical_text("texts_to_set")(values, known).cast<std::map<std::string, std::string>>(),
      known);
}

ClinicalRecord construct(const Clinical& values, const std::optional<ClinicalVariables>& variables,
                         const py::kwargs& named) {
  const ClinicalVariables known = variables.value_or(ClinicalVariables());
  const auto text = clinical_text("text_of_named")(values, named, known).cast<std::string>();
  const py::gil_scoped_release release;
  return parse_clinical(text, {.variables = known});
}

/// Python's own form of a value: a number and its unit, a number, a term, a bool.
std::string shown(const ClinicalRecord& record) {
  std::string text;
  for (const auto& [name, value] : record.given()) {
    fmt::format_to(std::back_inserter(text), "{}{}=", text.empty() ? "" : ", ", name);
    if (value.flag) {
      text += *value.flag ? "True" : "False";
    } else if (value.text) {
      fmt::format_to(std::back_inserter(text), "\"{}\"", *value.text);
    } else if (!value.comparator.empty()) {
      fmt::format_to(std::back_inserter(text), "\"{}{} {}\"", value.comparator,
                     value.number.value_or(0), value.unit);
    } else if (value.unit.empty()) {
      fmt::format_to(std::back_inserter(text), "{}", value.number.value_or(0));
    } else {
      fmt::format_to(std::back_inserter(text), "({}, \"{}\")", value.number.value_or(0),
                     value.unit);
    }
  }
  return fmt::format("ClinicalRecord({})", text);
}

std::vector<Texts> warnings(const ClinicalRecord& record) {
  std::vector<Texts> list;
  for (const ClinicalWarning& warning : record.warnings()) {
    list.push_back(
        {{"code", warning.code}, {"message", warning.message}, {"variable", warning.variable}});
  }
  return list;
}

/// (low, high, low_closed, high_closed), or None.
std::optional<std::tuple<double, double, bool, bool>> range(const ClinicalRecord& record,
                                                            const std::string& name) {
  const auto found = record.range(name);
  if (!found) return std::nullopt;
  return std::tuple{found->low, found->high, found->low_closed, found->high_closed};
}

}  // namespace

std::string to_moment(const Moment& moment) {
  if (py::isinstance<py::str>(moment)) return moment.cast<std::string>();
  return clinical_text("moment_of")(moment).cast<std::string>();
}

Cleaning to_cleaning(const std::string& name) {
  if (name.empty()) return Cleaning::none;
  if (name == "nccid") return Cleaning::nccid;
  throw Error(ErrorCode::invalid_argument, "clean is not \"nccid\"");
}

ClinicalRecord to_record(const Clinical& clinical, const ClinicalVariables& variables) {
  if (clinical.is_none()) return {};
  if (py::isinstance<ClinicalRecord>(clinical)) return clinical.cast<ClinicalRecord>();
  const std::string text = text_of(clinical, variables);
  const py::gil_scoped_release release;
  return parse_clinical(text, {.variables = variables});
}

void bind_clinical_record(py::module_& module) {
  py::class_<ClinicalVariables>(
      module, "ClinicalVariables",
      "The clinical variables that a record may hold: those of docs/clinical-variables.md, and "
      "those that a bundle declares.")
      .def_property_readonly("declared", &ClinicalVariables::declared,
                             "The names of those that the bundle declares.")
      .def(py::init<>(), "Those of docs/clinical-variables.md.")
      .def("canonical_unit", &ClinicalVariables::canonical_unit, py::arg("name"),
           "The canonical UCUM unit; empty for what has none.")
      .def(
          "__eq__", [](const ClinicalVariables& a, const ClinicalVariables& b) { return a == b; },
          py::is_operator());
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
  type.def(py::init(&construct), py::arg("values") = py::none(), py::pos_only(), py::kw_only(),
           py::arg("variables") = py::none(),
           R"(Of values by name, of a dict, or of a row of pandas.

A quantity is written as a number and its unit, ``(12, "mg/dL")``, as a text, ``"<5 mg/L"``, or as
the member of a JSON record, ``{"value": 12, "unit": "mg/dL", "time": ...}``. A number alone is
taken for what is charted in one unit everywhere: age (years), respiratory_rate and heart_rate (per
minute), spo2 and spo2_room_air (%), oxygen_flow (L/min), days_since_onset; any other quantity
without a unit is an error. None, NaN and pandas.NA are missing values.

Parameters
----------
values : dict, pandas.Series or str, optional
    The values as a whole, in place of keywords; what `parse` takes.
variables : ClinicalVariables, optional
    An assessor's `clinical_variables`, for those that its bundle declares.
**named
    The values by the names of docs/clinical-variables.md.

Raises
------
BadClinicalInputError
    For an unknown name, unit or term, an impossible value, and values that contradict one another.

Examples
--------
>>> record = aicovid.ClinicalRecord(age=63, crp=(12, "mg/dL"), on_oxygen=True)
>>> record
ClinicalRecord(age=(63, "a"), crp=(12, "mg/dL"), on_oxygen=True)
>>> record.canonical["crp"]
120.0
>>> aicovid.ClinicalRecord(crp=12)
Traceback (most recent call last):
aicovid.BadClinicalInputError: crp is the number 12 without its unit; write (12, "mg/L"), with the unit that it was measured in
)");
  with_options([&](const auto&... options) {
    type.def_static(
        "parse", taking_options<Clinical>(&parse), py::arg("text"), py::kw_only(), options...,
        R"(Of a text of any format, of a dict, or of a row of pandas (docs/clinical-input.md).

Parameters
----------
text : str, dict or pandas.Series
    A JSON record, a FHIR R4 Bundle or a CSV table, told from the text; a dict in the form of a record
    or a Bundle; a Series as a table's row (names like "crp [mg/L]"), or as a record if it holds dicts
    or pairs. None, NaN and pandas.NA are missing values.
at : str or datetime
    The moment that the values are for, with a zone; a text in ISO 8601.
row, id_column : str
    Which row of a table, by the value of a column.
clean : {"", "nccid"}
    "nccid" for that database's columns, units and cleaning rules.
problem_list : {"", "complete"}
    "complete" where the Conditions of a FHIR Bundle are all that the patient has; the chronic diseases
    without one are then assumed to be absent.
strict : bool
    Whether an entry of a FHIR Bundle that cannot be read is an error.
bedside_hours, laboratory_hours : int
    How old vital signs, and all other measured values, may be at `at`.
variables : ClinicalVariables, optional
    An assessor's `clinical_variables`, for those that its bundle declares.
code_map : CodeMap, optional
    A site's own codes, columns and words.

Raises
------
BadClinicalInputError
    Naming the field, the value and what was expected.
PatientMismatchError
    If a Bundle is of several patients.
UnsupportedError
    For a text of another kind: XML, HL7 version 2.
InvalidArgumentError
    For options that cannot be obeyed.
)");
    module.def("explain_clinical", taking_options<Clinical>(&explain), py::arg("text"),
               py::kw_only(), options...,
               "Why a record is as it is: each value that was found and what became of it, as a "
               "dict (docs/schemas/clinical_explanation.json). Arguments and errors as for "
               "ClinicalRecord.parse.");
  });
  type.def("with_", &with_values, py::kw_only(), py::arg("variables") = py::none(),
           R"(A new record with these values in the place of those that it has.

The whole is checked anew, and each of the values is named in a warning `set_by_hand`.

Parameters
----------
variables : ClinicalVariables, optional
    As for `parse`; the record's own if None.
**named
    As the constructor takes them, by the names of their variables; None takes a value out.

Examples
--------
>>> aicovid.ClinicalRecord(age=63, crp=(12, "mg/dL")).with_(crp="<5 mg/L", age=None)
ClinicalRecord(crp="<5 mg/L")
)")
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
      .def("__repr__", &shown)
      .def(
          "__eq__", [](const ClinicalRecord& a, const ClinicalRecord& b) { return a == b; },
          py::is_operator());
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
    const auto define = [&]<typename Source>(const char* name, const auto& read, const char* source,
                                             const char* text) {
      module.def(name, taking_options<Source, const std::string&, bool>(read), py::arg(source),
                 py::kw_only(), py::arg("at_column") = "", py::arg("with_ids") = false, options...,
                 text);
    };
    define.template operator()<Clinical>(
        "parse_clinical_patients", &parse_patients, "text",
        "The patients of one text, a list of ClinicalPatient: the rows of a table, the lines of "
        "NDJSON, the Patients of a FHIR export (docs/clinical-tables.md#many-patients). One who "
        "cannot be read is one with an error.\n\n"
        "at_column: the column that holds the time of each row. with_ids: whether to give the "
        "ids of FHIR Patients. id_column: the column of a table that is given as id. The others "
        "as for ClinicalRecord.parse.");
    define.template operator()<PathLike>("read_clinical_patients", &read_patients, "path",
                                         "The same of a file, or of all files of a folder.");
  });
}

}  // namespace aicovid::python
