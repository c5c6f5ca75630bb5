#include "problem_list.hpp"

#include "json.hpp"
#include "moment.hpp"
#include "standing.hpp"

#include <algorithm>
#include <array>

namespace aicovid {

namespace {

constexpr std::array<std::string_view, 15> kDiseases = {"hypertension",
                                                        "diabetes",
                                                        "coronary_disease",
                                                        "heart_failure",
                                                        "atrial_fibrillation",
                                                        "stroke",
                                                        "dementia",
                                                        "copd",
                                                        "asthma",
                                                        "chronic_kidney_disease",
                                                        "liver_disease",
                                                        "cancer",
                                                        "hiv",
                                                        "connective_tissue_disease",
                                                        "chronic_neurological_disease"};

/// "Problem list" of HL7's example codes of List.code, and "Problem list - Reported" of LOINC, as
/// users of them give the codes.
bool is_problem_list(const Json& list) {
  const Json& code = member(list, "code");
  return has_code(code, "http://terminology.hl7.org/CodeSystem/list-example-use-codes",
                  "problems") ||
         has_code(code, kLoinc, "11450-4");
}

/// The length of a date to the day, "2020-04-01".
constexpr std::size_t kDay = 10;

bool says_nil_known(const Json& list) {
  const std::string mode = text_of(list, "mode");
  return text_of(list, "status") == "current" && (mode == "working" || mode == "snapshot") &&
         is_problem_list(list) && member(list, "entry").empty() &&
         has_code(member(list, "emptyReason"),
                  "http://terminology.hl7.org/CodeSystem/list-empty-reason", "nilknown");
}

}  // namespace

std::span<const std::string_view> diseases_of_problem_lists() { return kDiseases; }

bool is_nil_known(const Json& list, const std::string& at) {
  if (!says_nil_known(list)) return false;
  const std::string date = text_of(list, "date");
  if (text_of(list, "mode") == "working") return at.empty() || is_by(date, at);
  const auto moment = parse_timestamp(at);
  const auto day = span_of(date.substr(0, kDay));
  return moment && date.size() >= kDay && is_by(date, at) && day && day->first <= *moment &&
         *moment <= day->second;
}

bool is_list_of_problems(const Json& resource) {
  return text_of(resource, "resourceType") == "List" && text_of(resource, "status") == "current" &&
         is_problem_list(resource);
}

bool has_or_hides_problems(const Json& list) {
  return is_list_of_problems(list) && !says_nil_known(list);
}

bool has_more_pages(const Json& bundle) {
  for (const Json& entry : member(bundle, "entry")) {
    const Json& resource = member(entry, "resource");
    const bool is_bundle = text_of(resource, "resourceType") == "Bundle";
    if (is_bundle && has_more_pages(resource)) return true;
  }
  const Json& links = member(bundle, "link");
  const bool has_next = links.is_array() && std::ranges::any_of(links, [](const Json& link) {
                          return text_of(link, "relation") == "next";
                        });
  const Json& total = member(bundle, "total");
  if (has_next || !total.is_number()) return has_next;
  const auto matches = std::ranges::count_if(member(bundle, "entry"), [](const Json& entry) {
    const std::string mode = text_of(member(entry, "search"), "mode");
    return mode.empty() || mode == "match";
  });
  return total.get<double>() > static_cast<double>(matches);
}

}  // namespace aicovid
