#pragma once

#include <aicovid/export.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// What the gate says of an image. `forced`: it would refuse the image, but the caller insists.
enum class Verdict { accepted, flagged, refused, forced };

AICOVID_EXPORT std::string_view to_string(Verdict verdict) noexcept;

/// One finding of the gate. `found` holds numbers, UIDs and terms of fixed lists only; any other
/// text of a header is replaced by "(unlisted value)".
struct GateReason {
  std::string code;      ///< stable, see `gate_code`
  std::string tag;       ///< "gggg,eeee", empty where the reason is not one tag
  std::string found;     ///< what the file says
  std::string expected;  ///< what would have been accepted

  bool operator==(const GateReason&) const = default;
};

/// A code that the gate can give.
struct GateCode {
  std::string_view code;
  bool refuses;  ///< false: it flags
  std::string_view meaning;
  std::string_view read_from;  ///< the tags, or "pixels"
  std::string_view expected;   ///< what passes
};

/// All codes, refusing ones first. Nothing else says which code refuses.
AICOVID_EXPORT const std::vector<GateCode>& gate_codes();

/// @throws Error{internal} for an unknown code
AICOVID_EXPORT const GateCode& gate_code(std::string_view code);

/// The verdict that follows from these reasons; `forced` turns a refusal into `Verdict::forced`.
AICOVID_EXPORT Verdict verdict_of(const std::vector<GateReason>& reasons, bool forced);

}  // namespace aicovid
