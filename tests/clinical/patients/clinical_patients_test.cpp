#include "patients_of.hpp"
#include "rejection.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

using namespace aicovid;
using Catch::Matchers::ContainsSubstring;

namespace {

using Strings = std::vector<std::string>;

std::string invalid(const std::string& text, const ClinicalPatientsOptions& options) {
  return rejection_with(ErrorCode::invalid_argument, [&] { patients_of(text, options); });
}

/// A folder that ends with the test.
class Folder {
 public:
  Folder() {
    std::random_device random;
    path_ = std::filesystem::temp_directory_path() /
            ("aicovid-patients-" + std::to_string(random()) + std::to_string(random()));
    std::filesystem::create_directory(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  std::vector<ClinicalPatient> patients(const ClinicalPatientsOptions& options = {}) const {
    std::vector<ClinicalPatient> found;
    read_clinical_patients(path_, options,
                           [&](ClinicalPatient one) { found.push_back(std::move(one)); });
    return found;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("Patients: each line of NDJSON that is a record or a Bundle is one", "[clinical]") {
  const std::string bundle =
      R"({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": )"
      R"({"resourceType": "Patient", "id": "p7", "gender": "female"}}]})";
  const auto patients = patients_of("{\"sex\": \"male\"}\n\n" + bundle + "\n{\"gcs\": 15}\n");
  CHECK(keys_of(patients) == Strings{"line 1", "line 3", "line 4"});
  CHECK(record(patients[0]).text("sex") == "male");
  CHECK(record(patients[1]).text("sex") == "female");
  CHECK(record(patients[2]).number("gcs") == 15);
  CHECK(patients[1].id.empty());

  const auto named = patients_of("{}\n" + bundle, {.each = {}, .with_ids = true});
  CHECK(named[0].id.empty());
  CHECK(named[1].id == "p7");
}

TEST_CASE("Patients: a line that cannot be read costs one patient", "[clinical]") {
  const auto patients =
      patients_of("{\"gcs\": 15}\n{\"gcs\": 15\n{\"gcs\": 99}\n{\"sex\": \"m\xE4\"}\n{\"gcs\": 3}");
  REQUIRE(patients.size() == 5);
  CHECK(record(patients[0]).number("gcs") == 15);
  CHECK_THAT(fault(patients[1]), ContainsSubstring("no JSON from line 2, column 11"));
  CHECK_THAT(fault(patients[2]), ContainsSubstring("gcs is 99"));
  CHECK_THAT(fault(patients[3]), ContainsSubstring("no UTF-8 from line 4, column 11"));
  CHECK(record(patients[4]).number("gcs") == 3);
}

TEST_CASE("Patients: a single JSON text is one", "[clinical]") {
  const auto patients = patients_of("{\n\"gcs\": 15\n}\n");
  CHECK(keys_of(patients) == Strings{"line 1"});
  CHECK(record(patients[0]).number("gcs") == 15);
}

TEST_CASE("Patients: each row of a table is one, of its own time and with its id", "[clinical]") {
  const std::string table =
      "id,seen,age [a],gcs,time\n"
      "A,2020-04-01T12:00:00Z,64,15,2020-04-01T11:00:00Z\n"
      "B,2020-04-03T12:00:00Z,51,14,2020-04-01T11:00:00Z\n"
      "C,,51,14,2020-04-01T11:00:00Z\n"
      "D,yesterday,51,14,2020-04-01T11:00:00Z\n"
      "E,2020-04-01T12:00:00Z,510,14,2020-04-01T11:00:00Z\n";
  const auto patients = patients_of(table, {.each = {.id_column = "id"}, .at_column = "seen"});
  CHECK(keys_of(patients) == Strings{"row 1", "row 2", "row 3", "row 4", "row 5"});
  CHECK(patients[0].id == "A");
  CHECK(patients[4].id == "E");
  CHECK(record(patients[0]).number("gcs") == 15);
  CHECK(record(patients[1]).number("age") == 51);
  CHECK_FALSE(record(patients[1]).number("gcs").has_value());
  CHECK_THAT(fault(patients[2]), ContainsSubstring("column 2") && ContainsSubstring("is empty"));
  CHECK_THAT(fault(patients[3]),
             ContainsSubstring("is no time") && !ContainsSubstring("yesterday"));
  CHECK_THAT(fault(patients[4]), ContainsSubstring("age is 510"));
}

TEST_CASE("Patients: a row is read as it is by its id", "[clinical]") {
  const std::string table = "id,age [a],sex\nA,64,female\nB,51,male\n";
  const auto patients = patients_of(table, {.each = {.id_column = "id"}});
  for (const ClinicalPatient& one : patients) {
    CHECK(record(one) == parse_clinical(table, {.row = one.id, .id_column = "id"}));
  }
}

TEST_CASE("Patients: a table whose header is not known is an error as a whole", "[clinical]") {
  CHECK_THAT(rejection_of([] { patients_of("age [a],shoe\n1,2\n3,4\n"); }),
             ContainsSubstring("column 2"));
  CHECK_THAT(rejection_of([] { patients_of("age [a]\n"); }), ContainsSubstring("no row"));
  CHECK_THAT(
      rejection_of([] { patients_of("id,sex\nM\xFCller,male\n", {.each = {.id_column = "id"}}); }),
      ContainsSubstring("no UTF-8"));
}

TEST_CASE("Patients: options that cannot be obeyed are refused", "[clinical]") {
  const std::string table = "id,sex\nA,male\n";
  CHECK_THAT(invalid(table, {.each = {.row = "A", .id_column = "id"}}),
             ContainsSubstring("row is"));
  CHECK_THAT(invalid(table, {.each = {.id_column = "name"}}),
             ContainsSubstring("id_column is no column"));
  CHECK_THAT(invalid(table, {.each = {}, .at_column = "seen"}),
             ContainsSubstring("at_column is no column"));
  CHECK_THAT(invalid(table, {.each = {.at = "2020-04-01T12:00:00Z"}, .at_column = "id"}),
             ContainsSubstring("expected one of them"));
  CHECK_THAT(invalid(table, {.each = {.id_column = "id"}, .at_column = "id"}),
             ContainsSubstring("one column"));
  CHECK_THAT(invalid(table, {.each = {.at = "today"}}), ContainsSubstring("at is no time"));
  CHECK_THAT(invalid("{}\n{}", {.each = {.id_column = "id"}}), ContainsSubstring("for tables"));
  CHECK_THAT(invalid("{}\n{}", {.each = {}, .at_column = "seen"}), ContainsSubstring("for tables"));
}

TEST_CASE("Patients: what takes them can end the reading", "[clinical]") {
  int taken = 0;
  CHECK_THAT(rejection_with(ErrorCode::cancelled,
                            [&] {
                              parse_clinical_patients(
                                  "{}\n{}\n{}", {}, [&](const ClinicalPatient&) {
                                    if (++taken == 2) throw Error(ErrorCode::cancelled, "enough");
                                  });
                            }),
             ContainsSubstring("enough"));
  CHECK(taken == 2);
}

TEST_CASE("Patients: a folder's files are read in the order of their names", "[clinical]") {
  const Folder folder;
  folder.write("b.csv", "id,gcs\nA,15\nB,99\n");
  folder.write("a.JSON", "{\"gcs\": 3}");
  folder.write("c.jsonl", "{\"gcs\": 4}\n{\"gcs\": 5}\n");
  folder.write(".hidden.json", "wrong");
  folder.write("notes.txt", "Anna Schmidt");
  folder.write("packed.csv", "\x1F\x8B\x08 packed");
  std::filesystem::create_directory(folder.path() / "z.json");
  const auto patients = folder.patients({.each = {.id_column = "id"}});
  CHECK(keys_of(patients) == Strings{"file 1, line 1", "file 2, row 1", "file 2, row 2",
                                     "file 3, line 1", "file 3, line 2", "file 4", "file 5",
                                     "file 6"});
  CHECK(record(patients[0]).number("gcs") == 3);
  CHECK(patients[1].id == "A");
  CHECK_THAT(fault(patients[2]), ContainsSubstring("gcs is 99"));
  CHECK(record(patients[4]).number("gcs") == 5);
  CHECK_THAT(fault(patients[5]), ContainsSubstring("ends with none of .json"));
  CHECK_THAT(fault(patients[6]), ContainsSubstring("gzip"));
  CHECK_THAT(fault(patients[7]), ContainsSubstring("folder within the folder"));
  for (const ClinicalPatient& one : patients) CHECK(one.file.empty());

  const auto named = folder.patients({.each = {.id_column = "id"}, .with_ids = true});
  CHECK(named[0].file == "a.JSON");
  CHECK(named[5].file == "notes.txt");
}

TEST_CASE("Patients: what takes them can end the reading of a folder", "[clinical]") {
  const Folder folder;
  folder.write("a.json", "{}");
  folder.write("b.json", "{}");
  int taken = 0;
  CHECK_THAT(rejection_with(ErrorCode::io,
                            [&] {
                              read_clinical_patients(
                                  folder.path(), {}, [&](const ClinicalPatient&) {
                                    ++taken;
                                    throw Error(ErrorCode::io, "the disk is full");
                                  });
                            }),
             ContainsSubstring("full"));
  CHECK(taken == 1);
}

TEST_CASE("Patients: a file that is not there is so", "[clinical]") {
  CHECK_FALSE(rejection_with(ErrorCode::not_found, [] {
                read_clinical_patients("/no/such/file.csv", {}, [](const ClinicalPatient&) {});
              }).empty());
}

TEST_CASE("Clinical record: NDJSON is read if it is of one patient", "[clinical]") {
  CHECK_THAT(
      rejection_of([] { parse_clinical("{\"gcs\": 15}\n{\"gcs\": 14}\n"); }),
      ContainsSubstring("NDJSON of several Bundles or records") && ContainsSubstring("--all"));
  const ClinicalRecord record = parse_clinical(
      "{\"resourceType\": \"Patient\", \"id\": \"1\", \"gender\": \"male\"}\n"
      "{\"resourceType\": \"Condition\", \"subject\": {\"reference\": \"Patient/1\"}, \"code\": "
      "{\"coding\": [{\"system\": \"http://snomed.info/sct\", \"code\": \"44054006\"}]}}\n");
  CHECK(record.text("sex") == "male");
  CHECK(record.flag("diabetes") == true);
  CHECK_THAT(mismatch_of([] {
               parse_clinical(
                   "{\"resourceType\": \"Patient\", \"id\": \"1\"}\n{\"resourceType\": "
                   "\"Patient\", \"id\": \"2\"}\n");
             }),
             ContainsSubstring("2 subjects") && ContainsSubstring("--all"));
  CHECK_THAT(rejection_with(ErrorCode::invalid_argument,
                            [] { parse_clinical("{}\n{}", {.row = "1", .id_column = "id"}); }),
             ContainsSubstring("for tables"));
}

TEST_CASE("Clinical record: a FHIR resource without a Bundle is named, with what to write",
          "[clinical]") {
  CHECK_THAT(rejection_of([] { parse_clinical(R"({"resourceType": "Patient", "id": "7"})"); }),
             ContainsSubstring("of the type Patient and no Bundle") &&
                 ContainsSubstring(R"("entry": [{"resource": ...}])"));
  CHECK_THAT(rejection_of([] { parse_clinical(R"({"resourceType": "Schmidt"})"); }),
             ContainsSubstring("one of another type") && !ContainsSubstring("Schmidt"));
}
