#pragma once

#include <nlohmann/json_fwd.hpp>

namespace aicovid {

/// Whether the element may mean another thing than what is read of it: it has a modifierExtension,
/// of which none is known here, or it is a resource with implicitRules. FHIR forbids to read on.
/// Source: FHIR R4, extensibility.html#modifierExtension and resource.html#implicitRules.
bool has_unknown_modifier(const nlohmann::json& element);

/// Whether an Observation of a patient is about something or somebody else: a fetus, a donor, a
/// device. Its focus says so, or an extension that stands for it.
bool is_about_another(const nlohmann::json& observation);

/// Whether a Patient is an animal: by the extension of R4, or by the element that STU3 had for it.
bool is_animal(const nlohmann::json& patient);

}  // namespace aicovid
