#include "image/components.hpp"

#include <cstdio>
// jpeglib.h needs FILE, so that it comes after cstdio; libjpeg-turbo names its version there.
#include <jpeglib.h>
#include <png.h>

#define AICOVID_TEXT_OF(token) #token
#define AICOVID_TEXT(macro) AICOVID_TEXT_OF(macro)

namespace aicovid {

std::vector<Component> image_components() {
  return {{"libpng", png_get_libpng_ver(nullptr)},
          {"libjpeg-turbo", AICOVID_TEXT(LIBJPEG_TURBO_VERSION)}};
}

}  // namespace aicovid
