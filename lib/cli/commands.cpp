#include "commands.hpp"

#include <fstream>
#include <map>
#include <sstream>

namespace aicovid::cli {

std::string read_text(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::error_code status;
  if (!stream || std::filesystem::is_directory(file, status)) {
    throw Error(ErrorCode::not_found, file + ": no such file");
  }
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

void add_format_option(CLI::App& command, Format& format) {
  static const std::map<std::string, Format> formats = {{"text", Format::text},
                                                        {"json", Format::json}};
  command.add_option("--format", format, "text for people (default) or json for programs")
      ->transform(CLI::CheckedTransformer(formats))
      ->type_name("text|json");
}

void add_decode_option(CLI::App& command, Decode& decode) {
  static const std::map<std::string, Decode> modes = {{"exact", Decode::exact},
                                                      {"fit", Decode::fit}};
  command
      .add_option("--decode", decode,
                  "exact: every pixel (default); fit: JPEG 2000 at 1/2 or 1/4 where the networks "
                  "need no more")
      ->transform(CLI::CheckedTransformer(modes))
      ->type_name("exact|fit");
}

}  // namespace aicovid::cli
