#include <aicovid/version.hpp>

namespace aicovid {

std::string version() { return AICOVID_VERSION; }

}  // namespace aicovid
