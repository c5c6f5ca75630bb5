#include "codestreams.hpp"
#include "core/file.hpp"
#include "core/sha256.hpp"
#include "dicom/components.hpp"
#include "synthetic.hpp"

#include <sys/resource.h>
#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <istream>
#include <random>
#include <stdexcept>
#include <streambuf>
#include <thread>

using namespace aicovid;
using namespace aicovid::test;

namespace {

std::string pixel_sha256(const Radiograph& radiograph) {
  return sha256(std::span(radiograph.data(), radiograph.size_bytes()));
}

/// Everything that a radiograph says in words.
std::string said_by(const Radiograph& radiograph) {
  const ImageHeader& header = radiograph.header();
  std::string said;
  for (const std::string& text :
       {header.source, header.sop_class_uid, header.sop_instance_uid, header.study_instance_uid,
        header.series_instance_uid, header.transfer_syntax_uid, header.modality, header.view,
        header.body_part, header.photometric_interpretation, header.patient_orientation}) {
    said += text + '\n';
  }
  for (const GateReason& reason : radiograph.gate_reasons()) {
    said += reason.code + '\n' + reason.tag + '\n' + reason.found + '\n' + reason.expected + '\n';
  }
  return said;
}

}  // namespace

TEST_CASE("Read: JPEG 2000 and uncompressed twins give the same pixels, those of pydicom",
          "[dicom][golden]") {
  const auto j2k = pydicom_file("RG1_J2KR.dcm");
  const auto uncompressed = pydicom_file("RG1_UNCR.dcm");
  if (!j2k || !uncompressed) SKIP("pydicom-data is not installed");
  // hashlib.sha256(pydicom.dcmread("RG1_J2KR.dcm").pixel_array.tobytes()).hexdigest(), pydicom 3,
  // little endian
  const std::string expected = "26721b2112d94887b0feae345f1b7c1c8148e1710eaf27283d8c3e650682d252";
  for (const auto& file : {*j2k, *uncompressed}) {
    const Radiograph radiograph = read_dicom(file);
    REQUIRE(radiograph.rows() == 1955);
    REQUIRE(radiograph.columns() == 1841);
    CHECK(radiograph.pixel_type() == PixelType::uint16);
    CHECK(pixel_sha256(radiograph) == expected);
    CHECK(radiograph.scale() == DecodedScale::full);
    CHECK(radiograph.header().view == "PA");
    CHECK(radiograph.header().body_part == "CHEST");
    CHECK(radiograph.header().patient_orientation == "L\\F");
    CHECK(radiograph.header().patient_sex == Sex::female);
    CHECK(radiograph.header().patient_age_years == 64);
    CHECK(radiograph.grey_scale().photometric == Photometric::monochrome1);
    CHECK(radiograph.grey_scale().window->centre == 15000);
    CHECK(codes_of(radiograph) == Codes{"derived"});
  }
}

TEST_CASE("Read: the public chest files are accepted or flagged", "[dicom]") {
  const auto [name, codes] = GENERATE(table<std::string, Codes>({
      {"chest_j2k_monochrome1.dcm", {"derived", "laterality"}},
      {"nih_implicit_le.dcm", {"missing_view", "secondary_capture", "side_unverified"}},
      {"rsna_pa_jpeg.dcm", {"secondary_capture", "side_unverified"}},
      {"rsna_pa_jpeg_monochrome1.dcm", {"secondary_capture", "side_unverified"}},
      {"rsna_ap_jpeg.dcm", {"secondary_capture", "side_unverified"}},
  }));
  const auto file = data_file(name);
  if (!file) SKIP("no data folder; set AICOVID_DATA");
  INFO(name);
  const Radiograph radiograph = read_dicom(*file);
  CHECK(radiograph.has_pixels());
  CHECK(codes_of(radiograph) == codes);
}

