#pragma once

#include <aicovid/clinical_explanation.hpp>

#include <cstddef>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

namespace aicovid {

/// The codes of a Bundle that are no variable's. Codes of LOINC, SNOMED CT and ICD-10 identify
/// nobody; a hospital's own may, and are left out.
class UnreadCodes {
 public:
  /// Takes the codes of a CodeableConcept, of one entry.
  void add(const nlohmann::json& concept_);
  std::vector<UnreadCode> list() const;

 private:
  std::map<std::pair<std::string, std::string>, std::size_t> entries_;
};

}  // namespace aicovid
