#include "records.hpp"

#include "core/file.hpp"
#include "core/sha256.hpp"

#include <fmt/format.h>
#include <filesystem>
#include <string_view>
#include <utility>

namespace aicovid {

namespace {

/// What of the image is compared with the ids; empty where it has none.
std::string key_of(IdMatch match, const std::string& file, const ImageHeader* header) {
  switch (match) {
    case IdMatch::path:
      return file;
    case IdMatch::name:
      return std::filesystem::path(file).filename().native();
    case IdMatch::stem:
      return std::filesystem::path(file).stem().native();
    case IdMatch::sop_instance_uid:
      return header != nullptr ? header->sop_instance_uid : "";
    case IdMatch::study_instance_uid:
      return header != nullptr ? header->study_instance_uid : "";
    case IdMatch::accession_number:
      return header != nullptr ? header->accession_number : "";
  }
  return {};
}

}  // namespace

std::string_view to_string(IdMatch match) noexcept {
  switch (match) {
    case IdMatch::path:
      return "path";
    case IdMatch::name:
      return "name";
    case IdMatch::stem:
      return "stem";
    case IdMatch::sop_instance_uid:
      return "sop_instance_uid";
    case IdMatch::study_instance_uid:
      return "study_instance_uid";
    case IdMatch::accession_number:
      return "accession_number";
  }
  return "path";
}

Records::Records(const BatchClinical& clinical, const ClinicalVariables& variables)
    : match_(clinical.match) {
  const auto about_table = [&](const Error& error) {
    return FileError(error, clinical.table.native());
  };
  if (clinical.options.each.id_column.empty()) {
    throw Error(ErrorCode::invalid_argument,
                "the clinical table has no id column; expected the name of one");
  }
  ClinicalPatientsOptions options = clinical.options;
  options.each.variables = variables;
  std::unordered_map<std::string, std::string> row_of_id;
  try {
    const std::vector<std::byte> bytes = read_file(clinical.table);
    sha256_ = aicovid::sha256(bytes);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    parse_clinical_patients(text, options, [&](ClinicalPatient patient) {
      if (patient.id.empty()) return;
      const auto [first, is_new] = row_of_id.emplace(patient.id, patient.key);
      if (!is_new) {
        throw Error(
            ErrorCode::invalid_argument,
            fmt::format("{} has the id of {}; expected each id once", patient.key, first->second));
      }
      by_id_.emplace(std::move(patient.id), std::move(patient.result));
    });
  } catch (const Error& error) {
    throw about_table(error);
  }
  if (by_id_.empty()) {
    throw about_table(
        Error(ErrorCode::invalid_argument, "no row has an id; expected a table with an id column"));
  }
}

std::string Records::id_of(const std::string& file, const ImageHeader* header) const {
  std::string key = key_of(match_, file, header);
  return by_id_.contains(key) ? key : std::string();
}

ClinicalRecord Records::record_of(const std::string& file, const ImageHeader& header) const {
  const auto found = by_id_.find(key_of(match_, file, &header));
  if (found == by_id_.end()) return {};
  if (const auto* error = std::get_if<Error>(&found->second)) throw *error;
  return std::get<ClinicalRecord>(found->second);
}

}  // namespace aicovid
