#pragma once

#include <string>
#include <string_view>

namespace aicovid {

/// The bytes of a file of clinical values as text without byte order mark: UTF-16 that has the mark
/// is written anew as UTF-8. Whether the rest is UTF-8 is not looked at (`require_utf8`).
///
/// @throws Error{unsupported} that says what was found and what to write instead: another encoding
///         (UTF-32, UTF-16 without mark), a packed or binary file (gzip, ZIP, Excel, PDF, DICOM),
///         XML (of FHIR, CDA, a page for a browser), HL7 version 2
std::string clinical_text(std::string bytes);

/// Whether a text of clinical values is JSON; what is none is a table.
bool begins_json(std::string_view text);

}  // namespace aicovid
