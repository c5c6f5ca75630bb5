// Tags that do not ascend, in the meta information, the data set and the items of its sequences.

#include "codestreams.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace aicovid;
using namespace aicovid::test;

namespace {

/// View Code Sequence with these elements in its item, of defined or undefined lengths.
Bytes view_code(const Bytes& elements, bool is_defined) {
  const auto length = [](std::size_t size) {
    return Bytes{static_cast<std::byte>(size & 0xff), static_cast<std::byte>(size >> 8),
                 std::byte{0}, std::byte{0}};
  };
  const Bytes tag = hex("54002002 5351 0000");
  if (!is_defined) {
    return tag + hex("ffffffff feff00e0 ffffffff") + elements +
           hex("feff0de0 00000000 feffdde0 00000000");
  }
  return tag + length(8 + elements.size()) + hex("feff00e0") + length(elements.size()) + elements;
}

/// With these elements before Pixel Data, OW, of 1728 bytes.
Bytes file_with_elements(const Bytes& elements) {
  return file_with(*chest(kRows, kColumns), "1.2.840.10008.1.2.1",
                   elements + hex("e07f1000 4f570000 c0060000") + Bytes(1728));
}

// Code Value of a postero-anterior and of a lateral projection (SNOMED-RT), scheme, meaning.
const char* const kFrontal = "08000001 5348 0800 522d3130323134 20";
const char* const kLateral = "08000001 5348 0800 522d3130323336 20";
const char* const kScheme = "08000201 5348 0400 534e4d33";
const char* const kMeaning = "08000401 4c4f 0200 5041";

}  // namespace

TEST_CASE("Tag order: an attribute that is there twice, or behind Pixel Data, is corrupt",
          "[dicom]") {
  const auto dataset = chest(kRows, kColumns);
  const Bytes whole = file_of(*dataset);
  /// With `element` before (or, at the end, behind all of) what begins with `tag`.
  const auto with = [&whole](std::string_view tag, std::string_view element) {
    const Bytes key = hex(tag);
    const auto at = std::search(whole.begin() + 132, whole.end(), key.begin(), key.end());
    REQUIRE((tag.empty() || at != whole.end()));
    const auto split = tag.empty() ? whole.end() : at;
    return Bytes(whole.begin(), split) + hex(element) + Bytes(split, whole.end());
  };
  SECTION("twice") {
    // Photometric Interpretation MONOCHROME1, Bits Stored 8, Bits Stored 12 once more.
    const auto [tag, element] = GENERATE(table<const char*, const char*>(
        {{"28000400", "28000400 4353 0c00 4d4f4e4f4348524f4d453120"},
         {"28000101", "28000101 5553 0200 0800"},
         {"28000101", "28000101 5553 0200 0c00"}}));
    for (const Decode decode : {Decode::exact, Decode::none}) {
      const Error error = error_of(with(tag, element), {.decode = decode});
      CHECK(error.code() == ErrorCode::corrupt);
      const std::string name = std::string(tag) == "28000400" ? "0028,0004" : "0028,0101";
      CHECK(std::string(error.what()) == name + " is there twice; expected each tag once");
    }
  }
  SECTION("out of order, which has one reading, it is flagged") {
    // Window Center before Rows
    CHECK(codes_of(parse_dicom(with("28001000", "28005010 4453 0400 32303438"))) ==
          std::vector<std::string>{"nonconformant"});
  }
  SECTION("behind the pixel data") {
    const Error error =
        error_of(with("", "28005010 4453 0400 32303438 28005110 4453 0400 34303936"));
    CHECK(error.code() == ErrorCode::corrupt);
    CHECK(std::string(error.what()).find("0028,1050 stands behind 7fe0,0010") == 0);
  }
  SECTION("twice in the meta information") {
    // Without its group length, which need not be there.
    Bytes bytes = with("02001000", "02001000 5549 1400 312e322e3834302e31303030382e312e322e3200");
    bytes.erase(bytes.begin() + 132, bytes.begin() + 132 + 12);
    const Error error = error_of(bytes);
    CHECK(error.code() == ErrorCode::corrupt);
    CHECK(std::string(error.what()).find("0002,0010 is there twice") == 0);
  }
}

