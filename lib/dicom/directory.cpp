#include "directory.hpp"

#include "attributes.hpp"
#include "core/file.hpp"
#include "runtime.hpp"
#include "terms.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>

namespace aicovid::dicom {
namespace {

/// Calls `visit` with each record in use that refers to a file.
template <typename Visit>
void for_each_file(DcmItem& dataset, const Visit& visit) {
  DcmSequenceOfItems* records = sequence(dataset, DCM_DirectoryRecordSequence);
  if (records == nullptr) return;
  for (unsigned long i = 0; i < records->card(); ++i) {
    DcmItem& record = *records->getItem(i);
    const bool in_use = integer(record, DCM_RecordInUseFlag).value_or(0xffff) != 0;
    if (in_use && !normalised(text(record, DCM_ReferencedFileID)).empty()) visit(record);
  }
}

std::string type_of(DcmItem& record) {
  return directory_record_term(text(record, DCM_DirectoryRecordType));
}

[[noreturn]] void fail_file_id(unsigned long record) {
  throw Error(ErrorCode::corrupt,
              fmt::format("{} of file {} of the DICOMDIR is {}; expected one to eight names of "
                          "letters, digits, '_', '-' and '.'",
                          tag_of(DCM_ReferencedFileID), record, kUnlisted));
}

/// Whether a name has none but plain characters, so that no path can leave the folder. The standard
/// allows capital letters, digits and '_'; writers use small letters, '-' and '.' too.
bool is_plain(std::string_view name) {
  return !name.empty() && name.front() != '.' && std::ranges::all_of(name, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

std::filesystem::path file_of(DcmItem& record, unsigned long number) {
  std::filesystem::path file;
  std::string rest = text(record, DCM_ReferencedFileID);
  for (int components = 0; !rest.empty(); ++components) {
    const std::size_t split = rest.find('\\');
    std::string name = rest.substr(0, split);
    rest = split == std::string::npos ? std::string() : rest.substr(split + 1);
    while (!name.empty() && (name.back() == ' ' || name.back() == '\0')) name.pop_back();
    if (!is_plain(name) || components == 8) fail_file_id(number);
    file /= name;
  }
  return file;
}

/// Refuses what is against the standard: a list of files has no place to say so, and nothing is
/// corrected without a word.
void require_conformant(const DicomFile& file) {
  if (file.deviations().empty()) return;
  const GateReason& first = file.deviations().front();
  throw Error(ErrorCode::corrupt,
              fmt::format("{}{}{} in a DICOMDIR; expected {}", first.tag,
                          first.tag.empty() ? "" : " is ", first.found, first.expected));
}

}  // namespace

bool is_directory(DicomFile& file) {
  return uid_term(text(file.meta(), DCM_MediaStorageSOPClassUID)) ==
         UID_MediaStorageDirectoryStorage;
}

std::vector<DirectoryEntry> entries_of(DicomFile& file) {
  file.parse_to_end();
  require_conformant(file);
  std::vector<DirectoryEntry> entries;
  for_each_file(file.dataset(), [&entries](DcmItem& record) {
    entries.push_back(
        {.file = file_of(record, entries.size() + 1),
         .record_type = type_of(record),
         .sop_class_uid = uid_term(text(record, DCM_ReferencedSOPClassUIDInFile)),
         .sop_instance_uid = uid_term(text(record, DCM_ReferencedSOPInstanceUIDInFile)),
         .transfer_syntax_uid = uid_term(text(record, DCM_ReferencedTransferSyntaxUIDInFile))});
  });
  return entries;
}

std::size_t image_count(DicomFile& file) {
  file.parse_to_end();
  std::size_t count = 0;
  for_each_file(file.dataset(),
                [&count](DcmItem& record) { count += type_of(record) == "IMAGE" ? 1 : 0; });
  return count;
}

}  // namespace aicovid::dicom

namespace aicovid {
namespace {

std::vector<DirectoryEntry> parse_entries(std::span<const std::byte> bytes) {
  dicom::start_dcmtk();
  dicom::DicomFile file(bytes);
  if (!dicom::is_directory(file)) {
    throw Error(ErrorCode::unsupported, fmt::format("{} is not that of a DICOMDIR, {}",
                                                    dicom::tag_of(DCM_MediaStorageSOPClassUID),
                                                    UID_MediaStorageDirectoryStorage));
  }
  return dicom::entries_of(file);
}

}  // namespace

std::vector<DirectoryEntry> parse_dicomdir(std::span<const std::byte> bytes) {
  return with_memory_errors("DICOMDIR", [&] { return parse_entries(bytes); });
}

std::vector<DirectoryEntry> list_dicomdir(const std::filesystem::path& file) {
  return with_memory_errors("DICOMDIR", [&] { return parse_entries(read_file(file)); });
}

}  // namespace aicovid
