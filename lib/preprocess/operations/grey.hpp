#pragma once

#include "../host_device.hpp"
#include "../image_facts.hpp"

#include <string_view>

namespace aicovid {

/// `grey` {"voi": true}: stored value -> x in [0, 1], 0 = black.
///
/// Modality LUT or rescale, VOI LUT or window, polarity, padding: a table of 2^bits_stored numbers
/// in double, made on the host (grey_table.hpp). Source: DICOM PS3.3 C.11.1, C.11.2, C.7.6.3.1.2.
struct Grey {
  static constexpr std::string_view kName = "grey";
  bool voi = true;

  template <typename Members>
  static Grey parse(const Members& members) {
    members.allow({"voi"});
    return {.voi = members.flag("voi", true)};
  }
  void update(ImageFacts&) const {}
  template <typename Writer>
  void write(Writer&) const {}
};

/// Looks up a stored value's entry of a table. Values outside Bits Stored are clamped to it.
template <typename Entry>
struct Lookup {
  const Entry* table;  ///< entry i belongs to stored value lowest + i
  int lowest;
  int highest;

  template <typename Stored>
  AICOVID_HOST_DEVICE Entry operator()(Stored value) const {
    const int stored = value;  // NOLINT(bugprone-signed-char-misuse): int8 is a number here
    const int above = stored < lowest ? lowest : stored;
    return table[(above > highest ? highest : above) - lowest];
  }
};

}  // namespace aicovid
