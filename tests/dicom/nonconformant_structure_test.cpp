// What lies around the pixels against the standard and has one reading, and beside it what has two.

#include "codestreams.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cctype>
#include <random>
#include <regex>

using namespace aicovid;
using namespace aicovid::test;

namespace {

/// A part of the data set, moved behind what begins with `behind`.
Bytes moved(const Bytes& whole, std::string_view element, std::size_t size,
            std::string_view behind) {
  const Bytes key = hex(element);
  const auto from = std::search(whole.begin() + 132, whole.end(), key.begin(), key.end());
  REQUIRE(from != whole.end());
  const Bytes piece(from, from + static_cast<std::ptrdiff_t>(size));
  Bytes rest(whole.begin(), from);
  rest.insert(rest.end(), from + static_cast<std::ptrdiff_t>(size), whole.end());
  const Bytes end = hex(behind);
  const auto to = std::search(rest.begin() + 132, rest.end(), end.begin(), end.end());
  REQUIRE(to != rest.end());
  return Bytes(rest.begin(), to) + piece + Bytes(to, rest.end());
}

}  // namespace

TEST_CASE("Nonconformant: tags that are late and there once are read, and the first is named",
          "[dicom]") {
  const Bytes whole = file_of(*chest(kRows, kColumns));
  SECTION("of the data set: View Position behind Patient Orientation") {
    const Decode decode = GENERATE(Decode::exact, Decode::none);
    const Radiograph radiograph =
        parse_dicom(moved(whole, "18000151 4353", 10, "28000200"), {.decode = decode});
    CHECK(deviations_of(radiograph) ==
          Codes{"0018,5101: behind 0020,0020; tags in ascending order"});
    CHECK(codes_of(radiograph) == Codes{"nonconformant"});
    CHECK(radiograph.header().view == "PA");
    if (decode == Decode::exact) CHECK(values_of(radiograph) == expected_values());
  }
  SECTION("of the meta information") {
    // SOP Instance UID of 26 bytes behind the transfer syntax.
    const Bytes bytes = moved(whole, "02000300 5549", 8 + 26, "02001200 5549");
    CHECK(deviations_of(parse_dicom(bytes)) ==
          Codes{"0002,0003: behind 0002,0010; tags in ascending order"});
    CHECK(values_of(parse_dicom(bytes)) == expected_values());
  }
  SECTION("behind Pixel Data, where readers of headers do not look, they are corrupt") {
    const Bytes bytes = whole + hex("28005010 4453 0400 32303438 28005110 4453 0400 34303936");
    const Error error = error_of(bytes);
    CHECK(error.code() == ErrorCode::corrupt);
    CHECK(std::string(error.what()).starts_with("0028,1050 stands behind 7fe0,0010"));
  }
  SECTION("of groups that are not those of a data set, they are corrupt") {
    const Bytes key = hex("28001000");
    const auto at = std::search(whole.begin() + 132, whole.end(), key.begin(), key.end());
    const Bytes bytes =
        Bytes(whole.begin(), at) + hex("02001000 5549 0200 3100") + Bytes(at, whole.end());
    CHECK(error_of(bytes).code() == ErrorCode::corrupt);
  }
  SECTION("there twice, they are corrupt however far apart") {
    const Bytes key = hex("28000301");  // Pixel Representation
    const auto at = std::search(whole.begin() + 132, whole.end(), key.begin(), key.end());
    const Bytes bytes =
        Bytes(whole.begin(), at) + hex("08006000 4353 0200 4458") + Bytes(at, whole.end());
    CHECK(std::string(error_of(bytes).what()) ==
          "0008,0060 is there twice; expected each tag once");
  }
}

TEST_CASE("Nonconformant: no delimiter behind a codestream that is whole", "[dicom]") {
  const E_TransferSyntax syntax =
      GENERATE(EXS_JPEGProcess14SV1, EXS_JPEGLSLossless, EXS_RLELossless, EXS_JPEGProcess2_4);
  const Bytes whole = file_of(*chest(kRows, kColumns), syntax);
  const std::vector<int> expected = values_of(parse_dicom(whole));
  // All of its 8 bytes are missing, or some.
  const int missing = GENERATE(8, 7, 5, 1);
  const Radiograph radiograph = parse_dicom(Bytes(whole.begin(), whole.end() - missing));
  CHECK(values_of(radiograph) == expected);
  CHECK(deviations_of(radiograph) ==
        Codes{"7fe0,0010: no sequence delimiter; fffe,e0dd at its end"});
  // A byte of the codestream less.
  CHECK(error_of(Bytes(whole.begin(), whole.end() - 9)).code() == ErrorCode::corrupt);
  // Other bytes where the delimiter should stand.
  CHECK(error_of(Bytes(whole.begin(), whole.end() - 8) + hex("0000")).code() == ErrorCode::corrupt);
}

