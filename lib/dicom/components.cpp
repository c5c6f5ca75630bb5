#include "dicom/components.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <openjpeg.h>
#include <openjph/ojph_version.h>

#define AICOVID_TEXT_OF(token) #token
#define AICOVID_TEXT(macro) AICOVID_TEXT_OF(macro)

namespace aicovid {

std::vector<Component> dicom_components() {
  return {{"DCMTK", OFFIS_DCMTK_VERSION_STRING},
          {"OpenJPEG", opj_version()},
          {"OpenJPH", AICOVID_TEXT(OPENJPH_VERSION_MAJOR) "." AICOVID_TEXT(
                          OPENJPH_VERSION_MINOR) "." AICOVID_TEXT(OPENJPH_VERSION_PATCH)}};
}

}  // namespace aicovid
