#include "reservations.hpp"

#include "json.hpp"

#include <algorithm>
#include <string>

namespace aicovid {

namespace {

/// R4 has an extension for a focus that is a code. STU3 had no element for a focus, but an
/// extension for one that is a reference.
bool is_focus_extension(const Json& extension) {
  const std::string url = text_of(extension, "url");
  return url.ends_with("/observation-focusCode") || url.ends_with("/observation-focal-subject");
}

bool is_animal_extension(const Json& extension) {
  return text_of(extension, "url").ends_with("/patient-animal");
}

}  // namespace

bool has_unknown_modifier(const Json& element) {
  const Json& extensions = member(element, "modifierExtension");
  return !extensions.empty() || !member(element, "implicitRules").is_null();
}

bool is_about_another(const Json& observation) {
  const Json& subject = member(observation, "subject");
  const Json& extensions = member(observation, "extension");
  if (extensions.is_array() && std::ranges::any_of(extensions, is_focus_extension)) return true;
  const Json& focus = member(observation, "focus");
  if (!focus.is_array()) return !focus.is_null();
  return std::ranges::any_of(focus, [&](const Json& one) {
    // A display text beside the reference names nobody.
    return text_of(one, "reference").empty() ||
           text_of(one, "reference") != text_of(subject, "reference") ||
           member(one, "identifier") != member(subject, "identifier");
  });
}

bool is_animal(const Json& patient) {
  const Json& extensions = member(patient, "extension");
  return !member(patient, "animal").is_null() ||
         (extensions.is_array() && std::ranges::any_of(extensions, is_animal_extension));
}

}  // namespace aicovid
