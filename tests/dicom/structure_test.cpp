// What lies around the pixels: fragments, offset tables, meta information, value representations.

#include "codestreams.hpp"

#include <dcmtk/dcmdata/dcpxitem.h>
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <sstream>

using namespace aicovid;
using namespace aicovid::test;

namespace {

/// A codestream of the ramp and the transfer syntax it belongs to.
struct Stream {
  std::string uid;
  Bytes bytes;
};

/// The one fragment of a file that DCMTK encoded.
Bytes fragment_of(E_TransferSyntax syntax) {
  start_encoders();
  const auto dataset = chest(kRows, kColumns);
  REQUIRE(dataset->chooseRepresentation(syntax, nullptr).good());
  DcmElement* element = nullptr;
  REQUIRE(dataset->findAndGetElement(DCM_PixelData, element).good());
  DcmPixelSequence* sequence = nullptr;
  REQUIRE(dynamic_cast<DcmPixelData*>(element)
              ->getEncapsulatedRepresentation(syntax, nullptr, sequence)
              .good());
  DcmPixelItem* fragment = nullptr;
  REQUIRE(sequence->getItem(fragment, 1).good());
  Uint8* data = nullptr;
  REQUIRE(fragment->getUint8Array(data).good());
  const auto* first = reinterpret_cast<const std::byte*>(data);
  return {first, first + fragment->getLength()};
}

Stream stream_of(const std::string& codec) {
  const Samples samples = ramp_samples();
  if (codec == "JPEG 2000") return {"1.2.840.10008.1.2.4.90", encode_jpeg2000(samples)};
  if (codec == "HTJ2K") return {"1.2.840.10008.1.2.4.201", encode_htj2k(samples)};
  if (codec == "JPEG") return {"1.2.840.10008.1.2.4.70", fragment_of(EXS_JPEGProcess14SV1)};
  if (codec == "JPEG-LS") return {"1.2.840.10008.1.2.4.80", fragment_of(EXS_JPEGLSLossless)};
  return {"1.2.840.10008.1.2.5", fragment_of(EXS_RLELossless)};
}

/// In pieces of this many bytes.
std::vector<Bytes> pieces(const Bytes& bytes, std::size_t size) {
  std::vector<Bytes> parts;
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    parts.emplace_back(first,
                       first + static_cast<std::ptrdiff_t>(std::min(size, bytes.size() - at)));
  }
  return parts;
}

Bytes file_of_fragments(const Stream& stream, const std::vector<Bytes>& fragments,
                        const Bytes& offset_table = {}) {
  return file_with(*chest(kRows, kColumns), stream.uid, encapsulated(fragments, offset_table));
}

/// The native file of the ramp, with other bytes in place of the header of its pixel data.
Bytes native_file(E_TransferSyntax syntax, std::string_view element, std::string_view other) {
  Bytes bytes = file_of(*chest(kRows, kColumns), syntax);
  REQUIRE(replace(bytes, hex(element), hex(other)));
  return bytes;
}

Bytes pixel_bytes() {
  Bytes bytes;
  for (const int value : expected_values()) {
    bytes.push_back(static_cast<std::byte>(value & 0xff));
    bytes.push_back(static_cast<std::byte>(value >> 8));
  }
  return bytes;
}

constexpr std::string_view kExplicit = "1.2.840.10008.1.2.1";
/// Pixel Data, OW, 1728 bytes.
const char* const kPixelHeader = "e07f1000 4f570000 c0060000";

}  // namespace

TEST_CASE("Structure: a frame in fragments, of even or odd length, is one frame", "[dicom]") {
  const std::string codec = GENERATE("JPEG 2000", "HTJ2K", "JPEG", "JPEG-LS", "RLE");
  const Stream stream = stream_of(codec);
  const std::size_t size = GENERATE(1u, 7u, 64u, 101u, 1u << 20);
  INFO(codec << " in fragments of " << size << " bytes");
  const Radiograph radiograph = parse_dicom(file_of_fragments(stream, pieces(stream.bytes, size)));
  CHECK(values_of(radiograph) == expected_values());
}