TEST_CASE("Read: what is no human chest radiograph is refused with the reason, without pixels",
          "[dicom]") {
  const auto [name, code] = GENERATE(table<std::string, std::string>({
      {"lateral_dog_thorax.dcm", "species"},
      {"wg04_RG2_UNC.dcm", "body_part"},
      {"wg04_RG2_JPH.dcm", "body_part"},
      {"bigendian_MR_small_expb.dcm", "modality"},
      {"bigendian_OBXXXX1A_expb.dcm", "modality"},
      {"bigendian_liver_expb.dcm", "modality"},
      {"bigendian_rtdose_expb.dcm", "modality"},
      {"deflated.dcm", "modality"},
      {"modality_lut_sequence.dcm", "modality"},
      {"voi_lut_sequence.dcm", "modality"},
  }));
  const auto file = data_file(name);
  if (!file) SKIP("no data folder; set AICOVID_DATA");
  INFO(name);
  const Radiograph radiograph = read_dicom(*file);
  CHECK_FALSE(radiograph.has_pixels());
  CHECK(codes_of(radiograph).front() == code);
  CHECK(verdict_of(radiograph.gate_reasons(), false) == Verdict::refused);
}

TEST_CASE("Read: one hip in six lossless encodings has the same pixels", "[dicom][golden]") {
  // hashlib.sha256(pydicom.dcmread("wg04_RG2_UNC.dcm").pixel_array.tobytes()).hexdigest(), its
  // first 16 digits
  const std::string expected = "9ed5d9818c250bb8";
  const std::string name = GENERATE("UNC", "RLE", "JPLL", "JLSL", "J2KR");
  const auto file = data_file("wg04_RG2_" + name + ".dcm");
  if (!file) SKIP("no data folder; set AICOVID_DATA");
  CHECK(pixel_sha256(read_dicom(*file, {.decode_refused = true})).substr(0, 16) == expected);
}

TEST_CASE("Read: lookup tables of the public files", "[dicom]") {
  const auto modality = data_file("modality_lut_sequence.dcm");
  const auto voi = data_file("voi_lut_sequence.dcm");
  if (!modality || !voi) SKIP("no data folder; set AICOVID_DATA");
  const GreyScale grey = read_dicom(*modality, {.decode_refused = true}).grey_scale();
  CHECK(grey.modality_lut->entries.size() == 4096);
  CHECK(grey.modality_lut->first == -2048);
  CHECK(grey.is_signed);
  CHECK(read_dicom(*voi, {.decode_refused = true}).grey_scale().voi_lut->entries.size() == 256);
}

TEST_CASE("Read: a syntax that cannot be decoded is unsupported where pixels are asked for",
          "[dicom]") {
  // MPEG-4 AVC/H.264 High Profile.
  const Bytes bytes = file_with(*chest(), "1.2.840.10008.1.2.4.102", encapsulated({Bytes(64)}));
  const Error error = error_of(bytes);
  CHECK(error.code() == ErrorCode::unsupported);
  CHECK(std::string(error.what()) ==
        "0002,0010 is 1.2.840.10008.1.2.4.102; expected a transfer syntax that can be decoded");
  CHECK(parse_dicom(bytes, {.decode = Decode::none}).header().rows == 16);
}

TEST_CASE("Read: a truncated JPEG 2000 stream is corrupt wherever it is cut", "[dicom]") {
  const auto truncated = data_file("chest_j2k_truncated.dcm");
  if (truncated) CHECK(error_of(read_file(*truncated)).code() == ErrorCode::corrupt);
  const auto file = pydicom_file("RG1_J2KR.dcm");
  if (!file) SKIP("pydicom-data is not installed");
  const Bytes whole = read_file(*file);
  for (const double part : {0.1, 0.5, 0.9, 0.999}) {
    Bytes bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(
                                                   part * static_cast<double>(whole.size())));
    CHECK(error_of(bytes).code() == ErrorCode::corrupt);
    // The same with the lengths in order, so that the codestream alone is too short.
    const Bytes end(whole.size() - bytes.size());
    bytes.insert(bytes.end(), end.begin(), end.end());
    CHECK(error_of(bytes).code() == ErrorCode::corrupt);
  }
}

