#include "image/fit.hpp"

#include <algorithm>
#include <memory>
#include <vector>

namespace aicovid {

int halvings(RasterSize size, const ReadOptions& options, int most) {
  if (options.decode != Decode::fit) return 0;
  most = std::min(most, static_cast<int>(options.coarsest));
  int count = 0;
  while (count < most && halved(size.rows, count + 1) >= options.fit.rows &&
         halved(size.columns, count + 1) >= options.fit.columns) {
    ++count;
  }
  return count;
}

std::function<Radiograph()> finer_reader(Radiograph (*read)(std::span<const std::byte>,
                                                            const ReadOptions&),
                                         std::span<const std::byte> bytes, ReadOptions options,
                                         DecodedScale scale) {
  if (scale == DecodedScale::full) return {};
  options.coarsest = static_cast<DecodedScale>(static_cast<int>(scale) - 1);
  auto copy = std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end());
  return [read, copy = std::move(copy), options] { return read(*copy, options); };
}

}  // namespace aicovid