TEST_CASE("Structure: two codestreams contradict a header of one frame", "[dicom]") {
  const std::string codec = GENERATE("JPEG 2000", "HTJ2K", "JPEG", "JPEG-LS", "RLE");
  Stream stream = stream_of(codec);
  if (stream.bytes.size() % 2 != 0) stream.bytes.push_back(std::byte{0});
  INFO(codec);
  REQUIRE(values_of(parse_dicom(file_of_fragments(stream, {stream.bytes}))) == expected_values());
  const Error error = error_of(file_of_fragments(stream, {stream.bytes, stream.bytes}));
  CHECK(error.code() == ErrorCode::corrupt);
  if (codec != "RLE") {
    CHECK(std::string(error.what()) ==
          "7fe0,0010 holds a second codestream; expected 1, as of 0028,0008");
  }
}

TEST_CASE("Structure: offset tables of one frame are passed over", "[dicom]") {
  const std::string codec = GENERATE("JPEG 2000", "JPEG-LS", "RLE");
  const Stream stream = stream_of(codec);
  SECTION("basic") {
    CHECK(values_of(parse_dicom(file_of_fragments(stream, pieces(stream.bytes, 64),
                                                  hex("00000000")))) == expected_values());
  }
  SECTION("basic, with an offset that is wrong") {
    CHECK(values_of(parse_dicom(file_of_fragments(stream, pieces(stream.bytes, 64),
                                                  hex("fefefe7e")))) == expected_values());
  }
  SECTION("extended") {
    // 7fe0,0001 and 7fe0,0002, OV of one offset and one length.
    const Bytes extended = hex(
        "e07f0100 4f560000 08000000 0000000000000000 e07f0200 4f560000 08000000 4000000000000000");
    const Bytes bytes =
        file_with(*chest(kRows, kColumns), stream.uid, extended + encapsulated({stream.bytes}));
    CHECK(values_of(parse_dicom(bytes)) == expected_values());
  }
}

TEST_CASE("Structure: an offset table of two frames contradicts a header of one", "[dicom]") {
  const Stream stream = stream_of("JPEG 2000");
  SECTION("basic") {
    const Error error =
        error_of(file_of_fragments(stream, {stream.bytes, stream.bytes}, hex("00000000 10000000")));
    CHECK(error.code() == ErrorCode::corrupt);
    CHECK(std::string(error.what()) ==
          "7fe0,0010 has an offset table of 2 frames; expected 1, as of 0028,0008");
  }
  SECTION("extended") {
    const Bytes extended =
        hex("e07f0100 4f560000 10000000 0000000000000000 1000000000000000"
            "e07f0200 4f560000 10000000 1000000000000000 1000000000000000");
    const Bytes bytes = file_with(*chest(kRows, kColumns), stream.uid,
                                  extended + encapsulated({stream.bytes, stream.bytes}));
    const Error error = error_of(bytes);
    CHECK(error.code() == ErrorCode::corrupt);
    CHECK(std::string(error.what()) ==
          "7fe0,0001 has an offset table of 2 frames; expected 1, as of 0028,0008");
  }
}

TEST_CASE("Structure: pixel data that the transfer syntax does not allow is corrupt", "[dicom]") {
  const Stream stream = stream_of("JPEG 2000");
  SECTION("encapsulated under a native syntax") {
    const Error error =
        error_of(file_with(*chest(kRows, kColumns), kExplicit, encapsulated({stream.bytes})));
    CHECK(error.code() == ErrorCode::corrupt);
  }
  SECTION("native under an encapsulated syntax") {
    const Error error =
        error_of(file_with(*chest(kRows, kColumns), stream.uid, hex(kPixelHeader) + pixel_bytes()));
    CHECK(error.code() == ErrorCode::corrupt);
  }
  SECTION("no fragments") {
    const Error error = error_of(file_of_fragments(stream, {}));
    CHECK(error.code() == ErrorCode::corrupt);
    CHECK(std::string(error.what()) == "7fe0,0010 has no fragments; expected an image");
  }
}

