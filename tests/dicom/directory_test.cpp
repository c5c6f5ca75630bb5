#include "codestreams.hpp"
#include "core/file.hpp"

#include <aicovid/dicomdir.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace aicovid;
using namespace aicovid::test;

namespace {

/// A DICOMDIR of pydicom's own test files, in the source's virtual environment.
std::optional<std::filesystem::path> pydicom_directory(const std::string& name) {
  const std::filesystem::path environment = std::filesystem::path(AICOVID_SOURCE_DIR) / ".venv/lib";
  if (!std::filesystem::exists(environment)) return std::nullopt;
  for (const auto& python : std::filesystem::directory_iterator(environment)) {
    const auto file = python.path() / "site-packages/pydicom/data/test_files/dicomdirtests" / name;
    if (std::filesystem::exists(file)) return file;
  }
  return std::nullopt;
}

DcmItem* add_record(DcmDataset& dataset, const char* type, const char* file_id) {
  DcmItem* record = nullptr;
  REQUIRE(dataset.findOrCreateSequenceItem(DCM_DirectoryRecordSequence, record, -2).good());
  record->putAndInsertUint16(DCM_RecordInUseFlag, 0xffff);
  record->putAndInsertString(DCM_DirectoryRecordType, type);
  if (file_id != nullptr) record->putAndInsertString(DCM_ReferencedFileID, file_id);
  return record;
}

Bytes directory_of(DcmDataset& dataset) {
  start_encoders();
  dataset.putAndInsertString(DCM_SOPClassUID, UID_MediaStorageDirectoryStorage);
  dataset.putAndInsertString(DCM_SOPInstanceUID, "1.2.276.0.7230010.3.1.4.9");
  return file_of(dataset);
}

}  // namespace

TEST_CASE("DICOMDIR: it is unsupported as an image, and says of how many it is the index",
          "[dicom]") {
  // Counted with pydicom 3: records of type IMAGE with a Referenced File ID.
  const auto [name, images] =
      GENERATE(table<std::string, std::size_t>({{"DICOMDIR", 31},
                                                {"DICOMDIR-bigEnd", 31},
                                                {"DICOMDIR-implicit", 31},
                                                {"DICOMDIR-nooffset", 31},
                                                {"DICOMDIR-reordered", 31},
                                                {"DICOMDIR-empty.dcm", 0},
                                                {"TINY_ALPHA/DICOMDIR", 50}}));
  const auto file = pydicom_directory(name);
  if (!file) SKIP("pydicom is not installed");
  INFO(name);
  for (const Decode decode : {Decode::exact, Decode::none}) {
    const Error error = error_of(read_file(*file), {.decode = decode});
    CHECK(error.code() == ErrorCode::unsupported);
    CHECK(std::string(error.what()) == "the file is a DICOMDIR, an index that refers to " +
                                           std::to_string(images) +
                                           " images; expected one of them");
  }
  std::size_t listed = 0;
  for (const DirectoryEntry& entry : list_dicomdir(*file)) listed += entry.is_image() ? 1 : 0;
  CHECK(listed == images);
}

TEST_CASE("DICOMDIR: the files that it lists are there, and are what it says", "[dicom]") {
  const auto file = pydicom_directory("DICOMDIR");
  if (!file) SKIP("pydicom is not installed");
  for (const DirectoryEntry& entry : list_dicomdir(*file)) {
    const auto image = file->parent_path() / entry.file;
    INFO(entry.file);
    REQUIRE(std::filesystem::exists(image));
    const ImageHeader header = read_dicom(image, {.decode = Decode::none}).header();
    CHECK(header.sop_class_uid == entry.sop_class_uid);
    CHECK(header.sop_instance_uid == entry.sop_instance_uid);
    CHECK(header.transfer_syntax_uid == entry.transfer_syntax_uid);
  }
}

TEST_CASE("DICOMDIR: records without a file, or not in use, are left out", "[dicom]") {
  DcmDataset dataset;
  add_record(dataset, "PATIENT", nullptr);
  DcmItem* image = add_record(dataset, "IMAGE", "IMAGES\\CR01\\A.DCM ");
  image->putAndInsertString(DCM_ReferencedSOPClassUIDInFile, UID_ComputedRadiographyImageStorage);
  add_record(dataset, "IMAGE", "OLD")->putAndInsertUint16(DCM_RecordInUseFlag, 0);
  add_record(dataset, "SR DOCUMENT", "SR01");
  add_record(dataset, "Ada Lovelace", "X");
  const auto entries = parse_dicomdir(directory_of(dataset));
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].file == std::filesystem::path("IMAGES/CR01/A.DCM"));
  CHECK(entries[0].is_image());
  CHECK(entries[0].sop_class_uid == UID_ComputedRadiographyImageStorage);
  CHECK(entries[1].record_type == "SR DOCUMENT");
  CHECK_FALSE(entries[1].is_image());
  CHECK(entries[2].record_type == "(unlisted value)");
}

TEST_CASE("DICOMDIR: a file ID that leaves its folder is corrupt, and not repeated", "[dicom]") {
  DcmDataset dataset;
  add_record(dataset, "IMAGE",
             GENERATE("..\\LOVELACE", "/etc/LOVELACE", "A\\\\LOVELACE", "A\\.\\LOVELACE",
                      "LOVELACE^ADA", "1\\2\\3\\4\\5\\6\\7\\8\\LOVELACE"));
  const Bytes bytes = directory_of(dataset);
  try {
    parse_dicomdir(bytes);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::corrupt);
    CHECK(std::string(error.what()).find("0004,1500 of file 1") == 0);
    CHECK(std::string(error.what()).find("LOVELACE") == std::string::npos);
  }
  // It is still known as a DICOMDIR of one image.
  CHECK(error_of(bytes).code() == ErrorCode::unsupported);
}

TEST_CASE("DICOMDIR: what is flagged in an image is corrupt in a list, which has no flags",
          "[dicom]") {
  DcmDataset dataset;
  DcmItem* record = add_record(dataset, "IMAGE", "IMAGES\\A");
  record->putAndInsertString(DCM_PatientID, "LOVELACE");
  record->putAndInsertString(DCM_PatientSex, "F");
  Bytes bytes = directory_of(dataset);
  REQUIRE(parse_dicomdir(bytes).size() == 1);
  std::string message;
  SECTION("a late tag, behind Patient's ID that has become Patient Comments") {
    REQUIRE(replace(bytes, hex("10002000 4c4f"), hex("10000040 4c4f")));
    message =
        "0010,0040 is behind 0010,4000 in an item of 0004,1220 in a DICOMDIR; expected tags in "
        "ascending order";
  }
  SECTION("a group length of the meta information that is too short") {
    const int length = std::to_integer<int>(bytes[132 + 8]);
    bytes[132 + 8] = std::byte{0};
    message = "0002,0000 is 0 in a DICOMDIR; expected " + std::to_string(length);
  }
  try {
    parse_dicomdir(bytes);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::corrupt);
    CHECK(std::string(error.what()) == message);
  }
  // It is still known as a DICOMDIR.
  CHECK(error_of(bytes).code() == ErrorCode::unsupported);
}

TEST_CASE("DICOMDIR: an image is none", "[dicom]") {
  try {
    parse_dicomdir(file_of(*chest()));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::unsupported);
  }
}
