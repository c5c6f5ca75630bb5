#include "dicom/components.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <openjpeg.h>

namespace aicovid {

std::vector<Component> dicom_components() {
  return {{"DCMTK", OFFIS_DCMTK_VERSION_STRING}, {"OpenJPEG", opj_version()}};
}

}  // namespace aicovid
