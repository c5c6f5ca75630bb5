#pragma once

#include "bundle/bundle.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace aicovid {

/// The files of a bundle: none outside its directory is ever opened, and none is used before its
/// SHA-256 is right.
class BundleFiles {
 public:
  /// @throws Error{not_found} if there is no such directory, or no manifest.json in it
  explicit BundleFiles(const std::filesystem::path& directory);

  /// The bytes of manifest.json.
  std::vector<std::byte> read_manifest() const;

  /// Reads a file and checks its SHA-256; it is then listed.
  /// @throws Error{bad_bundle} naming the file if its path leaves the bundle, it is missing, or has
  /// another SHA-256
  std::vector<std::byte> read(const FileEntry& entry);

  /// Whether a file is there, and is what the manifest lists.
  /// @throws Error{bad_bundle} if its path leaves the bundle
  UnusedFile compare(const FileEntry& entry) const;

  /// A file that the manifest refers to at `where`.
  /// @throws Error{bad_bundle} if it is not among the files read so far
  const FileEntry& listed(const std::string& path, const std::string& where) const;

  /// Where a file of the bundle lies: an absolute path without links.
  /// @throws Error{bad_bundle} as `read`
  std::filesystem::path locate(const FileEntry& entry) const;

 private:
  std::filesystem::path directory_;
  std::map<std::string, FileEntry> listed_;
};

}  // namespace aicovid
