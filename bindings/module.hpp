#pragma once

#include <aicovid/clinical_record.hpp>

#include <pybind11/pybind11.h>
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>

namespace aicovid::python {

/// A text that can be a template argument.
template <std::size_t N>
struct TypeName {
  // NOLINTNEXTLINE(google-explicit-constructor): so that a literal can be written in its place.
  constexpr TypeName(const char (&text)[N]) { std::copy_n(text, N, characters); }
  char characters[N]{};
};

/// Any object of Python, which the stubs and signatures call by this name.
template <TypeName kName>
class Typed : public pybind11::object {
 public:
  static bool check_(pybind11::handle /*any*/) { return true; }
  Typed() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): as pybind11's own types of objects.
  Typed(pybind11::object held) : pybind11::object(std::move(held)) {}
  Typed(pybind11::handle held, borrowed_t tag) : pybind11::object(held, tag) {}
  Typed(pybind11::handle held, stolen_t tag) : pybind11::object(held, tag) {}
};

using Json = Typed<"dict[str, typing.Any]">;
using Report = Typed<"aicovid.report.RiskReport">;
using Array = Typed<"numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]">;
using Floats = Typed<"numpy.ndarray[typing.Any, numpy.dtype[numpy.float32]]">;
using PathLike = Typed<"str | os.PathLike[str]">;
/// What `to_moment` takes.
using Moment = Typed<"str | datetime.datetime">;
/// What `to_record` takes.
using Clinical = Typed<"aicovid.clinical_text.Clinical">;

void bind_radiograph(pybind11::module_& module);
void bind_tensor(pybind11::module_& module);
void bind_plan(pybind11::module_& module);
void bind_clinical_record(pybind11::module_& module);
void bind_clinical_patients(pybind11::module_& module);
void bind_scores(pybind11::module_& module);
void bind_examination(pybind11::module_& module);
void bind_assessor(pybind11::module_& module);
void bind_batch(pybind11::module_& module);
void bind_read(pybind11::module_& module);

/// @throws TypeError of Python for what names no file
std::filesystem::path to_path(const PathLike& path);

/// @param name  "nccid", or empty for none
/// @throws Error invalid_argument for another name
Cleaning to_cleaning(const std::string& name);

/// A moment as the library reads it: ISO 8601, empty for none.
/// @throws Error invalid_argument for an object that is no moment
std::string to_moment(const Moment& moment);

/// The library's JSON text as Python's objects.
Json loads(const std::string& json);

/// A ClinicalRecord; None for an empty one; a text, dict or row of pandas, as
/// aicovid/clinical_text.py has them.
///
/// @param variables  that a dict, row or text may hold
ClinicalRecord to_record(const Clinical& clinical, const ClinicalVariables& variables = {});

}  // namespace aicovid::python

template <aicovid::python::TypeName kName>
struct pybind11::detail::handle_type_name<aicovid::python::Typed<kName>> {
  static constexpr auto name = const_name(kName.characters);
};
