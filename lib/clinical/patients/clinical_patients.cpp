#include "patients_reader.hpp"

#include "formats/json_record.hpp"
#include "record/record_builder.hpp"

#include "core/file.hpp"

#include <aicovid/clinical_patients.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace aicovid {

namespace {

namespace fs = std::filesystem;

/// @throws Error{invalid_argument}
void check(const ClinicalPatientsOptions& options) {
  if (!options.each.row.empty()) {
    throw Error(ErrorCode::invalid_argument, "row is of one patient; expected none for all");
  }
  if (!options.each.at.empty() && !options.at_column.empty()) {
    throw Error(ErrorCode::invalid_argument, "at and at_column are given; expected one of them");
  }
  if (!options.at_column.empty() && options.at_column == options.each.id_column) {
    throw Error(ErrorCode::invalid_argument, "at_column and id_column are one column");
  }
  const RecordBuilder builder(options.each);  // it refuses an `at` that is no time
}

void read_one(std::string bytes, const ClinicalPatientsOptions& options, const TakePatient& take) {
  PatientsReader reader(options, take);
  PatientsText text = patients_text(std::move(bytes), options);
  if (!text.table) {
    require_no_row(options.each);
    if (!options.at_column.empty()) {
      throw Error(ErrorCode::invalid_argument,
                  "at_column is for tables; the clinical values are JSON");
    }
  }
  reader.read(std::move(text), {});
  reader.finish({});
}

std::string bytes_of(const fs::path& file) {
  const std::vector<std::byte> bytes = read_file(file);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The names of what is in the folder and not hidden, in the order of their bytes.
std::vector<std::string> names_in(const fs::path& folder) {
  std::error_code status;
  std::vector<std::string> names;
  fs::directory_iterator entries(folder, status);
  for (; !status && entries != fs::directory_iterator(); entries.increment(status)) {
    std::string name = entries->path().filename().string();
    if (!name.starts_with('.')) names.push_back(std::move(name));
  }
  if (status) throw Error(ErrorCode::io, "the folder cannot be read");
  std::ranges::sort(names);
  return names;
}

/// @throws Error{unsupported} if the file is not read
void require_read_kind(const fs::path& file) {
  constexpr std::array<std::string_view, 4> kEndings = {".json", ".ndjson", ".jsonl", ".csv"};
  std::error_code status;
  if (fs::is_directory(file, status)) {
    throw Error(ErrorCode::unsupported, "it is a folder within the folder; expected files alone");
  }
  std::string ending = file.extension().string();
  std::ranges::transform(ending, ending.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  if (std::ranges::count(kEndings, ending) > 0) return;
  throw Error(ErrorCode::unsupported,
              "its name ends with none of .json, .ndjson, .jsonl and .csv, so that it is not read");
}

void read_folder(const fs::path& folder, const ClinicalPatientsOptions& options,
                 const TakePatient& take) {
  PatientsReader reader(options, take);
  const std::vector<std::string> names = names_in(folder);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Source source{.file = i + 1, .name = options.with_ids ? names[i] : std::string()};
    const fs::path file = folder / names[i];
    ClinicalPatient unread{.key = to_string(Place{.file = source.file})};
    std::optional<PatientsText> text;
    try {
      require_read_kind(file);
      text = patients_text(bytes_of(file), options);
    } catch (const Error& error) {
      unread.result = error;
    }
    if (text) {
      reader.read(std::move(*text), source);
    } else {
      reader.give_unread(std::move(unread), source);
    }
  }
  reader.finish(names);
}

}  // namespace

void parse_clinical_patients(std::string_view text, const ClinicalPatientsOptions& options,
                             const TakePatient& take) {
  check(options);
  read_one(std::string(text), options, take);
}

void read_clinical_patients(const std::filesystem::path& path,
                            const ClinicalPatientsOptions& options, const TakePatient& take) {
  check(options);
  std::error_code status;
  if (fs::is_directory(path, status)) return read_folder(path, options, take);
  read_one(bytes_of(path), options, take);
}

}  // namespace aicovid
