#include "commands.hpp"

#include <fmt/format.h>
#include <cstdio>
#include <fstream>
#include <map>

namespace aicovid::cli {

namespace {

/// Far more than any clinical record or recipe needs.
constexpr std::uintmax_t kLargestTextFile = 64U << 20U;

}  // namespace

std::string read_text(const std::string& file) {
  std::error_code status;
  if (!std::filesystem::is_regular_file(file, status)) {
    throw Error(ErrorCode::not_found, file + ": no such file");
  }
  const std::uintmax_t size = std::filesystem::file_size(file, status);
  if (size > kLargestTextFile) {
    throw Error(ErrorCode::unsupported,
                fmt::format("{}: {} bytes; expected at most {}", file, size, kLargestTextFile));
  }
  std::ifstream stream(file, std::ios::binary);
  std::string text(size, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(size));
  if (!stream) throw Error(ErrorCode::io, file + ": the file cannot be read");
  return text;
}

void write_private_text(const std::string& file, const std::string& text) {
  std::error_code status;
  const bool is_new = !std::filesystem::exists(file, status);
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  if (is_new) {
    using std::filesystem::perms;
    std::filesystem::permissions(file, perms::owner_read | perms::owner_write, status);
  }
  stream << text;
  stream.close();
  if (!stream) throw Error(ErrorCode::io, file + ": the file cannot be written");
}

int print_report(const RiskReport& report, Format format) {
  print_line(format == Format::json ? to_json(report, 2) : to_text(report));
  return report.refused() ? exit_status(ErrorCode::refused) : 0;
}

void print_line(const std::string& text) {
  if (std::fprintf(stdout, "%s\n", text.c_str()) < 0 || std::fflush(stdout) != 0) {
    throw Error(ErrorCode::io, "the result could not be written to standard output");
  }
}

std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
  }
  return text;
}

void print_error_line(const Error& error) {
  fmt::print(stderr, "aicovid: {}: {}\n", to_string(error.code()), one_line(error.what()));
}

void require_other_file(const std::string& output, const std::string& input) {
  std::error_code status;
  if (!output.empty() && std::filesystem::equivalent(output, input, status)) {
    throw Error(ErrorCode::invalid_argument, output + ": the output would overwrite the image");
  }
}

void add_format_option(CLI::App& command, Format& format) {
  command
      .add_option_function<std::string>(
          "--format",
          [&format](const std::string& name) {
            format = name == "json" ? Format::json : Format::text;
          },
          "text for people (default) or json for programs")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("text|json");
}

void add_decode_option(CLI::App& command, Decode& decode) {
  command
      .add_option_function<std::string>(
          "--decode",
          [&decode](const std::string& name) {
            decode = name == "fit" ? Decode::fit : Decode::exact;
          },
          "exact: every pixel (default); fit: JPEG 2000 and JPEG at 1/2 or 1/4 where the networks "
          "need no more")
      ->check(CLI::IsMember({"exact", "fit"}))
      ->type_name("exact|fit");
}

}  // namespace aicovid::cli
