#include "formats/fhir/flat_entries.hpp"
#include "fhir_bundle.hpp"
#include "rejection.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace aicovid;
using namespace aicovid::fhir_bundle;
using Catch::Matchers::ContainsSubstring;

namespace {

Json bundle_of_type(const std::string& type, const std::vector<Json>& entries) {
  Json one = bundle(entries);
  one["type"] = type;
  return one;
}

Json searchset(const std::vector<Json>& entries) { return bundle_of_type("searchset", entries); }

/// What a batch of two searches answers: a Patient, and the values of that Patient.
Json batch_answer(const std::string& subject) {
  return bundle_of_type("batch-response", {entry(searchset({entry(patient("p1"))})),
                                           entry(searchset({entry(crp(reference("Patient/p1"))),
                                                            entry(breaths(reference(subject)))}))});
}

ClinicalRecord read(const Json& document) { return parse_clinical(document.dump(), {.at = kAt}); }

}  // namespace

TEST_CASE("FHIR: the searchsets that a batch answers are read as one Bundle", "[clinical]") {
  const ClinicalRecord record = read(batch_answer("Patient/p1"));
  CHECK(record == parse({entry(patient("p1")), entry(crp(reference("Patient/p1"))),
                         entry(breaths(reference("Patient/p1")))}));
  CHECK(record.number("age") == 64);
  CHECK(record.number("crp") == 98);
  CHECK(record.warnings().empty());
}

TEST_CASE("FHIR: entries of Bundles within the Bundle are bound to one patient", "[clinical]") {
  CHECK_THAT(mismatch_of([] { read(batch_answer("Patient/p2")); }),
             ContainsSubstring("2 subjects, a second one from entry[1].entry[1] (Observation) on"));
  CHECK_THAT(mismatch_of([] {
               read(bundle_of_type("batch-response", {entry(searchset({entry(patient("p1"))})),
                                                      entry(searchset({entry(patient("p2"))}))}));
             }),
             ContainsSubstring("entry[1].entry[0] (Patient)"));
}

TEST_CASE("FHIR: a reference leads from one Bundle within the Bundle into another", "[clinical]") {
  const std::string url = "urn:uuid:0f4fc9a8-6a3a-4a0b-8f0e-2f3c1f7d9a01";
  const ClinicalRecord record = parse({entry(searchset({entry(patient(""), url)})),
                                       entry(searchset({entry(crp(reference(url)))}))});
  CHECK(record.number("crp") == 98);
}

TEST_CASE("FHIR: a warning names the entry within the Bundle within the Bundle", "[clinical]") {
  Json unknown = crp(reference("Patient/p1"));
  unknown["code"] = coding("http://loinc.org", "99999-9");
  const ClinicalRecord record = parse(
      {entry(patient("p1")),
       entry(searchset({entry(bundle({entry(crp(reference("Patient/p1"))), entry(unknown)}))})),
       entry(unknown)});
  CHECK(record.number("crp") == 98);
  CHECK_THAT(
      warning(record, "fhir_unknown_codes"),
      ContainsSubstring(": entry[1].entry[0].entry[1] (Observation), entry[2] (Observation)"));
}

TEST_CASE("FHIR: only a searchset or a collection within the Bundle is opened", "[clinical]") {
  const std::string type = GENERATE("history", "transaction", "batch", "message", "document", "");
  const ClinicalRecord record = parse(
      {entry(patient("p1")), entry(bundle_of_type(type, {entry(crp(reference("Patient/p1")))}))});
  CHECK_FALSE(record.number("crp").has_value());
  CHECK_THAT(warning(record, "fhir_nested_bundle"), ContainsSubstring("entry[1] (Bundle)"));
}

TEST_CASE("FHIR: a Bundle within the Bundle that a modifier changes is not opened", "[clinical]") {
  const bool of_entry = GENERATE(false, true);
  Json nested = searchset({entry(crp(reference("Patient/p1")))});
  const Json modifier = {{{"url", "http://example.org/not"}, {"valueBoolean", true}}};
  if (!of_entry) nested["modifierExtension"] = modifier;
  Json holder = entry(nested);
  if (of_entry) holder["modifierExtension"] = modifier;
  const ClinicalRecord record = parse({entry(patient("p1")), holder});
  CHECK_FALSE(record.number("crp").has_value());
  CHECK_THAT(warning(record, "fhir_nested_bundle"), ContainsSubstring("entry[1] (Bundle)"));
}

TEST_CASE("FHIR: an empty searchset within the Bundle is nothing", "[clinical]") {
  Json empty = {{"resourceType", "Bundle"}, {"type", "searchset"}, {"total", 0}};
  CHECK(parse({entry(patient("p1")), entry(empty)}).warnings().empty());
  empty["entry"] = "none";
  CHECK_FALSE(warning(parse({entry(patient("p1")), entry(empty)}), "fhir_nested_bundle").empty());
}
