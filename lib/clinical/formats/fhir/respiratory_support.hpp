#pragma once

#include "reading.hpp"
#include "referenced.hpp"
#include "standing.hpp"

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace aicovid {

/// What a treatment or a device gives, from the least to the most. A later one stands for more.
enum class Support {
  none,
  device,  ///< a cannula, a mask or a tube, which does not say what flows through it
  oxygen,
  hfnc,
  niv,
  ventilation,  ///< by a machine, through a mask or a tube
  imv,
  ecmo,
};

/// What the codes of a CodeableConcept say of respiratory support, by SNOMED CT.
Support support_of(const nlohmann::json& concept_);

/// Whether a Procedure is of respiratory support.
bool is_of_support(const nlohmann::json& procedure);

/// Whether a Procedure goes on, by its status.
bool is_under_way(const nlohmann::json& procedure);

/// Whether a CodeableConcept of a medicine is oxygen, by SNOMED CT, ATC or RxNorm.
bool is_of_oxygen(const nlohmann::json& medication);

/// What a Bundle says of respiratory support, by Procedures and by devices in use.
class RespiratorySupport {
 public:
  void note_procedure(const nlohmann::json& procedure, const FhirEntry& place);
  /// Takes a DeviceUseStatement, if its device is in the Bundle and has to do with breathing.
  void note_device_use(const nlohmann::json& statement, const FhirEntry& place,
                       const ReferencedResources& resources);

  /// Takes a Procedure or a DeviceUseStatement that does not count: with an unknown modifier, of
  /// nobody. It may be support all the same.
  void note_doubt(const nlohmann::json& resource, const FhirEntry& place,
                  const ReferencedResources& resources);

  /// Takes a Procedure that is under way and has no code that is read: it may be ventilation.
  void note_unread_procedure(const nlohmann::json& procedure, const FhirEntry& place);

  /// Takes a MedicationAdministration or a MedicationStatement, if it is of oxygen. It does not say
  /// how the oxygen is given, nor whether at this moment, and so stands against room air alone.
  void note_medicine(const nlohmann::json& medicine, const FhirEntry& place,
                     const ReferencedResources& resources);

  /// The entry of a support that lasts at the moment, or may; nothing where none does.
  std::optional<FhirEntry> standing(std::optional<Instant> moment) const;

  /// Adds `respiratory_support`: the greatest that lasts at the moment.
  ///
  /// @param stated_high_flow  the Observation that states it, of the moment
  void settle(std::optional<Instant> moment, std::optional<FhirEntry> stated_high_flow,
              FhirReading& reading) const;

 private:
  struct Treatment {
    Support support = Support::none;
    Course course;
    bool is_unclear = false;  ///< it says neither that it goes on nor that it is over
    FhirEntry place;
  };
  static Treatment procedure_of(const nlohmann::json& procedure, const FhirEntry& place);
  static Treatment device_use_of(const nlohmann::json& statement, const FhirEntry& place,
                                 const ReferencedResources& resources);
  void add(Treatment treatment);
  static Standing standing_of(const Treatment& treatment, std::optional<Instant> moment);

  std::vector<Treatment> treatments_;
};

}  // namespace aicovid
