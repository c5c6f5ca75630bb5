#include "findings/picture.hpp"

#include <aicovid/error.hpp>

#include <algorithm>
#include <limits>
#include <vector>

namespace aicovid {

Picture read_picture(const Tensor& probabilities) {
  if (probabilities.shape() != std::vector<std::int64_t>{1, kPictureClasses}) {
    throw Error(ErrorCode::bad_bundle, "the lung network's output picture is not [1,9]");
  }
  const auto classes = probabilities.floats();
  const auto of = [&](std::size_t index) { return static_cast<double>(classes[index]); };
  Picture picture{.not_a_chest = of(8)};
  double chest = 0;
  for (std::size_t turn = 0; turn < 4; ++turn) {
    picture.turned[turn] = of(turn) + of(turn + 4);
    picture.inverted += of(turn + 4);
    chest += picture.turned[turn];
  }
  // Where it is surely no chest, nothing is known of how it is turned.
  chest = std::max(chest, std::numeric_limits<double>::min());
  picture.inverted /= chest;
  for (double& turned : picture.turned) turned /= chest;
  return picture;
}

}  // namespace aicovid
