#include "bundle_files.hpp"

#include "core/checked_json.hpp"
#include "core/file.hpp"
#include "core/sha256.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>

namespace aicovid {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifest = "manifest.json";

Error bad_file(const FileEntry& entry, const std::string& reason) {
  return {ErrorCode::bad_bundle,
          fmt::format("file {} of the bundle ({}) {}", brief(entry.path), entry.where, reason)};
}

bool stays_inside(const std::string& text) {
  const fs::path path(text);
  return path.is_relative() && text.find('\\') == std::string::npos &&
         text.find('\0') == std::string::npos &&
         std::ranges::none_of(path, [](const fs::path& step) {
           return step == ".." || step == "." || step.empty();
         });
}

}  // namespace

BundleFiles::BundleFiles(const fs::path& directory) {
  std::error_code status;
  directory_ = fs::canonical(directory, status);
  if (status || !fs::is_directory(directory_, status)) {
    throw Error(ErrorCode::not_found,
                "there is no such bundle; expected a directory with a manifest.json");
  }
  if (!fs::exists(directory_ / kManifest, status)) {
    throw Error(ErrorCode::not_found, "the directory is no bundle: it has no manifest.json");
  }
}

std::vector<std::byte> BundleFiles::read_manifest() const {
  return read_file(locate({.path = kManifest, .sha256 = "", .where = "the manifest"}));
}

fs::path BundleFiles::locate(const FileEntry& entry) const {
  if (!stays_inside(entry.path)) {
    throw bad_file(entry, "leaves it; expected a relative path without ..");
  }
  std::error_code status;
  fs::path file = fs::canonical(directory_ / entry.path, status);
  if (status) throw bad_file(entry, "is missing");
  const auto differ = std::ranges::mismatch(directory_, file);
  if (differ.in1 != directory_.end()) throw bad_file(entry, "leaves it through a link");
  if (!fs::is_regular_file(file, status)) throw bad_file(entry, "is not a file");
  return file;
}

std::vector<std::byte> BundleFiles::read(const FileEntry& entry) {
  std::vector<std::byte> bytes;
  try {
    bytes = read_file(locate(entry));
  } catch (const Error& error) {
    if (error.code() == ErrorCode::bad_bundle) throw;
    throw bad_file(entry, "cannot be read");
  }
  if (const std::string found = sha256(bytes); found != entry.sha256) {
    throw bad_file(entry,
                   fmt::format("was changed: its SHA-256 is {}; expected {}", found, entry.sha256));
  }
  listed_.insert_or_assign(entry.path, entry);
  return bytes;
}

UnusedFile BundleFiles::compare(const FileEntry& entry) const {
  if (!stays_inside(entry.path)) {
    throw bad_file(entry, "leaves it; expected a relative path without ..");
  }
  UnusedFile file{.path = entry.path};
  std::error_code status;
  file.present = fs::exists(directory_ / entry.path, status);
  if (file.present) file.as_listed = sha256(read_file(locate(entry))) == entry.sha256;
  return file;
}

const FileEntry& BundleFiles::listed(const std::string& path, const std::string& where) const {
  const auto found = listed_.find(path);
  if (found == listed_.end()) {
    throw Error(ErrorCode::bad_bundle,
                fmt::format("manifest.json: {} is {}; expected a file that /files lists", where,
                            brief(path)));
  }
  return found->second;
}

}  // namespace aicovid