TEST_CASE("Nonconformant: no delimiter behind JPEG 2000 that is whole or cut", "[dicom]") {
  const bool high_throughput = GENERATE(false, true);
  const Samples samples = ramp_samples();
  const std::string_view uid =
      high_throughput ? "1.2.840.10008.1.2.4.201" : "1.2.840.10008.1.2.4.90";
  const Bytes codestream = high_throughput ? encode_htj2k(samples) : encode_jpeg2000(samples);
  const auto cut = [](const Bytes& file) { return Bytes(file.begin(), file.end() - 8); };
  CHECK(values_of(parse_dicom(cut(file_of_codestream(samples, uid, codestream)))) ==
        expected_values());
  // Its second fragment is missing.
  const Bytes half(codestream.begin(), codestream.begin() + 120);
  CHECK(error_of(cut(file_of_codestream(samples, uid, half))).code() == ErrorCode::corrupt);
}

TEST_CASE("Nonconformant: zeros behind the last element", "[dicom]") {
  const auto size = GENERATE(1u, 3u, 7u, 8u, 9u, 2048u);
  const E_TransferSyntax syntax = GENERATE(EXS_LittleEndianExplicit, EXS_LittleEndianImplicit,
                                           EXS_BigEndianExplicit, EXS_JPEGProcess14SV1);
  const Bytes whole = file_of(*chest(kRows, kColumns), syntax);
  const Radiograph radiograph = parse_dicom(whole + Bytes(size));
  CHECK(values_of(radiograph) == expected_values());
  CHECK(deviations_of(radiograph) ==
        Codes{": " + std::to_string(size) +
              " zero bytes behind the last element; nothing, or Data Set Trailing Padding"});
  CHECK(error_of(whole + Bytes(size) + hex("01")).code() == ErrorCode::corrupt);
}

TEST_CASE("Nonconformant: a group length of the meta information that is too short", "[dicom]") {
  const Bytes whole = file_of(*chest(kRows, kColumns));
  const int length = std::to_integer<int>(whole[132 + 8]);
  const int said = GENERATE(0, 14, 60, 61, 96);
  REQUIRE(said < length);
  Bytes bytes = whole;
  bytes[132 + 8] = static_cast<std::byte>(said);
  const Radiograph radiograph = parse_dicom(bytes);
  CHECK(values_of(radiograph) == expected_values());
  CHECK(deviations_of(radiograph) ==
        Codes{"0002,0000: " + std::to_string(said) + "; " + std::to_string(length)});
  // One that is too long says that the data set's first attributes are of the group.
  bytes[132 + 8] = static_cast<std::byte>(length + 24);
  CHECK(error_of(bytes).code() == ErrorCode::corrupt);
}

TEST_CASE("Nonconformant: Number of Frames 0 is one frame", "[dicom]") {
  const auto dataset = chest(kRows, kColumns);
  dataset->putAndInsertString(DCM_NumberOfFrames, "0");
  const E_TransferSyntax syntax =
      GENERATE(EXS_LittleEndianExplicit, EXS_JPEGLSLossless, EXS_RLELossless);
  const Bytes bytes = file_of(*dataset, syntax);
  const Radiograph radiograph = parse_dicom(bytes);
  CHECK(radiograph.header().frames == 1);
  CHECK(values_of(radiograph) == expected_values());
  CHECK(deviations_of(radiograph) == Codes{"0028,0008: 0; 1"});
  CHECK(codes_of(parse_dicom(bytes, {.decode = Decode::none})) == Codes{"nonconformant"});
  dataset->putAndInsertString(DCM_NumberOfFrames, "-1");
  CHECK(error_of(file_of(*dataset)).code() == ErrorCode::corrupt);
  dataset->putAndInsertString(DCM_NumberOfFrames, "");
  CHECK(codes_of(read(*dataset)).empty());
}

