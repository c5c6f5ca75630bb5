#include "patient_line.hpp"

#include <aicovid/scores.hpp>

#include <nlohmann/json.hpp>
#include <variant>

namespace aicovid::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Adds a member whose value is JSON text already.
void add_member(const char* name, const std::string& value, std::string& object) {
  object.pop_back();
  object.append(",\"").append(name).append("\":").append(value).append("}");
}

std::string scores_of(const ClinicalPatient& patient) {
  if (const Error* error = std::get_if<Error>(&patient.result)) throw *error;
  return to_json(published_scores(std::get<ClinicalRecord>(patient.result)));
}

}  // namespace

PatientLine patient_line(const ClinicalPatient& patient) {
  Json head = {{"schema", "aicovid.patient/1"}, {"key", patient.key}};
  if (!patient.id.empty()) head["id"] = patient.id;
  if (!patient.file.empty()) head["file"] = patient.file;
  PatientLine line{.json = to_text(head)};
  try {
    add_member("report", scores_of(patient), line.json);
    line.has_scores = true;
  } catch (const Error& error) {
    const Json json = {{"code", to_string(error.code())}, {"message", error.what()}};
    add_member("error", to_text(json), line.json);
  }
  return line;
}

}  // namespace aicovid::cli