TEST_CASE("Structure: preamble and meta information", "[dicom]") {
  const Bytes whole = file_of(*chest(kRows, kColumns));
  SECTION("any preamble is read") {
    Bytes bytes = whole;
    std::fill_n(bytes.begin(), 128, std::byte{0x4d});
    CHECK(values_of(parse_dicom(bytes)) == expected_values());
  }
  SECTION("without preamble, or without meta information, the reason says so") {
    const Bytes without_preamble(whole.begin() + 132, whole.end());
    const auto data =
        std::ranges::search(whole, hex("08000800"));  // Image Type, first of the data set
    const Bytes without_meta(data.begin(), whole.end());
    for (const Bytes& bytes : {without_preamble, without_meta}) {
      const Error error = error_of(bytes);
      CHECK(error.code() == ErrorCode::corrupt);
      CHECK(std::string(error.what()).find("without preamble and 'DICM'") != std::string::npos);
    }
    // The prefix, and then the data set at once.
    const Error error = error_of(Bytes(whole.begin(), whole.begin() + 132) + without_meta);
    CHECK(error.code() == ErrorCode::corrupt);
    CHECK(std::string(error.what()) == "0002,0010 is absent; expected a UID");
  }
  SECTION("a group length that is absent is not missed, one that is too long is corrupt") {
    Bytes bytes = whole;
    bytes.erase(bytes.begin() + 132, bytes.begin() + 132 + 12);
    CHECK(values_of(parse_dicom(bytes)) == expected_values());
    // DCMTK would take attributes of the data set for meta information.
    bytes = whole;
    bytes[132 + 8] |= std::byte{1};
    bytes[132 + 9] = std::byte{1};
    CHECK(std::string(error_of(bytes).what()).find("reaches into the data set") !=
          std::string::npos);
  }
  SECTION("a second group length is corrupt, whatever its value or representation") {
    const std::string second =
        GENERATE("02000000 554c 0400 ffff0900", "02000000 554c 0400 00000000",
                 "02000000 4f4c 0000 06000000 ffff0900ff7f");
    const Bytes bytes = Bytes(whole.begin(), whole.begin() + 132 + 12) + hex(second) +
                        Bytes(whole.begin() + 132 + 12, whole.end());
    CHECK(error_of(bytes).code() == ErrorCode::corrupt);
  }
}

TEST_CASE("Structure: unknown value representations and private attributes are passed over",
          "[dicom]") {
  // Before Pixel Data. ZZ is no VR of the standard; 0029,1001 is private, of a creator that
  // nobody knows.
  const Bytes elements = GENERATE(
      // ZZ, with a length of 32 bits as all that the standard does not name (PS3.5 7.1.2)
      hex("29001000 4c4f 0400 54455354 29000110 5a5a 0000 02000000 0102"),
      // UN, and UN of undefined length, which is a sequence in implicit VR
      hex("29001000 4c4f 0400 54455354 29000110 554e 0000 02000000 0102"),
      hex("29001000 4c4f 0400 54455354 29000210 554e 0000 ffffffff"
          "feff00e0 0a000000 29000110 02000000 0102 feffdde0 00000000"),
      // OB of a private block that has no creator
      hex("29000110 4f42 0000 02000000 0102"));
  INFO(elements.size() << " bytes");
  const Bytes bytes =
      file_with(*chest(kRows, kColumns), kExplicit, elements + hex(kPixelHeader) + pixel_bytes());
  CHECK(values_of(parse_dicom(bytes)) == expected_values());
}

TEST_CASE("Structure: an unknown value representation with a length of 16 bits is corrupt",
          "[dicom]") {
  const Bytes elements = hex("29001000 4c4f 0400 54455354 29000110 5a5a 0200 0102");
  const Error error = error_of(
      file_with(*chest(kRows, kColumns), kExplicit, elements + hex(kPixelHeader) + pixel_bytes()));
  CHECK(error.code() == ErrorCode::corrupt);
}

TEST_CASE("Structure: private attributes of an implicit VR file are passed over", "[dicom]") {
  const auto dataset = chest(kRows, kColumns);
  dataset->putAndInsertString(DcmTag(0x0029, 0x0010, EVR_LO), "TEST");
  const Uint8 value[] = {1, 2, 3, 4};
  dataset->putAndInsertUint8Array(DcmTag(0x0029, 0x1001, EVR_OB), value, 4);
  CHECK(values_of(read(*dataset, EXS_LittleEndianImplicit)) == expected_values());
}

