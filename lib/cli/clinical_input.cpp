#include "clinical_input.hpp"

#include "commands.hpp"

#include <map>

namespace aicovid::cli {

namespace {

/// The values of `--set`, by name.
std::map<std::string, std::string> values_to_set(const std::vector<std::string>& arguments) {
  std::map<std::string, std::string> values;
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    if (equals == argument.npos) {
      throw Error(ErrorCode::usage, "--set has no equals sign; expected NAME=VALUE");
    }
    if (!values.emplace(argument.substr(0, equals), argument.substr(equals + 1)).second) {
      throw Error(ErrorCode::usage, "--set names a variable twice; expected each once");
    }
  }
  return values;
}

}  // namespace

void add_clinical_options(CLI::App& command, ClinicalInput& input) {
  ClinicalOptions& options = input.options;
  command
      .add_option("--at", options.at,
                  "moment that the clinical values are for, like 2020-04-01T10:00:00Z: the latest "
                  "up to it are taken, vital signs of 12 and laboratory values of 24 hours")
      ->type_name("TIME");
  command
      .add_option("--bedside-hours", options.bedside_hours,
                  "how old vital signs and what is said of oxygen may be at --at (default 12)")
      ->type_name("HOURS");
  command
      .add_option("--laboratory-hours", options.laboratory_hours,
                  "how old any other measured value may be at --at (default 24)")
      ->type_name("HOURS");
  command.add_flag("--strict", options.strict,
                   "FHIR: refuse what else is left out with a warning, entries that cannot be read "
                   "and values that contradict one another");
  command.add_option("--row", options.row, "table: the patient's row, by its id")->type_name("ID");
  command.add_option("--id-column", options.id_column, "table: the column that holds the ids")
      ->type_name("NAME");
  command
      .add_option_function<std::string>(
          "--clean",
          [&options](const std::string& rules) {
            options.clean = rules == "nccid" ? Cleaning::nccid : Cleaning::none;
          },
          "nccid: columns, units and cleaning rules of the National COVID-19 Chest Imaging "
          "Database; the report says what they changed")
      ->check(CLI::IsMember({"nccid"}))
      ->type_name("RULES");
  command
      .add_option_function<std::string>(
          "--problem-list",
          [&options](const std::string& said) {
            options.problem_list = said == "complete" ? ProblemList::complete : ProblemList::unsaid;
          },
          "complete: the Conditions of the FHIR Bundle are all that the patient has, so that a "
          "chronic disease without one is absent; each is named as assumed")
      ->check(CLI::IsMember({"complete"}))
      ->type_name("STATE");
  command
      .add_option("--code-map", input.code_map,
                  "the site's own codes, columns of tables and words: a JSON file")
      ->type_name("FILE");
  command
      .add_option("--set", input.set,
                  "a value in the place of what the file says, like on_oxygen=false or "
                  "\"crp=12 mg/L\"; the report says that it was set by hand; may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
}

ClinicalOptions options_of(const ClinicalInput& input) {
  ClinicalOptions options = input.options;
  if (input.code_map.empty()) return options;
  const std::string text = read_text(input.code_map);
  options.code_map =
      naming(input.code_map, [&] { return CodeMap::parse_json(text, options.variables); });
  return options;
}

ClinicalRecord with_set_values(const ClinicalRecord& record, const ClinicalInput& input) {
  const auto values = values_to_set(input.set);
  if (values.empty()) return record;
  return naming("--set", [&] { return record.with(values, input.options.variables); });
}

ClinicalRecord read_clinical(const ClinicalInput& input) {
  if (input.file.empty()) {
    const ClinicalOptions& options = input.options;
    const ClinicalOptions none;
    if (!options.at.empty() || !options.row.empty() || !options.id_column.empty() ||
        options.clean != Cleaning::none || options.strict ||
        options.problem_list != none.problem_list || options.bedside_hours != none.bedside_hours ||
        options.laboratory_hours != none.laboratory_hours || !input.code_map.empty() ||
        !input.set.empty()) {
      throw Error(ErrorCode::usage,
                  "--at, --row, --id-column, --clean, --problem-list, --strict, --bedside-hours, "
                  "--laboratory-hours, --code-map and --set need clinical values (see aicovid "
                  "--help)");
    }
    return {};
  }
  const ClinicalOptions options = options_of(input);
  const std::string text = read_text(input.file);
  const ClinicalRecord record = naming(input.file, [&] { return parse_clinical(text, options); });
  return with_set_values(record, input);
}

}  // namespace aicovid::cli