TEST_CASE("Read: a JPEG 2000 codestream that contradicts the header is corrupt", "[dicom]") {
  const auto file = pydicom_file("RG1_J2KR.dcm");
  if (!file) SKIP("pydicom-data is not installed");
  const Bytes whole = read_file(*file);
  const auto start = std::ranges::search(
      whole, Bytes{std::byte{0xff}, std::byte{0x4f}, std::byte{0xff}, std::byte{0x51}});
  const auto at = static_cast<std::size_t>(start.begin() - whole.begin());
  // Offsets of SIZ (ITU-T T.800 A.5.1): Xsiz, components, precision, subsampling, tile width.
  for (const std::size_t offset : {11u, 41u, 42u, 43u, 26u}) {
    INFO("byte " << offset << " of the codestream");
    Bytes bytes = whole;
    bytes[at + offset] =
        std::byte{static_cast<unsigned char>(std::to_integer<int>(bytes[at + offset]) ^ 1)};
    if (offset == 26u)
      std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at + 24), 4, std::byte{0});
    CHECK(error_of(bytes).code() == ErrorCode::corrupt);
  }
}

TEST_CASE(
    "Read: a header that claims 100,000 x 100,000 pixels is corrupt before memory is asked for",
    "[dicom]") {
  const auto dataset = chest();
  for (const DcmTagKey& key : {DCM_Rows, DCM_Columns}) {
    // US ends at 65,535, so that the claim comes with another type.
    auto* element = new DcmUnsignedLong(DcmTag(key, EVR_UL));
    element->putUint32(100'000, 0);
    REQUIRE(dataset->insert(element, true).good());
  }
  const Error error = error_of(file_of(*dataset));
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(std::string(error.what()) == "0028,0010 is 100000; expected 1 to 65535");
}

TEST_CASE("Read: an element that claims 4 GB is corrupt", "[dicom]") {
  Bytes bytes = file_of(*chest());
  // Pixel Data (7fe0,0010) OW, 640 bytes.
  const Bytes claim = {std::byte{0xe0}, std::byte{0x7f}, std::byte{0x10}, std::byte{0},
                       std::byte{'O'},  std::byte{'W'},  std::byte{0},    std::byte{0},
                       std::byte{0x80}, std::byte{2},    std::byte{0},    std::byte{0}};
  Bytes huge = claim;
  std::fill(huge.begin() + 8, huge.end(), std::byte{0xfe});
  REQUIRE(replace(bytes, claim, huge));
  CHECK(error_of(bytes).code() == ErrorCode::corrupt);
}

TEST_CASE("Read: sequences nested without end are corrupt, and take no stack", "[dicom]") {
  Bytes bytes = file_of(*chest());
  const Bytes level = {std::byte{0x08}, std::byte{0},    std::byte{0x40}, std::byte{0x11},
                       std::byte{'S'},  std::byte{'Q'},  std::byte{0},    std::byte{0},
                       std::byte{0xff}, std::byte{0xff}, std::byte{0xff}, std::byte{0xff},
                       std::byte{0xfe}, std::byte{0xff}, std::byte{0},    std::byte{0xe0},
                       std::byte{0xff}, std::byte{0xff}, std::byte{0xff}, std::byte{0xff}};
  // Before the first attribute of group 8 of the data set, which is Image Type.
  const auto first = std::ranges::search(
      bytes, Bytes{std::byte{0x08}, std::byte{0}, std::byte{0x08}, std::byte{0}});
  bytes.erase(first.begin(), bytes.end());
  for (int i = 0; i < 100'000; ++i) bytes.insert(bytes.end(), level.begin(), level.end());
  const Error error = error_of(bytes);
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(std::string(error.what()) == "the DICOM data set nests sequences too deep");
}

TEST_CASE("Read: what is no DICOM file is corrupt", "[dicom]") {
  std::mt19937 random(7);
  Bytes noise(4096);
  for (std::byte& byte : noise) byte = static_cast<std::byte>(random());
  Bytes prefixed = noise;
  const char prefix[] = {'D', 'I', 'C', 'M'};
  std::transform(prefix, prefix + 4, prefixed.begin() + 128,
                 [](char c) { return static_cast<std::byte>(c); });
  for (const Bytes& bytes : {Bytes{}, Bytes(1), Bytes(132), noise, prefixed}) {
    CHECK(error_of(bytes).code() == ErrorCode::corrupt);
  }
}

TEST_CASE("Read: a file that is not there is not_found, and its name is not repeated", "[dicom]") {
  try {
    read_dicom("/nowhere/Lovelace_Ada.dcm");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::not_found);
    CHECK(std::string(error.what()).find("Lovelace") == std::string::npos);
  }
}

TEST_CASE("Read: what cannot be read is not_found or io, not corrupt", "[dicom]") {
  const auto code = [](const auto& read) {
    try {
      read();
    } catch (const Error& error) {
      return error.code();
    }
    FAIL("no error");
    return ErrorCode::internal;
  };
  SECTION("a folder is no file") {
    CHECK(code([] { read_dicom(std::filesystem::temp_directory_path()); }) == ErrorCode::not_found);
  }
  SECTION("a file that cannot be opened") {
    // Permissions do not bind root; a limit of open files does.
    const auto path = std::filesystem::temp_directory_path() /
                      ("aicovid-test-unreadable-" + std::to_string(getpid()) + ".dcm");
    const Bytes bytes = file_of(*chest());
    write_file(path, bytes.data(), bytes.size());
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    const rlimit none{.rlim_cur = 0, .rlim_max = limit.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    const ErrorCode found = code([&path] { read_dicom(path); });
    setrlimit(RLIMIT_NOFILE, &limit);
    CHECK(found == ErrorCode::io);
    CHECK_NOTHROW(read_dicom(path));
    std::filesystem::remove(path);
  }
  SECTION("a stream that fails before its end") {
    class Failing : public std::streambuf {
      int_type underflow() override { throw std::runtime_error("gone"); }
    };
    Failing buffer;
    std::istream stream(&buffer);
    CHECK(code([&stream] { read_dicom(stream); }) == ErrorCode::io);
  }
}

TEST_CASE("Read: a file that ends early gives no pixels wherever it is cut", "[dicom]") {
  const E_TransferSyntax syntax = GENERATE(
      EXS_LittleEndianExplicit, EXS_LittleEndianImplicit, EXS_BigEndianExplicit,
      EXS_DeflatedLittleEndianExplicit, EXS_JPEGProcess14SV1, EXS_JPEGLSLossless, EXS_RLELossless);
  const Bytes whole = file_of(*chest(32, 32), syntax);
  // DCMTK ends an encapsulated image with an item of 8 bytes that nothing depends on.
  const std::size_t end = whole.size() - (is_encapsulated(syntax) ? 8 : 0);
  for (std::size_t length = 0; length<end; length += length> 600 && length + 40 < end ? 13 : 1) {
    INFO("first " << length << " bytes of " << whole.size());
    try {
      const Radiograph radiograph = parse_dicom(std::span(whole).first(length));
      REQUIRE_FALSE(
          radiograph.has_pixels());  // cut between attributes: refused for what is missing
    } catch (const Error& error) {
      REQUIRE(error.code() == ErrorCode::corrupt);
    }
  }
}

TEST_CASE("Read: changed bits give a radiograph or an Error, and nothing else", "[dicom]") {
  const E_TransferSyntax syntax = GENERATE(
      EXS_LittleEndianExplicit, EXS_LittleEndianImplicit, EXS_BigEndianExplicit,
      EXS_DeflatedLittleEndianExplicit, EXS_JPEGProcess14SV1, EXS_JPEGLSLossless, EXS_RLELossless);
  const Bytes whole = file_of(*chest(32, 32), syntax);
  std::mt19937 random(20240817);
  int errors = 0;
  for (int trial = 0; trial < 1500; ++trial) {
    Bytes bytes = whole;
    for (int change = 0; change < 1 + trial % 4; ++change) {
      bytes[132 + random() % (bytes.size() - 132)] ^=
          std::byte{static_cast<unsigned char>(1u << random() % 8)};
    }
    try {
      const Radiograph radiograph = parse_dicom(bytes, {.decode_refused = true});
      REQUIRE(radiograph.size_bytes() ==
              static_cast<std::size_t>(radiograph.rows() * radiograph.columns()) *
                  size_of(radiograph.pixel_type()));
    } catch (const Error&) {
      ++errors;
    }
  }
  CHECK(errors > 0);
}

TEST_CASE("Read: no text of the header that names the patient is ever repeated", "[dicom]") {
  const std::string secret = "LOVELACE";
  const auto dataset = chest();
  // Every text attribute of the dictionary's patient, study and image groups that can hold the
  // name.
  int planted = 0;
  DcmDataDictionary& dictionary = dcmDataDict.wrlock();
  std::vector<DcmTag> tags;
  for (auto entry = dictionary.normalBegin(); entry != dictionary.normalEnd(); ++entry) {
    const DcmTagKey key = (*entry)->getKey();
    const bool grouped =
        key.getGroup() >= 0x0008 && key.getGroup() <= 0x4008 && key.getGroup() % 2 == 0;
    if (grouped && DcmVR((*entry)->getEVR()).isaString())
      tags.emplace_back(key, (*entry)->getEVR());
  }
  dcmDataDict.wrunlock();
  for (const DcmTag& tag : tags) {
    if (tag == DCM_PhotometricInterpretation || tag == DCM_NumberOfFrames || tag.getEVR() == EVR_DS)
      continue;
    planted += dataset->putAndInsertString(tag, secret.c_str()).good() ? 1 : 0;
  }
  CHECK(planted > 500);
  const Bytes bytes = file_of(*dataset);
  const Radiograph radiograph = parse_dicom(bytes, {.decode = Decode::none});
  CHECK(radiograph.header().study_instance_uid == "(unlisted value)");
  CHECK(radiograph.header().modality == "(unlisted value)");
  CHECK(radiograph.header().body_part == "(unlisted value)");
  CHECK(said_by(radiograph).find(secret) == std::string::npos);

  // The attributes that must be numbers are named with their tag alone.
  for (const DcmTagKey& key :
       {DCM_NumberOfFrames, DCM_RescaleSlope, DCM_WindowCenter, DCM_PhotometricInterpretation}) {
    const auto broken = chest();
    broken->putAndInsertString(DCM_WindowWidth, "100");
    broken->putAndInsertString(key, secret.c_str());
    const std::string message = error_of(file_of(*broken), {.decode_refused = true}).what();
    CHECK(message.find(secret) == std::string::npos);
    CHECK(message.find("(unlisted value)") != std::string::npos);
  }
}

TEST_CASE("Read: eight threads read what one thread reads", "[dicom]") {
  const Bytes bytes =
      file_of(*chest(128, 128), GENERATE(EXS_LittleEndianExplicit, EXS_JPEGProcess14SV1));
  const std::string expected = pixel_sha256(parse_dicom(bytes));
  std::atomic<int> equal = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int repeat = 0; repeat < 10; ++repeat)
        equal += pixel_sha256(parse_dicom(bytes)) == expected ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(equal == 80);
}

TEST_CASE("Read: the components have versions", "[dicom]") {
  const auto components = dicom_components();
  REQUIRE(components.size() == 3);
  CHECK(components[0].name == "DCMTK");
  CHECK(components[1].name == "OpenJPEG");
  CHECK(components[2].name == "OpenJPH");
  for (const Component& component : components)
    CHECK(component.version.find('.') != std::string::npos);
}
