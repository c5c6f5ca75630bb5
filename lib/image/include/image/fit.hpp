#pragma once

#include <aicovid/read.hpp>

#include <cstddef>
#include <functional>
#include <span>

// What the decoders that can give a part of the resolution share (`Decode::fit`).

namespace aicovid {

/// The most times that a decoder halves a picture.
inline constexpr int kMostHalvings = static_cast<int>(DecodedScale::quarter);

/// The length of a side after so many halvings, as JPEG 2000 (T.800 B-15) and libjpeg-turbo round
/// it.
inline int halved(int side, int halvings) { return (side + (1 << halvings) - 1) >> halvings; }

/// How often a picture of this size is halved: as often as `options` allow, and at most `most`
/// times.
int halvings(RasterSize size, const ReadOptions& options, int most = kMostHalvings);

/// What reads the file again at the next finer scale, for `Radiograph::Parts::finer`: it keeps a
/// copy of the bytes. Null where `scale` is full.
///
/// @param read   reads files of this kind
/// @param scale  at which the file was read
std::function<Radiograph()> finer_reader(Radiograph (*read)(std::span<const std::byte>,
                                                            const ReadOptions&),
                                         std::span<const std::byte> bytes, ReadOptions options,
                                         DecodedScale scale);

}  // namespace aicovid
