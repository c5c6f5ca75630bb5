#pragma once

#include "operations/auto_invert.hpp"
#include "operations/centre_crop.hpp"
#include "operations/channels.hpp"
#include "operations/clahe.hpp"
#include "operations/grey.hpp"
#include "operations/lung_crop.hpp"
#include "operations/median.hpp"
#include "operations/normalize.hpp"
#include "operations/pad_square.hpp"
#include "operations/percentile_clip.hpp"
#include "operations/rescale.hpp"
#include "operations/resize.hpp"

#include <tuple>
#include <variant>

namespace aicovid {

/// Where an operation may stand in a recipe.
enum class Place {
  first,           ///< once, before all others
  in_zero_to_one,  ///< once, before the resize, while greys lie in [0, 1]
  before_resize,   ///< once each, in the order of the table
  one_channel,     ///< anywhere before `channels`
  anywhere,
  resize,        ///< once
  after_resize,  ///< once
};

template <typename Operation, Place place>
struct Entry {
  using Type = Operation;
  static constexpr Place kPlace = place;
};

/// The table of operations, in which each has a line; docs/architecture.md shows how to add one.
///
/// An operation is a struct with a name, `kName`, and three functions:
/// - `parse(members)` makes it of its JSON members, and complains of those that do not serve;
/// - `update(image)` says what is known of the image after it: what later operations must know,
///   and how large the numbers can get;
/// - `write(program)` adds its steps to a program (program.hpp), or changes the region.
///
/// `members` and `program` are template parameters, so that nvcc, which compiles the arithmetic in
/// the operations' headers, reads neither the JSON library nor the parser.
using OperationTable = std::tuple<              //
    Entry<Grey, Place::first>,                  //
    Entry<AutoInvert, Place::in_zero_to_one>,   //
    Entry<LungCrop, Place::before_resize>,      //
    Entry<CentreCrop, Place::before_resize>,    //
    Entry<PadSquare, Place::before_resize>,     //
    Entry<PercentileClip, Place::one_channel>,  //
    Entry<Clahe, Place::one_channel>,           //
    Entry<Median, Place::one_channel>,          //
    Entry<Rescale, Place::anywhere>,            //
    Entry<Normalize, Place::anywhere>,          //
    Entry<Resize, Place::resize>,               //
    Entry<Channels, Place::after_resize>>;

template <typename Table>
struct AnyOf;
template <typename... Entries>
struct AnyOf<std::tuple<Entries...>> {
  using Type = std::variant<typename Entries::Type...>;
};

/// One of the operations of the table.
using Operation = AnyOf<OperationTable>::Type;

}  // namespace aicovid
