#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace aicovid::dicom {

/// The text that stands for any header text outside the lists of this file, which is never
/// repeated.
inline constexpr std::string_view kUnlisted = "(unlisted value)";
/// What a gate reason says of an attribute that is absent or empty.
inline constexpr std::string_view kAbsent = "(absent)";

// Each of these functions takes the text of an attribute as stored, and returns the list's own
// spelling: "" for blank text, `kUnlisted` for text outside the list.

/// Modality (0008,0060).
std::string modality_term(std::string_view text);
/// Photometric Interpretation (0028,0004).
std::string photometric_term(std::string_view text);
/// Directory Record Type (0004,1430) of a DICOMDIR.
std::string directory_record_term(std::string_view text);
/// Patient Orientation (0020,0020), as "L\\F": up to three of the letters A P R L H F for each of
/// two directions.
std::string patient_orientation_term(std::string_view text);
/// A UID: at most 64 characters of [0-9.].
std::string uid_term(std::string_view text);

enum class ViewKind { frontal, frontal_unspecified, lateral, oblique, decubitus, other };

/// Whether a view is none of the frontal ones, and the gate has a rule of its own for it.
inline bool is_beside_frontal(ViewKind kind) {
  return kind == ViewKind::lateral || kind == ViewKind::oblique || kind == ViewKind::decubitus;
}

/// A view, by a defined term of View Position (PS3.3 C.8.7.1, C.8.11.5, C.8.11.7) or a word in use
/// beside them.
struct View {
  std::string_view term;
  ViewKind kind;
};

/// The view that the text of View Position names, in whole or by its words ("PORTABLE AP",
/// "L LATERAL").
std::optional<View> view_of_text(std::string_view text);
/// The view that a code of View Code Sequence names (PS3.16 CID 4010, as SNOMED CT or SNOMED RT).
std::optional<View> view_of_code(std::string_view code);

struct BodyPart {
  std::string_view term;
  bool has_chest;
};

/// The body part that Body Part Examined names (PS3.16 annex L), in whole or by its words
/// ("KNEE LEFT").
std::optional<BodyPart> body_part_of_text(std::string_view text);
/// The body part that a code of Anatomic Region Sequence names (PS3.16 CID 4009).
std::optional<BodyPart> body_part_of_code(std::string_view code);

/// The first word for an animal in a free text, as listed here; nothing where there is none.
std::optional<std::string_view> animal_word(std::string_view text);
/// True for "HOMO SAPIENS", "HUMAN" and the codes of Homo sapiens.
bool names_human(std::string_view text_or_code);

/// A text without leading and trailing blanks and NULs, in upper case (ASCII).
std::string normalised(std::string_view text);

}  // namespace aicovid::dicom
