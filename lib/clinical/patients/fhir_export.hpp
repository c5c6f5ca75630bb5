#pragma once

#include "place.hpp"

#include <aicovid/clinical_patients.hpp>

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace aicovid {

/// The resources of a FHIR export (Bulk Data: one resource a line), grouped by patient. It keeps
/// where each is, not what it holds, and so takes little memory beside the texts.
class FhirExport {
 public:
  /// Adds a resource that is no Bundle.
  ///
  /// @param text  what `resource` was parsed from; it must stay until the patients were taken
  void add(std::string_view text, const nlohmann::json& resource, const Place& place);

  /// Notes that something could not be read, which may be of any patient. Then no List counts that
  /// says a patient has no problems.
  void note_damage() { has_damage_ = true; }

  /// How many resources have been added and are kept.
  std::size_t size() const { return size_; }

  /// Gives a patient for each Patient, in the order of their places, then what leads to none.
  ///
  /// @param files  the names that Place::file counts, for options that ask for ids
  void take_patients(const ClinicalPatientsOptions& options, const std::vector<std::string>& files,
                     const TakePatient& take) const;

 private:
  struct Resource {
    std::string_view text;
    Place place;
    std::string type;  ///< as messages name it
  };
  /// What is said of one logical id.
  struct Group {
    std::vector<Resource> patients;  ///< usually one, several of paged results or versions
    std::vector<Resource> others;
  };

  /// What the resources refer to of what is shared, each address once, with all its versions.
  std::vector<nlohmann::json> referenced(const std::vector<nlohmann::json>& resources) const;
  ClinicalPatient patient_of(const Group& group, const std::string& id,
                             const ClinicalPatientsOptions& options, bool is_whole) const;

  std::unordered_map<std::string, Group> groups_;  ///< by logical id
  std::vector<Group> nameless_;                    ///< Patients without an id
  std::vector<Resource> astray_;                   ///< of no patient, or of two
  /// Places, devices, medicines and specimens, which several patients may refer to, or which do not
  /// say whose they are, by "Location/7"; all versions.
  std::unordered_map<std::string, std::vector<Resource>> shared_;
  std::size_t size_ = 0;
  bool has_damage_ = false;
};

}  // namespace aicovid
