#pragma once

#include <aicovid/gate.hpp>

#include <dcmtk/dcmdata/dctk.h>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid::dicom {

/// What a file has against the standard, where it can be read in one way alone: reasons of the code
/// `nonconformant`, each once.
using Deviations = std::vector<GateReason>;

/// Adds a deviation, unless it is there.
/// @param tag  "" where the deviation is not one of an attribute
void note(Deviations& deviations, std::string_view tag, std::string_view found,
          std::string_view expected);

/// Adds the deviations that are not among the reasons yet.
void append(std::vector<GateReason>& reasons, const Deviations& deviations);

/// Whether a tag is one of the dictionary's own: no private one, and no group length of a group
/// that may be any. Others are not repeated: in a damaged file, letters of a name may be taken for
/// their bytes.
bool is_listed(const DcmTagKey& key);

/// A tag of a file as messages name it: "gggg,eeee" where it is listed, else "(unlisted tag)".
std::string found_tag(const DcmTagKey& key);
/// A tag as messages name it, with the place of what is not listed: "(unlisted tag) at byte 12".
std::string found_tag(const DcmTagKey& key, std::size_t at);

}  // namespace aicovid::dicom
