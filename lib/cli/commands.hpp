#pragma once

#include <aicovid/aicovid.hpp>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <string>

namespace aicovid::cli {

enum class Format { text, json };

/// What a subcommand registers: called after the command line was parsed, returns the exit status.
using Run = std::function<int()>;

/// Each adds its subcommand to `app`; the chosen one stores what to do in `run`. `format` is set to
/// what the user asked for, so that an error can be printed in the same format.
void add_score(CLI::App& app, Run& run, Format& format);
void add_examine(CLI::App& app, Run& run);
void add_judge(CLI::App& app, Run& run, Format& format);
void add_batch(CLI::App& app, Run& run);
void add_clinical(CLI::App& app, Run& run, Format& format);
void add_inspect(CLI::App& app, Run& run, Format& format);
void add_preprocess(CLI::App& app, Run& run);
void add_model(CLI::App& app, Run& run);

/// Calls `work`; an `Error` gets `file`, as the caller wrote it, put before its message.
template <typename Work>
auto naming(const std::string& file, Work&& work) {
  try {
    return work();
  } catch (const Error& error) {
    throw Error(error.code(), file + ": " + error.what());
  }
}

/// The whole text file.
/// @throws Error{not_found}; Error{unsupported} beyond 64 MiB
std::string read_text(const std::string& file);

/// Writes a file as sensitive as a record: a new one is its owner's alone.
/// @throws Error{io} naming the file
void write_private_text(const std::string& file, const std::string& text);

/// Prints a report, and returns the exit status that goes with it.
int print_report(const RiskReport& report, Format format);

/// Prints a line to standard output and makes sure that it got there.
/// @throws Error{internal} if it did not: a report must not be lost on a full disk
void print_line(const std::string& text);

/// The text without control characters, so that it is one line whatever it holds.
std::string one_line(std::string text);

/// Prints an error to standard error, as one line.
void print_error_line(const Error& error);

/// @throws Error{invalid_argument} if `output` is the same file as `input`
void require_other_file(const std::string& output, const std::string& input);

/// Registers `--format text|json`.
void add_format_option(CLI::App& command, Format& format);

/// Registers `--decode exact|fit`.
void add_decode_option(CLI::App& command, Decode& decode);

}  // namespace aicovid::cli
