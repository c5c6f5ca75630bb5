#include "synthetic.hpp"

#include "core/file.hpp"
#include "runtime.hpp"
#include "transfer_syntax.hpp"

#include <dcmtk/dcmdata/dcrleerg.h>
#include <dcmtk/dcmjpeg/djencode.h>
#include <dcmtk/dcmjpeg/djrploss.h>
#include <dcmtk/dcmjpls/djencode.h>
#include <unistd.h>
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <mutex>

namespace aicovid::test {

void start_encoders() {
  static std::once_flag once;
  std::call_once(once, [] {
    dicom::start_dcmtk();
    DJEncoderRegistration::registerCodecs();
    DJLSEncoderRegistration::registerCodecs();
    DcmRLEEncoderRegistration::registerCodecs();
  });
}

std::vector<std::uint16_t> ramp(int rows, int columns) {
  std::vector<std::uint16_t> cells;
  for (int i = 0; i < rows * columns; ++i)
    cells.push_back(static_cast<std::uint16_t>(4095LL * i / (rows * columns)));
  return cells;
}

std::vector<int> expected_values() {
  const auto cells = ramp(kRows, kColumns);
  return {cells.begin(), cells.end()};
}

std::unique_ptr<DcmDataset> chest(int rows, int columns) {
  start_encoders();
  auto dataset = std::make_unique<DcmDataset>();
  const auto put = [&dataset](const DcmTagKey& key, const char* value) {
    REQUIRE(dataset->putAndInsertString(key, value).good());
  };
  put(DCM_ImageType, "ORIGINAL\\PRIMARY");
  put(DCM_SOPClassUID, UID_ComputedRadiographyImageStorage);
  put(DCM_SOPInstanceUID, "1.2.276.0.7230010.3.1.4.1");
  put(DCM_StudyInstanceUID, "1.2.276.0.7230010.3.1.2.1");
  put(DCM_SeriesInstanceUID, "1.2.276.0.7230010.3.1.3.1");
  put(DCM_Modality, "CR");
  put(DCM_BodyPartExamined, "CHEST");
  put(DCM_ViewPosition, "PA");
  put(DCM_PatientOrientation, "L\\F");
  put(DCM_PhotometricInterpretation, "MONOCHROME2");
  dataset->putAndInsertUint16(DCM_SamplesPerPixel, 1);
  dataset->putAndInsertUint16(DCM_Rows, static_cast<Uint16>(rows));
  dataset->putAndInsertUint16(DCM_Columns, static_cast<Uint16>(columns));
  dataset->putAndInsertUint16(DCM_BitsStored, 12);
  dataset->putAndInsertUint16(DCM_HighBit, 11);
  dataset->putAndInsertUint16(DCM_PixelRepresentation, 0);
  set_cells(*dataset, ramp(rows, columns));
  return dataset;
}

void set_cells(DcmDataset& dataset, const std::vector<std::uint16_t>& cells) {
  dataset.putAndInsertUint16(DCM_BitsAllocated, 16);
  REQUIRE(dataset.putAndInsertUint16Array(DCM_PixelData, cells.data(), cells.size()).good());
}

void set_cells(DcmDataset& dataset, const std::vector<std::uint8_t>& cells) {
  dataset.putAndInsertUint16(DCM_BitsAllocated, 8);
  REQUIRE(dataset.putAndInsertUint8Array(DCM_PixelData, cells.data(), cells.size()).good());
}

bool is_encapsulated(E_TransferSyntax syntax) {
  return dicom::codec_of(DcmXfer(syntax).getXferID()) != dicom::Codec::native;
}

Bytes file_of(DcmDataset& dataset, E_TransferSyntax syntax) {
  start_encoders();
  DcmFileFormat file(&dataset);
  const DJ_RPLossy lossy(90);
  const bool by_dct = syntax == EXS_JPEGProcess1 || syntax == EXS_JPEGProcess2_4;
  if (is_encapsulated(syntax)) {
    REQUIRE(file.getDataset()->chooseRepresentation(syntax, by_dct ? &lossy : nullptr).good());
  }
  // DCMTK's stream into memory does not end a deflated data set.
  const auto path = std::filesystem::temp_directory_path() /
                    ("aicovid-test-" + std::to_string(getpid()) + ".dcm");
  REQUIRE(file.saveFile(path.c_str(), syntax, EET_ExplicitLength).good());
  Bytes bytes = read_file(path);
  std::filesystem::remove(path);
  return bytes;
}

Radiograph read(DcmDataset& dataset, E_TransferSyntax syntax) {
  return parse_dicom(file_of(dataset, syntax), {.decode_refused = true});
}

Codes codes_of(const Radiograph& radiograph) {
  Codes codes;
  for (const GateReason& reason : radiograph.gate_reasons()) codes.push_back(reason.code);
  return codes;
}

Codes gate(DcmDataset& dataset) {
  return codes_of(parse_dicom(file_of(dataset), {.decode = Decode::none}));
}

std::vector<std::string> deviations_of(const Radiograph& radiograph) {
  std::vector<std::string> texts;
  for (const GateReason& reason : radiograph.gate_reasons()) {
    if (reason.code == "nonconformant")
      texts.push_back(reason.tag + ": " + reason.found + "; " + reason.expected);
  }
  return texts;
}

std::vector<int> values_of(const Radiograph& radiograph) {
  std::vector<int> values;
  const std::size_t count = radiograph.size_bytes() / size_of(radiograph.pixel_type());
  for (std::size_t i = 0; i < count; ++i) {
    switch (radiograph.pixel_type()) {
      case PixelType::uint8:
        values.push_back(reinterpret_cast<const std::uint8_t*>(radiograph.data())[i]);
        break;
      case PixelType::int8:
        values.push_back(reinterpret_cast<const std::int8_t*>(radiograph.data())[i]);
        break;
      case PixelType::uint16:
        values.push_back(reinterpret_cast<const std::uint16_t*>(radiograph.data())[i]);
        break;
      case PixelType::int16:
        values.push_back(reinterpret_cast<const std::int16_t*>(radiograph.data())[i]);
        break;
    }
  }
  return values;
}

Error error_of(const Bytes& bytes, const ReadOptions& options) {
  try {
    parse_dicom(bytes, options);
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error");
  return Error(ErrorCode::internal, "");
}

bool replace(Bytes& bytes, const Bytes& from, const Bytes& to) {
  const auto found = std::ranges::search(bytes, from);
  if (found.empty() || from.size() != to.size()) return false;
  std::ranges::copy(to, found.begin());
  return true;
}

namespace {

std::optional<std::filesystem::path> public_file(const std::string& part, const std::string& name) {
  const char* folder = std::getenv("AICOVID_DATA");
  const std::filesystem::path data =
      folder != nullptr ? std::filesystem::path(folder)
                        : std::filesystem::path(AICOVID_SOURCE_DIR) / "../shared/data";
  const auto file = data / part / name;
  return std::filesystem::exists(file) ? std::optional(file) : std::nullopt;
}

}  // namespace

std::optional<std::filesystem::path> data_file(const std::string& name) {
  return public_file("dicom", name);
}

std::optional<std::filesystem::path> report_file(const std::string& name) {
  return public_file("reports", name);
}

std::optional<std::filesystem::path> pydicom_file(const std::string& name) {
  const std::filesystem::path environment = std::filesystem::path(AICOVID_SOURCE_DIR) / ".venv/lib";
  if (!std::filesystem::exists(environment)) return std::nullopt;
  for (const auto& python : std::filesystem::directory_iterator(environment)) {
    const auto file = python.path() / "site-packages/data_store/data" / name;
    if (std::filesystem::exists(file)) return file;
  }
  return std::nullopt;
}

}  // namespace aicovid::test
