/// Times how DICOM files are read and decoded, by the library and by DCMTK alone, in turn.
///
/// benchmark_decode [--outputs=FOLDER] [--rounds=N] FILE...
///
/// --outputs  where each decoder's stored values are written as FILE.DECODER.raw, for a comparison
///
/// Prints a JSON object: file name -> decoder -> the least CPU time of the rounds, in milliseconds.
/// DCMTK has no decoder of JPEG 2000 and HTJ2K, and is left out there.
#include <aicovid/read.hpp>

#include <dcmtk/dcmdata/dcrledrg.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <ctime>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Pixels = std::vector<std::byte>;

double cpu_ms() {
  std::timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

Pixels by_aicovid(const std::string& file) {
  const aicovid::Radiograph radiograph = aicovid::read_dicom(file, {.decode_refused = true});
  return {radiograph.data(), radiograph.data() + radiograph.size_bytes()};
}

/// Empty where DCMTK cannot decode the file.
Pixels by_dcmtk(const std::string& file) {
  DcmFileFormat format;
  if (format.loadFile(file.c_str()).bad()) throw std::runtime_error("DCMTK cannot read " + file);
  DcmDataset& dataset = *format.getDataset();
  if (dataset.chooseRepresentation(EXS_LittleEndianExplicit, nullptr).bad()) return {};
  DcmElement* element = nullptr;
  if (dataset.findAndGetElement(DCM_PixelData, element).bad()) return {};
  Uint16 bits = 0;
  dataset.findAndGetUint16(DCM_BitsAllocated, bits);
  unsigned long count = 0;
  if (bits == 16) {
    const Uint16* values = nullptr;
    dataset.findAndGetUint16Array(DCM_PixelData, values, &count);
    const auto* first = reinterpret_cast<const std::byte*>(values);
    return {first, first + 2 * count};
  }
  const Uint8* values = nullptr;
  dataset.findAndGetUint8Array(DCM_PixelData, values, &count);
  const auto* first = reinterpret_cast<const std::byte*>(values);
  return {first, first + count};
}

struct Decoder {
  std::string_view name;
  Pixels (*decode)(const std::string& file);
};
constexpr std::array<Decoder, 2> kDecoders = {{{"aicovid", by_aicovid}, {"DCMTK", by_dcmtk}}};

int run(const std::vector<std::string>& arguments) {
  DJDecoderRegistration::registerCodecs();
  DJLSDecoderRegistration::registerCodecs();
  DcmRLEDecoderRegistration::registerCodecs();
  std::string folder;
  int rounds = 5;
  std::vector<std::string> files;
  for (const std::string& argument : arguments) {
    if (argument.starts_with("--outputs=")) {
      folder = argument.substr(10);
    } else if (argument.starts_with("--rounds=")) {
      rounds = std::stoi(argument.substr(9));
    } else {
      files.push_back(argument);
    }
  }
  nlohmann::ordered_json times;
  for (const std::string& file : files) {
    const std::string name = std::filesystem::path(file).filename().string();
    for (int round = 0; round < rounds; ++round) {
      for (const Decoder& decoder : kDecoders) {
        const double start = cpu_ms();
        const Pixels pixels = decoder.decode(file);
        const double ms = cpu_ms() - start;
        if (pixels.empty()) continue;
        auto& least = times[name][std::string(decoder.name)];
        least = least.is_null() ? ms : std::min(least.get<double>(), ms);
        if (folder.empty() || round > 0) continue;
        std::ofstream out(fmt::format("{}/{}.{}.raw", folder, name, decoder.name),
                          std::ios::binary);
        out.write(reinterpret_cast<const char*>(pixels.data()),
                  static_cast<std::streamsize>(pixels.size()));
        if (!out) throw std::runtime_error("an output cannot be written");
      }
    }
  }
  fmt::print("{}\n", times.dump());
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return run({arguments + 1, arguments + count});
  } catch (const std::exception& error) {
    fmt::print(stderr, "benchmark_decode: {}\n", error.what());
    return 1;
  }
}