TEST_CASE("Structure: pixel data of another value representation", "[dicom]") {
  SECTION("little endian: the bytes are the same whatever it is") {
    const std::string vr = GENERATE("4f42", "554e");  // OB, UN
    const Bytes bytes =
        native_file(EXS_LittleEndianExplicit, kPixelHeader, "e07f1000" + vr + "0000 c0060000");
    CHECK(values_of(parse_dicom(bytes)) == expected_values());
  }
  SECTION("big endian: their order depends on it") {
    const std::string vr = GENERATE("4f42", "554e");
    const Bytes bytes = native_file(EXS_BigEndianExplicit, "7fe00010 4f570000 000006c0",
                                    "7fe00010" + vr + "0000 000006c0");
    const Error error = error_of(bytes);
    CHECK(error.code() == ErrorCode::corrupt);
    CHECK(std::string(error.what()).find("7fe0,0010 has the value representation ") == 0);
  }
  SECTION("encapsulated as OW") {
    const Stream stream = stream_of("JPEG 2000");
    Bytes bytes = file_of_fragments(stream, {stream.bytes});
    REQUIRE(replace(bytes, hex("e07f1000 4f420000"), hex("e07f1000 4f570000")));
    CHECK(values_of(parse_dicom(bytes)) == expected_values());
  }
  SECTION("encapsulated as UN is a sequence by the standard, and no pixels") {
    const Stream stream = stream_of("JPEG 2000");
    Bytes bytes = file_of_fragments(stream, {stream.bytes});
    REQUIRE(replace(bytes, hex("e07f1000 4f420000"), hex("e07f1000 554e0000")));
    CHECK(error_of(bytes).code() == ErrorCode::corrupt);
  }
}

TEST_CASE("Structure: what follows the pixel data", "[dicom]") {
  const Bytes whole = file_of(*chest(kRows, kColumns));
  SECTION("Data Set Trailing Padding is read") {
    const Bytes bytes = whole + hex("fcfffcff 4f420000 04000000 00000000");
    CHECK(values_of(parse_dicom(bytes)) == expected_values());
  }
  SECTION("attributes of higher groups are read") {
    const Bytes bytes = whole + hex("e17f1000 4c4f 0400 54455354");
    CHECK(values_of(parse_dicom(bytes)) == expected_values());
  }
  SECTION("bytes that are no attribute are corrupt") {
    const Bytes bytes = whole + hex(GENERATE("deadbeef", "ffffffffffffffffffff", "41424344454647"));
    const Error error = error_of(bytes);
    CHECK(error.code() == ErrorCode::corrupt);
  }
}

TEST_CASE("Structure: a data set in implicit VR under explicit VR, or the reverse, is corrupt",
          "[dicom]") {
  // 1.2.840.10008.1.2.1, and 1.2.840.10008.1.2 with as many bytes.
  const Bytes explicit_uid = hex("1400 312e322e3834302e31303030382e312e322e3100");
  const Bytes implicit_uid = hex("1400 312e322e3834302e31303030382e312e32000000");
  const Decode decode = GENERATE(Decode::exact, Decode::none);
  SECTION("implicit under explicit") {
    const E_TransferSyntax syntax = GENERATE(EXS_LittleEndianExplicit, EXS_RLELossless);
    const Bytes other = file_of(*chest(kRows, kColumns), syntax);
    const Bytes implicit = file_of(*chest(kRows, kColumns), EXS_LittleEndianImplicit);
    const auto data_set = [](const Bytes& bytes) {
      return std::ranges::search(bytes, hex("08000800")).begin();  // Image Type, its first
    };
    const Bytes bytes =
        Bytes(other.begin(), data_set(other)) + Bytes(data_set(implicit), implicit.end());
    const Error error = error_of(bytes, {.decode = decode});
    CHECK(error.code() == ErrorCode::corrupt);
    CHECK(std::string(error.what()) ==
          "the data set begins in implicit VR; expected explicit VR, as of 0002,0010");
  }
  SECTION("explicit under implicit") {
    Bytes bytes = file_of(*chest(kRows, kColumns));
    REQUIRE(replace(bytes, explicit_uid, implicit_uid));
    const Error error = error_of(bytes, {.decode = decode});
    CHECK(error.code() == ErrorCode::corrupt);
    CHECK(std::string(error.what()) ==
          "the data set begins in explicit VR; expected implicit VR, as of 0002,0010");
  }
}

TEST_CASE("Structure: a stream gives what its bytes give, from where it stands", "[dicom]") {
  const Bytes whole = file_of(*chest(kRows, kColumns));
  std::string text = "before";
  for (const std::byte byte : whole) text += static_cast<char>(byte);
  std::istringstream stream(text);
  stream.ignore(6);
  CHECK(values_of(read_dicom(stream)) == expected_values());
  CHECK_THROWS_AS(read_dicom(stream), Error);  // nothing is left
  std::istringstream broken(text);
  broken.setstate(std::ios::badbit);
  try {
    read_dicom(broken);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::io);
  }
}