TEST_CASE("Nonconformant: Number of Frames 0 over the bytes of two frames is corrupt", "[dicom]") {
  const E_TransferSyntax syntax = GENERATE(EXS_LittleEndianExplicit, EXS_LittleEndianImplicit,
                                           EXS_BigEndianExplicit, EXS_DeflatedLittleEndianExplicit);
  const auto dataset = chest(kRows, kColumns);
  const auto file = [&](const char* frames, std::size_t cells) {
    dataset->putAndInsertString(DCM_NumberOfFrames, frames);
    auto two = ramp(kRows, kColumns);
    two.insert(two.end(), two.begin(), two.end());
    two.resize(cells);
    set_cells(*dataset, two);
    return file_of(*dataset, syntax);
  };
  const std::size_t frame = std::size_t{kRows} * kColumns;
  CHECK(values_of(parse_dicom(file("0", 2 * frame - 1))) == expected_values());
  CHECK(values_of(parse_dicom(file("1", 2 * frame))) == expected_values());
  const Error error = error_of(file("0", 2 * frame));
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(std::string(error.what()) ==
        "7fe0,0010 has 3456 bytes where 0028,0008 is 0; expected 1728, of 1 frame");
}

TEST_CASE("Nonconformant: Modality DR is as good as CR and DX in their storage classes",
          "[dicom]") {
  const auto dataset = chest(kRows, kColumns);
  dataset->putAndInsertString(DCM_Modality, "DR");
  const auto [uid, codes] = GENERATE(table<const char*, Codes>(
      {{UID_ComputedRadiographyImageStorage, {"nonconformant"}},
       {UID_DigitalXRayImageStorageForPresentation, {"nonconformant"}},
       {UID_DigitalXRayImageStorageForProcessing, {"for_processing", "nonconformant"}},
       {UID_SecondaryCaptureImageStorage, {"modality", "secondary_capture"}},
       {UID_CTImageStorage, {"modality"}},
       {"", {"modality"}}}));
  dataset->putAndInsertString(DCM_SOPClassUID, uid);
  INFO(uid);
  CHECK(gate(*dataset) == codes);
}

TEST_CASE("Nonconformant: thousands of late tags of the meta information are refused too",
          "[dicom]") {
  Bytes elements;
  for (int i = 0; i < 15000; ++i) {
    const int element = 0x5000 - i;
    elements = std::move(elements) + hex("0200") +
               Bytes{static_cast<std::byte>(element & 0xff), static_cast<std::byte>(element >> 8)} +
               hex("55490000");
  }
  // Without its group length, which need not be there.
  const Bytes whole = file_of(*chest(kRows, kColumns));
  const Bytes syntax = hex("02001000");
  const auto rest = std::search(whole.begin() + 132, whole.end(), syntax.begin(), syntax.end());
  const Error error =
      error_of(Bytes(whole.begin(), whole.begin() + 132) + elements + Bytes(rest, whole.end()));
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(std::string(error.what()).starts_with("too many tags"));
}

TEST_CASE("Nonconformant: thousands of late tags are refused, not sorted for minutes", "[dicom]") {
  Bytes elements;
  for (int i = 0; i < 5000; ++i) {
    const int element = 0x3000 - i;
    elements = elements + hex("2900") +
               Bytes{static_cast<std::byte>(element & 0xff), static_cast<std::byte>(element >> 8)} +
               hex("4c4f0000");
  }
  const Bytes pixels = hex("e07f1000 4f570000 c0060000") + Bytes(1728);
  const auto error =
      error_of(file_with(*chest(kRows, kColumns), "1.2.840.10008.1.2.1", elements + pixels));
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(std::string(error.what()).starts_with("too many tags"));
}

