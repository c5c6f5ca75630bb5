#pragma once

#include <aicovid/error.hpp>
#include <aicovid/read.hpp>

#include <dcmtk/dcmdata/dctk.h>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace aicovid::test {

using Bytes = std::vector<std::byte>;

/// A chest radiograph as a CR device sends it: accepted by the gate without a flag. 12 of 16 bits,
/// [rows,columns] of a ramp, no window.
std::unique_ptr<DcmDataset> chest(int rows = 16, int columns = 20);

/// Sets Bits Allocated to 16 or 8 by the type of the cells, and Pixel Data to them.
void set_cells(DcmDataset& dataset, const std::vector<std::uint16_t>& cells);
void set_cells(DcmDataset& dataset, const std::vector<std::uint8_t>& cells);

/// The cells of `chest()`.
std::vector<std::uint16_t> ramp(int rows, int columns);

// The picture of most tests: `chest(kRows, kColumns)`, and its values.
constexpr int kRows = 24;
constexpr int kColumns = 36;
std::vector<int> expected_values();

/// Registers DCMTK's encoders.
void start_encoders();

/// Whether its pixel data stand in fragments. DCMTK has a name for it in each version.
bool is_encapsulated(E_TransferSyntax syntax);

/// The DICOM file, encoded in `syntax` (native, JPEG, JPEG-LS or RLE) by DCMTK.
Bytes file_of(DcmDataset& dataset, E_TransferSyntax syntax = EXS_LittleEndianExplicit);

/// Reads it, refused or not.
Radiograph read(DcmDataset& dataset, E_TransferSyntax syntax = EXS_LittleEndianExplicit);

/// The codes of the gate, without its decoding.
using Codes = std::vector<std::string>;
Codes codes_of(const Radiograph& radiograph);
Codes gate(DcmDataset& dataset);

/// What it flags as nonconformant: "tag: found; expected".
std::vector<std::string> deviations_of(const Radiograph& radiograph);

std::vector<int> values_of(const Radiograph& radiograph);

/// What `parse_dicom` throws; no error is a failed test.
Error error_of(const Bytes& bytes, const ReadOptions& options = {});

/// Replaces the first `from` by `to`, of the same length; false where there is none.
bool replace(Bytes& bytes, const Bytes& from, const Bytes& to);

/// Finds a public test file, in AICOVID_DATA or else in ../shared/data beside the source; nothing
/// where it is absent.
std::optional<std::filesystem::path> data_file(const std::string& name);
/// The same of the files that users reported.
std::optional<std::filesystem::path> report_file(const std::string& name);
/// Finds a file of the PyPI package pydicom-data in the source's virtual environment.
std::optional<std::filesystem::path> pydicom_file(const std::string& name);

}  // namespace aicovid::test