TEST_CASE("Tag order: an attribute that is twice in an item is corrupt, out of order flagged",
          "[dicom]") {
  const bool is_defined = GENERATE(true, false);
  const Decode decode = GENERATE(Decode::exact, Decode::none);
  const ReadOptions options{.decode = decode};
  INFO((is_defined ? "defined length" : "undefined length"));
  const auto message = [&options](const Bytes& bytes) {
    const Error error = error_of(bytes, options);
    CHECK(error.code() == ErrorCode::corrupt);
    return std::string(error.what());
  };
  const auto file = [is_defined](const Bytes& elements) {
    return file_with_elements(view_code(elements, is_defined));
  };
  const Bytes sound = hex(kFrontal) + hex(kScheme) + hex(kMeaning);
  SECTION("in order it is read") {
    CHECK(codes_of(parse_dicom(file(sound), options)).empty());
    CHECK(codes_of(parse_dicom(file(hex(kLateral) + hex(kScheme)), options)) ==
          std::vector<std::string>{"lateral_view"});
    CHECK_NOTHROW(parse_dicom(file({}), options));  // an item of nothing
  }
  SECTION("twice: DCMTK alone would take the frontal code and not the lateral one") {
    CHECK(message(file(hex(kFrontal) + hex(kLateral) + hex(kScheme))) ==
          "0008,0100 is there twice in an item of 0054,0220; expected each tag once");
  }
  SECTION("out of order") {
    const Radiograph radiograph = parse_dicom(file(hex(kMeaning) + hex(kLateral)), options);
    CHECK(codes_of(radiograph) == std::vector<std::string>{"lateral_view", "nonconformant"});
    CHECK(radiograph.gate_reasons().back() == GateReason{"nonconformant", "0008,0100",
                                                         "behind 0008,0104 in an item of 0054,0220",
                                                         "tags in ascending order"});
  }
  SECTION("in an item of an item, and behind it") {
    const Bytes inner = view_code(hex(kScheme) + hex(kScheme), !is_defined);
    CHECK(message(file(sound + inner))
              .starts_with("0008,0102 is there twice in an item of 0054,0220"));
    const Bytes modifier = view_code(sound, !is_defined);
    CHECK(parse_dicom(file(modifier + hex(kFrontal)), options).gate_reasons().back().found ==
          "behind 0054,0220 in an item of 0054,0220");
  }
  SECTION("in the second item") {
    const Bytes both = view_code(hex(kFrontal), false);
    Bytes items(both.begin() + 12, both.end() - 8);
    items = items + hex("feff00e0 ffffffff") + hex(kFrontal) + hex(kScheme) + hex(kFrontal) +
            hex("feff0de0 00000000");
    const Bytes sequence = hex("54002002 5351 0000 ffffffff") + items + hex("feffdde0 00000000");
    CHECK(message(file_with_elements(sequence)).starts_with("0008,0100 is there twice"));
  }
  SECTION("in a private sequence, behind which all is in order") {
    Bytes sequence = view_code(hex(kScheme) + hex(kScheme), is_defined);
    const Bytes tag = hex("55000110");
    std::ranges::copy(tag, sequence.begin());
    CHECK(message(file_with_elements(sequence))
              .starts_with("0008,0102 is there twice in an item of (unlisted tag) at byte "));
  }
}

TEST_CASE("Tag order: late tags of many items give one note, that of the first", "[dicom]") {
  const Decode decode = GENERATE(Decode::exact, Decode::none);
  const Bytes late =
      hex("feff00e0 ffffffff") + hex(kMeaning) + hex(kFrontal) + hex("feff0de0 00000000");
  const Bytes scheme_late =
      hex("feff00e0 ffffffff") + hex(kMeaning) + hex(kScheme) + hex("feff0de0 00000000");
  Bytes items = late;
  for (int i = 0; i < 50; ++i) items = items + scheme_late + late;
  const Bytes sequence = hex("54002002 5351 0000 ffffffff") + items + hex("feffdde0 00000000");
  // And one of the data set: Window Center behind it.
  const Radiograph radiograph = parse_dicom(
      file_with_elements(sequence + hex("28005010 4453 0400 32303438")), {.decode = decode});
  CHECK(deviations_of(radiograph) ==
        Codes{"0008,0100: behind 0008,0104 in an item of 0054,0220; tags in ascending order"});
}

TEST_CASE("Tag order: the order of items is seen in every encoding", "[dicom]") {
  // An item whose second element is to be made the first once more.
  const auto dataset = chest(kRows, kColumns);
  DcmItem* code = nullptr;
  REQUIRE(dataset->findOrCreateSequenceItem(DCM_ViewCodeSequence, code).good());
  code->putAndInsertString(DCM_CodeValue, "R-10214");
  code->putAndInsertString(DCM_CodingSchemeDesignator, "SNM3");
  const auto [syntax, from, to] = GENERATE(table<E_TransferSyntax, const char*, const char*>(
      {{EXS_LittleEndianExplicit, "08000201 5348", "08000001 5348"},
       {EXS_LittleEndianImplicit, "08000201 04000000", "08000001 04000000"},
       {EXS_BigEndianExplicit, "00080102 5348", "00080100 5348"},
       {EXS_RLELossless, "08000201 5348", "08000001 5348"}}));
  INFO(DcmXfer(syntax).getXferName());
  Bytes bytes = file_of(*dataset, syntax);
  CHECK(values_of(parse_dicom(bytes)) == expected_values());
  REQUIRE(replace(bytes, hex(from), hex(to)));
  CHECK(std::string(error_of(bytes).what())
            .starts_with("0008,0100 is there twice in an item of 0054,0220"));
}

