#include "formats/text_kind.hpp"
#include "rejection.hpp"

#include <aicovid/clinical_record.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <string_view>

using namespace aicovid;
using namespace std::string_literals;
using namespace std::string_view_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string unsupported(std::string_view bytes) {
  return rejection_with(ErrorCode::unsupported, [&] { parse_clinical(bytes); });
}

/// ASCII in UTF-16 or UTF-32: each letter among bytes of 0.
std::string wide(std::string_view ascii, std::size_t before, std::size_t after) {
  std::string text;
  for (const char c : ascii) text += std::string(before, '\0') + c + std::string(after, '\0');
  return text;
}

}  // namespace

TEST_CASE("Clinical text: UTF-16 with its byte order mark is read", "[clinical]") {
  for (const std::string_view text : {R"({"sex": "male", "gcs": 15})"sv, "sex,gcs\nmale,15\n"sv}) {
    const ClinicalRecord expected = parse_clinical(text);
    CHECK(parse_clinical("\xFF\xFE" + wide(text, 0, 1)) == expected);
    CHECK(parse_clinical("\xFE\xFF" + wide(text, 1, 0)) == expected);
    CHECK(parse_clinical("\xEF\xBB\xBF" + std::string(text)) == expected);
  }
}

TEST_CASE("Clinical text: another encoding is named", "[clinical]") {
  const std::string_view text = "{}";
  CHECK_THAT(unsupported("\xFF\xFE\0\0"sv), ContainsSubstring("UTF-32"));
  CHECK_THAT(unsupported("\xFF\xFE\0\0"s + wide(text, 0, 3)), ContainsSubstring("UTF-32"));
  CHECK_THAT(unsupported("\0\0\xFE\xFF"s + wide(text, 3, 0)), ContainsSubstring("UTF-32"));
  for (const std::string& unmarked :
       {wide(text, 0, 1), wide(text, 1, 0), wide(text, 0, 3), wide(text, 3, 0)}) {
    CHECK_THAT(unsupported(unmarked), ContainsSubstring("without a byte order mark") &&
                                          ContainsSubstring("expected UTF-8"));
  }
  for (const char* latin : {"{\"sex\": \"m\xE4nnlich\"}", "id,sex\nM\xFCller,male\n"}) {
    CHECK_THAT(rejection_of([&] { parse_clinical(latin, {.id_column = "id"}); }),
               ContainsSubstring("no UTF-8 from line"));
  }
}

TEST_CASE("Clinical text: a packed or binary file is named", "[clinical]") {
  CHECK_THAT(unsupported("\x1F\x8B\x08\0\0"sv), ContainsSubstring("packed by gzip"));
  CHECK_THAT(unsupported("PK\x03\x04\x14\0"sv), ContainsSubstring(".xlsx"));
  CHECK_THAT(unsupported("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0"sv), ContainsSubstring(".xls"));
  CHECK_THAT(unsupported("%PDF-1.7\n"), ContainsSubstring("PDF"));
  CHECK_THAT(unsupported(std::string(128, '\0') + "DICM"), ContainsSubstring("DICOM"));
}

TEST_CASE("Clinical text: XML is named by what it is of", "[clinical]") {
  for (const char* before :
       {"", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "\xEF\xBB\xBF\n"}) {
    CHECK_THAT(
        unsupported(std::string(before) + R"(<Bundle xmlns="http://hl7.org/fhir"></Bundle>)"),
        ContainsSubstring("FHIR XML, which is not read; expected FHIR JSON"));
  }
  CHECK_THAT(unsupported(R"(<ClinicalDocument xmlns="urn:hl7-org:v3"/>)"),
             ContainsSubstring("CDA"));
  CHECK_THAT(unsupported("<!DOCTYPE html>\n<HTML><body>Sign in</body></HTML>"),
             ContainsSubstring("HTML page"));
  CHECK_THAT(unsupported("<patients><patient/></patients>"), ContainsSubstring("are XML, which"));
}

TEST_CASE("Clinical text: HL7 version 2 is named", "[clinical]") {
  for (const char* text : {"MSH|^~\\&|LAB|\rPID|1\r", "\vMSH|^~\\&|LAB|\r", "FHS|^~\\&|"}) {
    CHECK_THAT(unsupported(text), ContainsSubstring("HL7 version 2"));
  }
}
