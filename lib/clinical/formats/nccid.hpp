#pragma once

#include "csv_record.hpp"

#include <aicovid/clinical_explanation.hpp>
#include <aicovid/clinical_record.hpp>

#include <vector>

namespace aicovid {

/// Reads a patient's row of the National COVID-19 Chest Imaging Database: its column names
/// (schema v2.1), the units of its schema, cleaned by its published rules. Each rule that changed
/// or left out a value says so in a warning `nccid_cleaned`; columns whose unit depends on the
/// hospital are not read, with a warning `nccid_not_read`.
///
/// Source: NHSX, nccid-cleaning (MIT); NCCID_schema_compliance_v2.1.xlsx.
ClinicalExplanation explain_nccid(const std::vector<CsvCell>& row, const ClinicalOptions& options);

}  // namespace aicovid
