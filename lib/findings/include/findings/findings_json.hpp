#pragma once

#include "core/checked_json.hpp"

#include <aicovid/findings.hpp>

namespace aicovid {

/// The member `image` of reports and examinations: the scores, without mask and attribution.
OrderedJson findings_to_json(const ImageFindings& findings);

/// What `findings_to_json` made, of a text that its schema has checked.
ImageFindings read_findings_json(const OrderedJson& json);

}  // namespace aicovid
