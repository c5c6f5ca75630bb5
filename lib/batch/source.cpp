#include <aicovid/batch.hpp>
#include <aicovid/dicomdir.hpp>

#include <fmt/format.h>
#include <glob.h>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <istream>
#include <system_error>

namespace aicovid {

namespace {

namespace fs = std::filesystem;

/// What was listed so far, and what is to be left out.
struct Listing {
  std::vector<InputFile> files;
  std::vector<fs::path> leave_out;
};

/// A row is a line of the output, so that no name may end one.
void require_one_line(const std::string& name) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  if (std::ranges::any_of(name, is_control)) {
    throw FileError(Error(ErrorCode::invalid_argument, "the name has a control character"), name);
  }
}

void add_file(const std::string& name, Listing& listing) {
  require_one_line(name);
  try {
    listing.files.push_back(look_at_file(name));
  } catch (const Error& error) {
    throw FileError(error, name);
  }
}

/// Whether it is one of the files to be left out, whatever it is called here.
bool is_left_out(const fs::path& file, const std::vector<fs::path>& leave_out) {
  return std::ranges::any_of(leave_out, [&](const fs::path& one) {
    std::error_code status;
    return file.filename() == one.filename() && fs::equivalent(file, one, status);
  });
}

bool is_hidden(const fs::path& file) { return file.filename().native().starts_with('.'); }

/// Adds the files of a folder and those below it. A link to a file is followed, one to a folder is
/// not, as it may lead in a circle.
void add_folder(const std::string& folder, Listing& listing) {
  std::error_code failure;
  fs::recursive_directory_iterator walk(folder, failure);
  for (; !failure && walk != fs::recursive_directory_iterator(); walk.increment(failure)) {
    const fs::directory_entry& entry = *walk;
    const fs::file_status status = entry.status(failure);
    if (status.type() == fs::file_type::not_found) failure.clear();
    if (failure) break;
    if (is_hidden(entry.path())) {
      if (fs::is_directory(status)) walk.disable_recursion_pending();
      continue;
    }
    // The files that an index names lie below the folder too.
    if (entry.path().filename() == "DICOMDIR") continue;
    if (is_left_out(entry.path(), listing.leave_out)) continue;
    const bool leads_nowhere = status.type() == fs::file_type::not_found;
    if (fs::is_regular_file(status) || leads_nowhere) add_file(entry.path().native(), listing);
  }
  if (failure) {
    throw FileError(Error(ErrorCode::io, "the folder, or one in it, cannot be listed"), folder);
  }
}

void add_dicomdir(const std::string& name, Listing& listing) {
  std::vector<DirectoryEntry> entries;
  try {
    entries = list_dicomdir(name);
  } catch (const Error& error) {
    throw FileError(error, name);
  }
  const fs::path folder = fs::path(name).parent_path();
  for (const DirectoryEntry& entry : entries) {
    if (entry.is_image()) add_file((folder / entry.file).native(), listing);
  }
}

bool is_pattern(const std::string& input) { return input.find_first_of("*?[") != input.npos; }

/// The names that a pattern stands for, as the shell has it.
std::vector<std::string> expand(const std::string& pattern) {
  glob_t found{};
  const int status = ::glob(pattern.c_str(), GLOB_ERR, nullptr, &found);
  std::vector<std::string> names(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  if (status == GLOB_NOMATCH) {
    throw FileError(Error(ErrorCode::not_found, "no file has a name of this form"), pattern);
  }
  if (status != 0) {
    throw FileError(Error(ErrorCode::io, "the folders of this form cannot be listed"), pattern);
  }
  return names;
}

/// Adds a file, a folder or a DICOMDIR.
void add_place(const std::string& name, Listing& listing) {
  std::error_code status;
  if (fs::is_directory(name, status)) return add_folder(name, listing);
  if (fs::path(name).filename() == "DICOMDIR") return add_dicomdir(name, listing);
  add_file(name, listing);
}

void add_input(const std::string& input, Listing& listing) {
  std::error_code status;
  // A file may well have such a name itself.
  if (!is_pattern(input) || fs::exists(input, status)) return add_place(input, listing);
  for (const std::string& name : expand(input)) {
    if (!is_left_out(name, listing.leave_out)) add_place(name, listing);
  }
}

void add_list(std::istream& list, const std::string& name, Listing& listing) {
  std::string line;
  while (std::getline(list, line)) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) add_input(line, listing);
  }
  if (!list.eof()) {
    throw FileError(Error(ErrorCode::io, "the list cannot be read to its end"), name);
  }
}

void add_list_file(const std::string& name, Listing& listing) {
  std::error_code status;
  if (!fs::exists(name, status)) {
    throw FileError(Error(ErrorCode::not_found, "there is no such list"), name);
  }
  std::ifstream list(name, std::ios::binary);
  if (!list) throw FileError(Error(ErrorCode::io, "the list cannot be opened"), name);
  add_list(list, name, listing);
}

/// Keeps every `count`th file, so that neighbours, which are alike, are shared out.
std::vector<InputFile> shard_of(std::vector<InputFile> files, const Shard& shard) {
  std::vector<InputFile> kept;
  for (std::size_t i = shard.index - 1; i < files.size(); i += shard.count) {
    kept.push_back(std::move(files[i]));
  }
  return kept;
}

}  // namespace

std::vector<InputFile> list_inputs(std::span<const std::string> inputs,
                                   std::istream& standard_input, const ListOptions& options) {
  const Shard& shard = options.shard;
  if (shard.index < 1 || shard.index > shard.count) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the shard is {}/{}; expected i/n with i from 1 to n", shard.index,
                            shard.count));
  }
  Listing listing{.files = {}, .leave_out = options.leave_out};
  for (const std::string& input : inputs) {
    if (input == "-") {
      add_list(standard_input, input, listing);
    } else if (input.starts_with('@')) {
      add_list_file(input.substr(1), listing);
    } else {
      add_input(input, listing);
    }
  }
  std::ranges::sort(listing.files, {}, &InputFile::name);
  const auto twice = std::ranges::unique(listing.files, {}, &InputFile::name);
  listing.files.erase(twice.begin(), twice.end());
  return shard_of(std::move(listing.files), shard);
}

}  // namespace aicovid
