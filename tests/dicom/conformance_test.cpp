#include "transfer_syntax.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <set>
#include <string>
#include <utility>

using namespace aicovid::dicom;

namespace {

/// UID and name of each row of the table of transfer syntaxes in docs/dicom.md.
std::set<std::pair<std::string, std::string>> documented() {
  std::ifstream document(std::string(AICOVID_SOURCE_DIR) + "/docs/dicom.md");
  std::set<std::pair<std::string, std::string>> rows;
  bool in_section = false;
  for (std::string line; std::getline(document, line);) {
    if (line.starts_with("## ")) in_section = line == "## Transfer syntaxes";
    const std::string start = "| 1.2.840";
    if (!in_section || !line.starts_with(start)) continue;
    const std::size_t name = line.find(" | ");
    const std::size_t end = line.find(" | ", name + 3);
    rows.emplace(line.substr(2, name - 2), line.substr(name + 3, end - name - 3));
  }
  return rows;
}

}  // namespace

TEST_CASE("Conformance: docs/dicom.md lists the transfer syntaxes of the code", "[dicom]") {
  std::set<std::pair<std::string, std::string>> decoded;
  for (const TransferSyntax& syntax : transfer_syntaxes()) {
    CHECK(codec_of(syntax.uid) == syntax.codec);
    decoded.emplace(syntax.uid, syntax.name);
  }
  CHECK(decoded.size() == transfer_syntaxes().size());
  CHECK(documented() == decoded);
}
