#pragma once

#include <aicovid/scores.hpp>

#include <optional>

namespace aicovid {

/// A warning where the record has a NEWS2 total (`news2_total`) that is not the computed one. They
/// are compared only where the total is settled and every value of it, and the total itself, were
/// taken within one hour: a total of another round of vital signs may rightly differ. The one sent
/// along is never taken over.
std::optional<ClinicalWarning> sent_total_differs(const ClinicalRecord& record, const Score& news2);

}  // namespace aicovid
