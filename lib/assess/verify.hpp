#pragma once

#include "bundle/bundle.hpp"

#include <aicovid/assessor.hpp>

#include <vector>

namespace aicovid {

/// Compares the report of a golden case with what the bundle expects, one check a value.
void add_golden_checks(const GoldenCase& golden, const RiskReport& report,
                       std::vector<Check>& checks);

}  // namespace aicovid
