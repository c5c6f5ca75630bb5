#pragma once

#include <aicovid/gate.hpp>

#include <dcmtk/dcmdata/dctk.h>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid::dicom {

/// What a file has against the standard and yet can be read in one way alone: reasons of the code
/// `nonconformant`, each once.
using Deviations = std::vector<GateReason>;

/// @param tag  "" where it is not one attribute
void note(Deviations& deviations, std::string_view tag, std::string_view found,
          std::string_view expected);

/// Those that are not among the reasons yet.
void append(std::vector<GateReason>& reasons, const Deviations& deviations);

/// Whether a tag is one of the dictionary's own: no private one, and no group length of a group
/// that may be any. Of others, two to four bytes may be letters of a name that a damaged file lets
/// one take for a tag.
bool is_listed(const DcmTagKey& key);

/// "gggg,eeee" of a tag as it stands in a file where it is listed, else "(unlisted tag)".
std::string found_tag(const DcmTagKey& key);
/// The same with the place of what is not listed: "(unlisted tag) at byte 12".
std::string found_tag(const DcmTagKey& key, std::size_t at);

}  // namespace aicovid::dicom
