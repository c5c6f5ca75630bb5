#pragma once

#include <string>
#include <vector>

namespace aicovid {

/// Named ranges of a probability, as a publication or a hospital defines them.
struct Bands {
  std::string source;              ///< who says so
  std::vector<std::string> names;  ///< one more than `cuts`
  std::vector<double> cuts;        ///< ascending; a probability equal to a cut is in the upper band
};

}  // namespace aicovid
