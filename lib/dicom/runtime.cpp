#include "runtime.hpp"

#include "core/installation.hpp"

#include <aicovid/error.hpp>

#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <fmt/format.h>
#include <mutex>

namespace aicovid::dicom {
namespace {

void load_dictionary() {
  const auto file = data_directory() / "dicom.dic";
  DcmDataDictionary& dictionary = dcmDataDict.wrlock();
  const int before = dictionary.numberOfNormalTagEntries();
  const bool loaded = dictionary.loadDictionary(file.c_str(), OFTrue);
  const int entries = dictionary.numberOfNormalTagEntries();
  dcmDataDict.wrunlock();
  // Without a dictionary nothing of an implicit VR file can be read; the standard has over 4,000
  // attributes.
  constexpr int least_entries = 1000;
  if (!loaded || entries < least_entries) {
    throw Error(
        ErrorCode::internal,
        fmt::format(
            "share/aicovid/dicom.dic gave {} entries (DCMTK's own: {}); expected the DICOM data "
            "dictionary beside the library",
            entries - before, before));
  }
}

}  // namespace

void start_dcmtk() {
  static std::once_flag once;
  std::call_once(once, [] {
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    load_dictionary();
    DJDecoderRegistration::registerCodecs();
    DJLSDecoderRegistration::registerCodecs();
  });
}

}  // namespace aicovid::dicom
