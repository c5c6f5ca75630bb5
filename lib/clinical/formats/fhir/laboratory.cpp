#include "laboratory.hpp"

#include "json.hpp"

#include <algorithm>
#include <string>

namespace aicovid {

namespace {

OfLaboratory of_laboratory_by(const Json& coding) {
  if (text_of(coding, "code") != "laboratory") return OfLaboratory::no;
  const std::string system = text_of(coding, "system");
  // The first is the name that the system had before R4.
  const bool is_known = system == "http://hl7.org/fhir/observation-category" ||
                        system == "http://terminology.hl7.org/CodeSystem/observation-category";
  return is_known ? OfLaboratory::yes : OfLaboratory::maybe;
}

}  // namespace

OfLaboratory of_laboratory(const Json& observation) {
  OfLaboratory said = OfLaboratory::no;
  const Json& categories = member(observation, "category");
  if (!categories.is_array()) return said;
  for (const Json& category : categories) {
    for (const Json& coding : codings(category)) said = std::max(said, of_laboratory_by(coding));
  }
  return said;
}

}  // namespace aicovid
