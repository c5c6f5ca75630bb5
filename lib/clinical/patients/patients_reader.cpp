#include "patients_reader.hpp"

#include "formats/fhir/flat_entries.hpp"
#include "formats/fhir/json.hpp"
#include "formats/json_object.hpp"
#include "formats/text_kind.hpp"
#include "formats/utf8.hpp"
#include "json_patient.hpp"
#include "result.hpp"

#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace aicovid {

namespace {

/// The logical id of the Patient of a Bundle; empty where it has none, or several.
std::string patient_id_of(const Json& bundle) {
  std::set<std::string> ids;
  for (const FlatEntry& one : flat_entries(member(bundle, "entry"))) {
    const Json& resource = member(*one.entry, "resource");
    if (text_of(resource, "resourceType") == "Patient") ids.insert(text_of(resource, "id"));
  }
  return ids.size() == 1 ? *ids.begin() : std::string();
}

}  // namespace

PatientsText patients_text(std::string bytes, const ClinicalPatientsOptions& options) {
  std::string text = clinical_text(std::move(bytes));
  if (begins_json(text)) return {.json = std::move(text), .table = std::nullopt};
  require_utf8(text);
  return {.json = {}, .table = read_patient_table(text, options)};
}

void PatientsReader::give(ClinicalPatient patient, const Source& source) const {
  patient.file = source.name;
  take_(std::move(patient));
}

void PatientsReader::give_unread(ClinicalPatient error, const Source& source) {
  export_.note_damage();
  give(std::move(error), source);
}

void PatientsReader::read(PatientsText text, const Source& source) {
  if (text.table) {
    take_rows(*text.table, {.file = source.file}, options_,
              [&](ClinicalPatient patient) { give(std::move(patient), source); });
    return;
  }
  const std::size_t size = export_.size();
  const std::string& json = texts_.emplace_back(std::move(text.json));
  std::vector<TextLine> lines = ndjson_lines(json);
  if (lines.empty()) lines = {{1, json}};
  for (const TextLine& line : lines) read_object(line, source);
  // Nothing of the text is needed any more, unless a resource of the export is in it.
  if (export_.size() == size) texts_.pop_back();
}

void PatientsReader::read_object(const TextLine& line, const Source& source) {
  const Place place{.file = source.file, .line = line.number};
  ClinicalPatient patient{.key = to_string(place)};
  JsonKind kind = JsonKind::record;
  patient.result = result_of([&] {
    require_utf8(line.text, line.number);
    const JsonObject object = parse_json_object(line.text, line.number);
    kind = kind_of(object.document);
    if (kind == JsonKind::resource) {
      export_.add(line.text, object.document, place);
      return ClinicalRecord();
    }
    ClinicalOptions each = options_.each;
    each.id_column.clear();
    ClinicalRecord record = explain_object(object, each).record;
    if (options_.with_ids && kind == JsonKind::bundle) patient.id = patient_id_of(object.document);
    return record;
  });
  if (std::holds_alternative<Error>(patient.result)) export_.note_damage();
  if (kind != JsonKind::resource) give(std::move(patient), source);
}

void PatientsReader::finish(const std::vector<std::string>& files) const {
  export_.take_patients(options_, files, take_);
}

}  // namespace aicovid
