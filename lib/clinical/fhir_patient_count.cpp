#include "fhir_patient_count.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

namespace aicovid {

namespace {

/// Which mentions are linked with one another.
class Links {
 public:
  explicit Links(std::size_t size) : parents_(size) {
    std::iota(parents_.begin(), parents_.end(), std::size_t{0});
  }
  std::size_t root_of(std::size_t i) {
    while (parents_[i] != i) i = parents_[i] = parents_[parents_[i]];
    return i;
  }
  void join(std::size_t a, std::size_t b) { parents_[root_of(a)] = root_of(b); }

 private:
  std::vector<std::size_t> parents_;
};

/// What linked mentions say; each of these is of one patient.
struct Group {
  std::set<std::string> ids;
  std::set<std::string> servers;
  std::set<std::string> resources;

  std::size_t patients() const {
    return std::max({std::size_t{1}, ids.size(), servers.size(), resources.size()});
  }
};

}  // namespace

PatientCount count_patients(const std::vector<PatientMention>& mentions) {
  Links links(mentions.size());
  std::map<std::string, std::size_t> first_of_key;
  for (std::size_t i = 0; i < mentions.size(); ++i) {
    for (const std::string& key : mentions[i].identity.keys) {
      links.join(i, first_of_key.emplace(key, i).first->second);
    }
  }
  std::map<std::size_t, Group> groups;
  PatientCount count;
  for (std::size_t i = 0; i < mentions.size(); ++i) {
    Group& group = groups[links.root_of(i)];
    const FhirIdentity& identity = mentions[i].identity;
    if (!identity.id.empty()) group.ids.insert(identity.id);
    if (!identity.server.empty()) group.servers.insert(identity.server);
    if (!mentions[i].resource.empty()) group.resources.insert(mentions[i].resource);
    if (count.first_other == 0 && (groups.size() > 1 || group.patients() > 1)) {
      count.first_other = i;
    }
  }
  for (const auto& [root, group] : groups) count.patients += group.patients();
  return count;
}

}  // namespace aicovid