TEST_CASE("Tag order: items in UN, which is in implicit VR, are looked into too", "[dicom]") {
  // Code Value twice, in implicit VR.
  const char* const twice = "08000001 08000000 522d313032313420 08000001 08000000 522d313032333620";
  const Bytes item = hex("feff00e0 ffffffff") + hex(twice) + hex("feff0de0 00000000");
  SECTION("of undefined length") {
    const Bytes un = hex("54002002 554e 0000 ffffffff") + item + hex("feffdde0 00000000");
    CHECK(std::string(error_of(file_with_elements(un)).what())
              .starts_with("0008,0100 is there twice in an item of 0054,0220"));
  }
  SECTION("of defined length") {
    const Bytes un = hex("54002002 554e 0000 30000000") + item;
    REQUIRE(item.size() == 0x30);
    CHECK(std::string(error_of(file_with_elements(un)).what())
              .starts_with("0008,0100 is there twice in an item of 0054,0220"));
  }
}

TEST_CASE("Tag order: items that go beyond their sequence are corrupt", "[dicom]") {
  // DCMTK reads the item to its end and goes on behind it.
  Bytes sequence = view_code(hex(kFrontal) + hex(kScheme), true);
  CHECK_NOTHROW(parse_dicom(file_with_elements(sequence)));
  constexpr std::size_t length_at = 8;
  sequence[length_at] = std::byte{10};
  const Error error = error_of(file_with_elements(sequence));
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(std::string(error.what())
            .starts_with("the sequences of the DICOM data set are damaged at byte "));
}

TEST_CASE("Tag order: a Directory Record Type that is too long is corrupt, and not DCMTK's to read",
          "[dicom]") {
  // Of 18 and 16 characters; DCMTK 3.6.7 throws std::out_of_range for the former.
  const std::string sequence = "04002012 5351 0000 ffffffff feff00e0 ffffffff 04003014 4353 ";
  const std::string end = " feff0de0 00000000 feffdde0 00000000";
  const auto with_type = [&](const std::string& value) {
    Bytes bytes = file_of(*chest(kRows, kColumns));
    const Bytes key = hex("08000800");  // Image Type, its first
    const auto at = std::search(bytes.begin() + 132, bytes.end(), key.begin(), key.end());
    return Bytes(bytes.begin(), at) + hex(sequence + value + end) + Bytes(at, bytes.end());
  };
  const std::string eight = "4142434445464748";
  CHECK(values_of(parse_dicom(with_type("1000 " + eight + eight))) == expected_values());
  CHECK(std::string(error_of(with_type("1200 " + eight + eight + "4142")).what()) ==
        "0004,1430 has 18 bytes; expected at most 16");
  // Behind a record whose length is too short by the last two bytes of its element.
  const std::string overrun =
      "04002012 5351 0000 ffffffff feff00e0 0a000000 04003014 4353 0400 41424344 ";
  Bytes bytes = file_of(*chest(kRows, kColumns));
  const Bytes key = hex("08000800");
  const auto at = std::search(bytes.begin() + 132, bytes.end(), key.begin(), key.end());
  const Bytes second =
      hex(overrun + sequence.substr(std::string("04002012 5351 0000 ffffffff ").size()) + "1200 " +
          eight + eight + "4142" + end);
  const Bytes file = Bytes(bytes.begin(), at) + second + Bytes(at, bytes.end());
  CHECK(std::string(error_of(file).what()) == "0004,1430 has 18 bytes; expected at most 16");
}

TEST_CASE("Tag order: an icon in an item, native or encapsulated, is passed over", "[dicom]") {
  const auto fragments = encapsulated({hex("08000100 08000100")});
  const Bytes native = hex("e07f1000 4f42 0000 04000000 01020304");
  const Bytes pixels = GENERATE_COPY(fragments, native);
  const Bytes icon = hex("88000002 5351 0000 ffffffff feff00e0 ffffffff 28001000 5553 0200 0200") +
                     pixels + hex("feff0de0 00000000 feffdde0 00000000");
  // Encapsulated data belong in a file whose syntax is encapsulated.
  const Samples samples = ramp_samples();
  const Bytes bytes = file_with(*chest(kRows, kColumns), "1.2.840.10008.1.2.4.90",
                                icon + encapsulated({encode_jpeg2000(samples)}));
  CHECK(values_of(parse_dicom(bytes)) == expected_values());
}
