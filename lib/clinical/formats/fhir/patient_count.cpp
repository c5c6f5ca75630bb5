#include "patient_count.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

namespace aicovid {

namespace {

/// Keeps which things are linked with one another.
class Links {
 public:
  explicit Links(std::size_t size) : parents_(size) {
    std::iota(parents_.begin(), parents_.end(), std::size_t{0});
  }
  /// Adds a thing that is linked with none; returns its index.
  std::size_t add() {
    parents_.push_back(parents_.size());
    return parents_.size() - 1;
  }
  std::size_t root_of(std::size_t i) {
    while (parents_[i] != i) i = parents_[i] = parents_[parents_[i]];
    return i;
  }
  void join(std::size_t a, std::size_t b) { parents_[root_of(a)] = root_of(b); }

 private:
  std::vector<std::size_t> parents_;
};

/// The numbers that patients have. A patient may have several of one system: where a mention says
/// so, they are one, and others may call the patient by either alone.
class Numbers {
 public:
  explicit Numbers(const std::vector<PatientMention>& mentions) {
    for (const PatientMention& mention : mentions) {
      for (const auto& [system, values] : mention.identity.identifiers) {
        const std::size_t first = index_of(system, *values.begin());
        for (const std::string& value : values) links_.join(index_of(system, value), first);
      }
    }
  }
  /// What equal numbers of a system have in common.
  std::size_t of(const std::string& system, const std::string& value) {
    return links_.root_of(index_of(system, value));
  }

 private:
  std::size_t index_of(const std::string& system, const std::string& value) {
    const auto found = indices_.find({system, value});
    if (found != indices_.end()) return found->second;
    return indices_.emplace(std::pair(system, value), links_.add()).first->second;
  }

  std::map<std::pair<std::string, std::string>, std::size_t> indices_;
  Links links_{0};
};

/// What linked mentions say of their patients; each entry is of one patient.
struct Group {
  std::set<std::pair<std::string, std::string>> ids;  ///< with their servers
  std::set<std::string> referenced;                   ///< addresses that are no server's
  std::set<std::string> entry_addresses;              ///< of Patients
  std::set<std::string> resources;
  std::map<std::string, std::size_t> numbers;  ///< of each system
  bool has_other_numbers = false;

  void add(const PatientMention& mention, Numbers& known) {
    const FhirIdentity& identity = mention.identity;
    if (!identity.id.empty()) ids.emplace(identity.server, identity.id);
    if (!mention.resource.empty()) {
      resources.insert(mention.resource);
      entry_addresses.insert(identity.addresses.begin(), identity.addresses.end());
    } else if (!identity.untyped.empty()) {
      referenced.insert("address " + identity.untyped);
    }
    for (const auto& [system, values] : identity.identifiers) {
      const std::size_t number = known.of(system, *values.begin());
      has_other_numbers |= numbers.emplace(system, number).first->second != number;
    }
  }

  std::size_t patients() const {
    return std::max({has_other_numbers ? std::size_t{2} : std::size_t{1}, different_ids(),
                     different_names(), resources.size()});
  }

 private:
  /// One Patient may be an entry under several names, as pages of results have it. A name that none
  /// of them has is another patient's.
  std::size_t different_names() const {
    const auto unresolved = std::ranges::count_if(
        referenced, [&](const std::string& address) { return !entry_addresses.contains(address); });
    return static_cast<std::size_t>(unresolved) + (entry_addresses.empty() ? 0 : 1);
  }

  /// An id without a server is that of any server.
  std::size_t different_ids() const {
    std::size_t count = 0;
    for (const auto& one : ids) {
      const bool is_of_a_server =
          one.first.empty() && std::ranges::any_of(ids, [&](const auto& other) {
            return !other.first.empty() && other.second == one.second;
          });
      if (!is_of_a_server) ++count;
    }
    return count;
  }
};

}  // namespace

PatientCount count_patients(const std::vector<PatientMention>& mentions) {
  Links links(mentions.size());
  std::map<std::string, std::size_t> first_of_address;
  std::map<std::pair<std::string, std::string>, std::size_t> first_of_identifier;
  for (std::size_t i = 0; i < mentions.size(); ++i) {
    const auto link = [&](auto& first_of, const auto& key) {
      links.join(i, first_of.emplace(key, i).first->second);
    };
    for (const std::string& address : mentions[i].identity.addresses) {
      link(first_of_address, address);
    }
    for (const auto& [system, values] : mentions[i].identity.identifiers) {
      for (const std::string& value : values) {
        link(first_of_identifier, std::pair(system, value));
      }
    }
  }
  Numbers numbers(mentions);
  std::map<std::size_t, Group> groups;
  PatientCount count;
  for (std::size_t i = 0; i < mentions.size(); ++i) {
    Group& group = groups[links.root_of(i)];
    group.add(mentions[i], numbers);
    if (count.first_other == 0 && (groups.size() > 1 || group.patients() > 1)) {
      count.first_other = i;
    }
  }
  for (const auto& [root, group] : groups) count.patients += group.patients();
  return count;
}

}  // namespace aicovid
