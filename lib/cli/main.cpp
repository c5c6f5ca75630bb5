#include "commands.hpp"

#include <fmt/format.h>
#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>

namespace aicovid::cli {
namespace {

constexpr const char* kDescription =
    "Risk of deterioration in COVID-19 pneumonia, from the chest radiograph and the clinical "
    "values taken at\n"
    "admission. Research use only. Not a medical device.";

constexpr const char* kFooter =
    "Examples:\n"
    "  aicovid score chest.dcm --clinical patient.json --heatmap chest.png\n"
    "  aicovid score chest.dcm --format json > report.json\n"
    "  aicovid examine chest.dcm --out seen.json\n"
    "  aicovid judge seen.json --clinical patient.json\n"
    "  aicovid batch archive --out rows.csv --clinical patients.csv --id-column id\n"
    "  aicovid clinical patient.json\n"
    "  aicovid clinical patients.csv --all --id-column id > scores.ndjson\n"
    "  aicovid inspect chest.dcm --pixels stored.npy\n"
    "  aicovid preprocess chest.dcm --model severity --plan mask_in --out input.npy\n"
    "  aicovid model verify severity\n"
    "\n"
    "Exit status: 0 done; 2 usage; 3 the image was refused (the report says why); 4 file not "
    "found, corrupt or\n"
    "unsupported; 5 model bundle; 6 device; 7 clinical values; 8 batch --strict with an error row; "
    "130 stopped;\n"
    "1 anything else. An error is one line on stderr, 'aicovid: CODE: MESSAGE'.";

std::string version_text() {
  std::string text = fmt::format("aicovid {}\n", version());
  for (const Component& component : components()) {
    text += fmt::format("  {:<26} {}\n", component.name, component.version);
  }
  for (const ModelInfo& model : installed_models()) {
    text +=
        fmt::format("  model {:<20} {} (licence: {})\n", model.name, model.version, model.licence);
  }
  text += "Research use only. Not a medical device.";
  return text;
}

int print_error(const Error& error, Format format) {
  print_error_line(error);
  if (format == Format::json) {
    const nlohmann::ordered_json json = {
        {"error", {{"code", to_string(error.code())}, {"message", one_line(error.what())}}}};
    fmt::print("{}\n", json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  return exit_status(error.code());
}

/// The format asked for, before the command line is known to be sound.
Format format_of(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--format=json") return Format::json;
    if (word == "--format" && i + 1 < argc && std::string_view(argv[i + 1]) == "json")
      return Format::json;
  }
  return Format::text;
}

int run_program(int argc, char** argv) {
  CLI::App app(kDescription, "aicovid");
  app.footer(kFooter);
  app.set_version_flag("--version", version_text,
                       "Versions of the build, its engines and its models");
  app.set_help_flag("-h,--help", "This text; 'aicovid COMMAND --help' for a command's own");
  app.require_subcommand(1);
  Run run;
  Format format = format_of(argc, argv);
  add_score(app, run, format);
  add_examine(app, run);
  add_judge(app, run, format);
  add_batch(app, run);
  add_clinical(app, run, format);
  add_inspect(app, run, format);
  add_preprocess(app, run);
  add_model(app, run);
  try {
    app.parse(argc, argv);
    return run();
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return print_error(
        Error(ErrorCode::usage, fmt::format("{} (see aicovid --help)", error.what())), format);
  } catch (const FileError& error) {
    return print_error(Error(error.code(), error.file() + ": " + error.what()), format);
  } catch (const Error& error) {
    return print_error(error, format);
  } catch (const std::bad_alloc&) {
    return print_error(Error(ErrorCode::out_of_memory, "the memory does not suffice"), format);
  } catch (const std::exception&) {
    return print_error(Error(ErrorCode::internal, "an unexpected failure"), format);
  }
}

}  // namespace
}  // namespace aicovid::cli

int main(int argc, char** argv) { return aicovid::cli::run_program(argc, argv); }
