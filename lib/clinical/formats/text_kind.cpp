#include "text_kind.hpp"

#include "utf8.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <string_view>

namespace aicovid {

namespace {

using std::string_view_literals::operator""sv;

[[noreturn]] void reject(std::string_view found, std::string_view expected) {
  throw Error(ErrorCode::unsupported,
              fmt::format("the clinical values are {}; expected {}", found, expected));
}

/// A kind of file that is told by its first bytes.
struct Signature {
  std::string_view bytes;
  std::size_t at;  ///< where they stand
  std::string_view found;
  std::string_view expected;
};

/// Sources: RFC 1952, 2.3.1; PKWARE APPNOTE, 4.3.7; MS-CFB, 2.2; ISO 32000-1, 7.5.2; DICOM PS3.10,
/// 7.1; The Unicode Standard, 23.8 (byte order marks).
constexpr std::array<Signature, 7> kSignatures = {{
    {"\x1F\x8B"sv, 0, "packed by gzip", "the text itself (gunzip)"},
    {"PK\x03\x04"sv, 0, "a ZIP file or an Excel workbook (.xlsx)",
     "the text itself: unpack it, or save the sheet as CSV UTF-8"},
    {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, 0, "an Excel or Word file (.xls, .doc)",
     "text: save the sheet as CSV UTF-8"},
    {"%PDF-"sv, 0, "a PDF document", "JSON or a table as text"},
    {"DICM"sv, 128, "a DICOM file", "JSON or a table as text; an image is an argument of its own"},
    {"\xFF\xFE\0\0"sv, 0, "UTF-32", "UTF-8 (iconv -f UTF-32 -t UTF-8)"},
    {"\0\0\xFE\xFF"sv, 0, "UTF-32", "UTF-8 (iconv -f UTF-32 -t UTF-8)"},
}};

void reject_binary_kinds(std::string_view bytes) {
  for (const Signature& one : kSignatures) {
    if (bytes.size() >= one.at && bytes.substr(one.at).starts_with(one.bytes)) {
      reject(one.found, one.expected);
    }
  }
}

/// No text has the character NUL, but the letters of UTF-16 and UTF-32 have bytes of 0.
void reject_unmarked_encodings(std::string_view bytes) {
  if (bytes.substr(0, 4).find('\0') == bytes.npos) return;
  reject(
      "no text in UTF-8 (bytes of 0 stand at the beginning, as in UTF-16 and UTF-32 without a "
      "byte order mark)",
      "UTF-8, or UTF-16 with its byte order mark");
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

void reject_xml(std::string_view text) {
  // The name of the root element and its namespaces stand here.
  std::string beginning(text.substr(0, 4096));
  if (has(beginning, "http://hl7.org/fhir")) {
    reject("FHIR XML, which is not read",
           "FHIR JSON (of a server, by Accept: application/fhir+json)");
  }
  if (has(beginning, "urn:hl7-org:v3")) {
    reject("an HL7 CDA or version 3 document in XML, which is not read",
           "a FHIR R4 Bundle in JSON, a JSON record or a table");
  }
  std::ranges::transform(beginning, beginning.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  if (has(beginning, "<html")) {
    reject("an HTML page, as a server writes for a browser",
           "FHIR JSON (of a server, by Accept: application/fhir+json)");
  }
  reject("XML, which is not read", "a FHIR R4 Bundle in JSON, a JSON record or a table");
}

/// Messages of HL7 version 2 begin with one of these segments and its separator of fields, in a
/// stream after a vertical tab. Source: HL7 v2.5.1, 2.5.4, 2.10.3; MLLP 1.0, 2.
void reject_hl7_version_2(std::string_view text) {
  if (text.starts_with('\v')) text.remove_prefix(1);
  for (const std::string_view segment : {"MSH|", "FHS|", "BHS|"}) {
    if (!text.starts_with(segment)) continue;
    reject("messages of HL7 version 2, which are not read",
           "a FHIR R4 Bundle in JSON, a JSON record or a table");
  }
}

}  // namespace

std::string clinical_text(std::string bytes) {
  reject_binary_kinds(bytes);
  if (bytes.starts_with("\xFF\xFE")) {
    bytes = utf8_of_utf16(std::string_view(bytes).substr(2), ByteOrder::little);
  } else if (bytes.starts_with("\xFE\xFF")) {
    bytes = utf8_of_utf16(std::string_view(bytes).substr(2), ByteOrder::big);
  } else if (bytes.starts_with("\xEF\xBB\xBF")) {
    // Some editors begin a text in UTF-8 with a byte order mark.
    bytes.erase(0, 3);
  } else {
    reject_unmarked_encodings(bytes);
  }
  std::string_view text = bytes;
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (text.starts_with('<')) reject_xml(text);
  reject_hl7_version_2(text);
  return bytes;
}

bool begins_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != text.npos && (text[first] == '{' || text[first] == '[');
}

}  // namespace aicovid
