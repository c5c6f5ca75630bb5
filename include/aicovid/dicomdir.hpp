#pragma once

#include <aicovid/export.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace aicovid {

/// A file that a DICOMDIR refers to. Its patient, study and series records are not listed.
struct DirectoryEntry {
  /// Referenced File ID, relative to the folder of the DICOMDIR: one to eight plain names, none of
  /// them "..".
  std::filesystem::path file;
  std::string record_type;  ///< "IMAGE", "PRESENTATION", ...; or "(unlisted value)"
  // What the record says of the file; empty where it does not say.
  std::string sop_class_uid;
  std::string sop_instance_uid;
  std::string transfer_syntax_uid;

  bool is_image() const { return record_type == "IMAGE"; }
};

/// Lists the files that a DICOMDIR, the index of a CD or a folder, refers to, in its order. Records
/// that are not in use are left out.
///
/// @throws Error{not_found} if there is no such file; Error{io} if it cannot be read to its end;
///         Error{out_of_memory}; Error{corrupt} if it is not DICOM, is damaged or against the
///         standard, or if a file ID leaves the folder; Error{unsupported} if it is no DICOMDIR
/// Source: DICOM PS3.3 F.3, PS3.10 8.2.
AICOVID_EXPORT std::vector<DirectoryEntry> list_dicomdir(const std::filesystem::path& file);

/// Lists the files of a DICOMDIR in memory, as `list_dicomdir` does.
AICOVID_EXPORT std::vector<DirectoryEntry> parse_dicomdir(std::span<const std::byte> bytes);

/// The files as JSON, schema `aicovid.inspect/1` (docs/schemas/inspect.json), on one line unless
/// `indent` >= 0. Their file IDs, which are free text, are left out.
AICOVID_EXPORT std::string to_json(const std::vector<DirectoryEntry>& entries, int indent = -1);

}  // namespace aicovid