namespace {

/// Whether three letters of the name stand in a message, or in the four bytes of a tag in either
/// order of them.
bool tells(std::string message, const std::string& name) {
  for (const std::string_view fixed : {"(unlisted tag)", "(unlisted value)"}) {
    for (auto at = message.find(fixed); at != std::string::npos; at = message.find(fixed))
      message.erase(at, fixed.size());
  }
  const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  for (std::size_t i = 0; i + 3 <= name.size(); ++i) {
    const std::string run = name.substr(i, 3);
    if (std::ranges::all_of(run, is_letter) && message.find(run) != std::string::npos) return true;
  }
  static const std::regex tag("([0-9a-f]{4}),([0-9a-f]{4})");
  for (std::sregex_iterator found(message.begin(), message.end(), tag), end; found != end;
       ++found) {
    std::ptrdiff_t letters = 0;
    for (const int part : {1, 2}) {
      const int number = std::stoi((*found)[part].str(), nullptr, 16);
      for (const int byte : {number >> 8, number & 0xff})
        letters += is_letter(static_cast<char>(byte)) ? 1 : 0;
    }
    if (letters >= 3) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("Nonconformant: no damaged file has its bytes of a name repeated as tags", "[dicom]") {
  // No three letters of them are in the library's own words.
  const std::string name =
      GENERATE("MUSTERMANN^ERIKA", "LOVELACE^ADA^AUGUSTA^BYRON", "Nguyen^Thi Minh Khai", "Li^Na",
               "PETERSEN^PETRA", "Osei^Kwabena^^Dr", "PPPPPPPPPPPPPPPP", "aaaabbbbccccdddd");
  const E_TransferSyntax syntax = GENERATE(EXS_LittleEndianExplicit, EXS_LittleEndianImplicit,
                                           EXS_BigEndianExplicit, EXS_JPEGProcess14SV1);
  const auto dataset = chest(kRows, kColumns);
  dataset->putAndInsertString(DCM_PatientName, name.c_str());
  DcmItem* item = nullptr;
  REQUIRE(dataset->findOrCreateSequenceItem(DCM_ViewCodeSequence, item).good());
  item->putAndInsertString(DCM_PersonName, name.c_str());
  const Bytes whole = file_of(*dataset, syntax);
  Bytes text;
  for (const char c : name) text.push_back(static_cast<std::byte>(c));
  std::mt19937 random(17);
  int errors = 0;
  int unlisted = 0;
  const auto check = [&](const Bytes& bytes) {
    for (const Decode decode : {Decode::exact, Decode::none}) {
      std::string message;
      try {
        const Radiograph radiograph = parse_dicom(bytes, {.decode = decode});
        for (const GateReason& reason : radiograph.gate_reasons())
          message += reason.tag + " " + reason.found + " " + reason.expected + "\n";
      } catch (const Error& error) {
        message = error.what();
        ++errors;
      }
      unlisted += message.find("(unlisted tag)") == std::string::npos ? 0 : 1;
      if (tells(message, name)) FAIL(name << ": " << message);
    }
  };
  for (auto at = std::search(whole.begin(), whole.end(), text.begin(), text.end());
       at != whole.end(); at = std::search(at + 1, whole.end(), text.begin(), text.end())) {
    const Bytes before(whole.begin(), at);
    const Bytes behind(at + static_cast<std::ptrdiff_t>(text.size()), whole.end());
    // The value's length one to sixteen bytes too short, whatever its encoding.
    for (std::size_t back = 1; back <= 4; ++back) {
      for (int less = 1; less <= 16; ++less) {
        Bytes bytes = whole;
        auto& length = bytes[before.size() - back];
        length = static_cast<std::byte>(std::to_integer<int>(length) - less);
        check(bytes);
      }
    }
    // Bytes of the header or of the name missing, or the name once more.
    for (std::size_t count = 1; count <= 12; ++count) {
      check(Bytes(before.begin(), before.end() - static_cast<std::ptrdiff_t>(count)) + text +
            behind);
      check(before + text + text + behind);
      if (count < text.size())
        check(before + Bytes(text.begin() + static_cast<std::ptrdiff_t>(count), text.end()) +
              behind);
    }
    // The name in place of any element's first bytes.
    for (int trial = 0; trial < 150; ++trial) {
      Bytes bytes = whole;
      const std::size_t first = 132 + random() % (bytes.size() - 132 - text.size());
      std::ranges::copy(text, bytes.begin() + static_cast<std::ptrdiff_t>(first));
      check(bytes);
    }
    // With what would make it an element of its own: an end of some length.
    for (const std::string_view end :
         {"0000", "00000000", "554e00000000", "4c4f0000", "5553020000000000", "5351000000000000"}) {
      for (std::size_t letters = 1; letters <= text.size() && letters <= 4; ++letters) {
        check(before + text +
              Bytes(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(letters)) + hex(end) +
              behind);
      }
    }
  }
  INFO(errors << " errors, " << unlisted << " with an unlisted tag");
  CHECK(errors > 300);
  CHECK(unlisted > 20);
}
