#include "terms.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace aicovid::dicom {
namespace {

// clang-format off
/// Source: PS3.3 C.7.3.1.1.1, with the retired terms, and DR, which is no defined term and in wide
/// use.
constexpr auto kModalities = std::to_array<std::string_view>({
    "ANN", "AR", "ASMT", "AU", "BDUS", "BI", "BMD", "CD", "CF", "CFM", "CP", "CR", "CS", "CT",
    "CTPROTOCOL", "DD", "DF", "DG", "DM", "DMS", "DOC", "DR", "DS", "DX", "EC", "ECG", "EEG",
    "EMG", "EOG", "EPS", "ES", "FA", "FID", "FS", "GM", "HC", "HD", "IO", "IOL", "IVOCT", "IVUS",
    "KER", "KO", "LEN", "LP", "LS", "M3D", "MA", "MG", "MR", "MS", "NM", "OAM", "OCT", "OP", "OPM",
    "OPR", "OPT", "OPTBSV", "OPTENF", "OPV", "OSS", "OT", "PA", "PLAN", "POS", "PR", "PT", "PX",
    "REG", "RESP", "RF", "RG", "RTDOSE", "RTIMAGE", "RTINTENT", "RTPLAN", "RTRAD", "RTRECORD",
    "RTSEGANN", "RTSTRUCT", "RWV", "SC", "SEG", "SM", "SMR", "SR", "SRF", "ST", "STAIN",
    "TEXTUREMAP", "TG", "US", "VA", "VF", "XA", "XAPROTOCOL", "XC",
});
// clang-format on

/// Source: PS3.3 C.7.6.3.1.2.
constexpr auto kPhotometrics = std::to_array<std::string_view>(
    {"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "HSV", "ARGB", "CMYK", "YBR_FULL",
     "YBR_FULL_422", "YBR_PARTIAL_422", "YBR_PARTIAL_420", "YBR_ICT", "YBR_RCT", "XYB"});

// clang-format off
/// Source: PS3.3 F.5, with the retired terms.
constexpr auto kDirectoryRecords = std::to_array<std::string_view>({
    "PATIENT", "STUDY", "SERIES", "IMAGE", "RT DOSE", "PRIVATE", "RT STRUCTURE SET", "RT PLAN",
    "RT TREAT RECORD", "PRESENTATION", "WAVEFORM", "SR DOCUMENT", "KEY OBJECT DOC", "SPECTROSCOPY",
    "RAW DATA", "REGISTRATION", "FIDUCIAL", "MEASUREMENT", "HANGING PROTOCOL", "ENCAP DOC",
    "HL7 STRUC DOC", "VALUE MAP", "STEREOMETRIC", "PALETTE", "IMPLANT", "IMPLANT GROUP",
    "IMPLANT ASSY", "PLAN", "SURFACE", "SURFACE SCAN", "TRACT", "ASSESSMENT", "RADIOTHERAPY",
    "ANNOTATION", "INVENTORY", "OVERLAY", "MODALITY LUT", "VOI LUT", "CURVE", "TOPIC", "VISIT",
    "RESULTS", "INTERPRETATION", "STUDY COMPONENT", "STORED PRINT", "FILM SESSION", "FILM BOX",
    "IMAGE BOX", "PRINT QUEUE", "MRDR",
});
// clang-format on

constexpr auto kViews = std::to_array<View>({
    {"AP", ViewKind::frontal},
    {"PA", ViewKind::frontal},
    {"FRONTAL", ViewKind::frontal_unspecified},
    {"LL", ViewKind::lateral},
    {"RL", ViewKind::lateral},
    {"LATERAL", ViewKind::lateral},
    {"LAT", ViewKind::lateral},
    {"LLAT", ViewKind::lateral},
    {"RLAT", ViewKind::lateral},
    {"LATL", ViewKind::lateral},
    {"LATR", ViewKind::lateral},
    {"SAGITTAL", ViewKind::lateral},
    {"ML", ViewKind::lateral},
    {"LM", ViewKind::lateral},
    {"LLO", ViewKind::oblique},
    {"RLO", ViewKind::oblique},
    {"LAO", ViewKind::oblique},
    {"RAO", ViewKind::oblique},
    {"LPO", ViewKind::oblique},
    {"RPO", ViewKind::oblique},
    {"OBLIQUE", ViewKind::oblique},
    {"OBL", ViewKind::oblique},
    {"MLO", ViewKind::oblique},
    {"LMO", ViewKind::oblique},
    {"LLD", ViewKind::decubitus},
    {"RLD", ViewKind::decubitus},
    {"DECUBITUS", ViewKind::decubitus},
    {"DECUB", ViewKind::decubitus},
    {"DECUB.", ViewKind::decubitus},
    {"AXIAL", ViewKind::other},
    {"TANGENTIAL", ViewKind::other},
    {"CC", ViewKind::other},
});

struct Code {
  std::string_view code;
  std::string_view term;
};

// clang-format off
/// Source: PS3.16 CID 4010 "DX View"; SNOMED CT, then SNOMED RT of older files.
constexpr auto kViewCodes = std::to_array<Code>({
    {"399348003", "AP"}, {"R-10206", "AP"}, {"272479007", "PA"}, {"R-10214", "PA"},
    {"R-40888", "PA"}, {"399033003", "FRONTAL"}, {"R-10202", "FRONTAL"}, {"399173006", "LL"},
    {"R-10236", "LL"}, {"399198007", "RL"}, {"R-10232", "RL"}, {"399067008", "LATERAL"},
    {"R-102CD", "LATERAL"}, {"399352003", "LATERAL"}, {"R-10228", "LATERAL"},
    {"399260004", "LATERAL"}, {"R-10224", "LATERAL"}, {"30730003", "SAGITTAL"},
    {"G-A145", "SAGITTAL"}, {"399135007", "LAO"}, {"R-10220", "LAO"}, {"399356000", "RAO"},
    {"R-40985", "RAO"}, {"R-10218", "RAO"}, {"399006002", "LPO"}, {"R-10212", "LPO"},
    {"399038007", "RPO"}, {"R-10210", "RPO"}, {"399312000", "OBLIQUE"}, {"R-10208", "OBLIQUE"},
    {"399059000", "OBLIQUE"}, {"R-10216", "OBLIQUE"}, {"399160007", "OBLIQUE"},
    {"R-10204", "OBLIQUE"}, {"399132005", "OBLIQUE"}, {"R-10252", "OBLIQUE"},
    {"260427002", "OBLIQUE"}, {"R-40783", "OBLIQUE"}, {"399099002", "OBLIQUE"},
    {"R-10230", "OBLIQUE"}, {"399184004", "OBLIQUE"}, {"R-10238", "OBLIQUE"},
    {"399236003", "OBLIQUE"}, {"R-10234", "OBLIQUE"}, {"260426006", "OBLIQUE"},
    {"R-40782", "OBLIQUE"}, {"399368009", "OBLIQUE"}, {"R-10226", "OBLIQUE"},
    {"399182000", "OBLIQUE"}, {"R-102C1", "OBLIQUE"}, {"399004004", "OBLIQUE"},
    {"R-10246", "OBLIQUE"}, {"399225005", "OBLIQUE"}, {"R-10250", "OBLIQUE"},
    {"399288005", "OBLIQUE"}, {"R-10248", "OBLIQUE"}, {"399325008", "OBLIQUE"},
    {"R-10254", "OBLIQUE"}, {"399061009", "AXIAL"}, {"R-10241", "AXIAL"},
    {"399110001", "TANGENTIAL"}, {"R-102C2", "TANGENTIAL"},
});
// clang-format on

/// Terms that name a region with the lungs in it; the first ones are words that make a text one on
/// the chest.
constexpr auto kChestTerms = std::to_array<std::string_view>(
    {"CHEST", "THORAX", "LUNG", "LUNGS", "CXR", "HEART", "MEDIASTINUM", "CHESTABDOMEN",
     "CHESTABDPELVIS", "NECKCHEST", "NECKCHESTABDOMEN", "NECKCHESTABDPELV", "WHOLEBODY"});

// clang-format off
/// Source: PS3.16 annex L (terms of Body Part Examined), with the words most used in place of them.
constexpr auto kOtherBodyParts = std::to_array<std::string_view>({
    "ABDOMEN", "ABDOMENPELVIS", "ACJOINT", "ADRENAL", "ANKLE", "ANUS", "AORTA", "ARM", "BILEDUCT",
    "BLADDER", "BRAIN", "BREAST", "BRONCHUS", "BUTTOCK", "CALCANEUS", "CALF", "CAROTID", "CHEEK",
    "CLAVICLE", "COCCYX", "COLON", "CSPINE", "CTSPINE", "DUODENUM", "EAR", "ELBOW", "ESOPHAGUS",
    "EXTREMITY", "EYE", "EYELID", "FACE", "FEMUR", "FIBULA", "FINGER", "FOOT", "FOREARM",
    "FOREFOOT", "GALLBLADDER", "HAND", "HEAD", "HEADNECK", "HINDFOOT", "HIP", "HUMERUS", "IAC",
    "ILEUM", "ILIUM", "JAW", "JAWREGION", "JEJUNUM", "KIDNEY", "KNEE", "KUB", "LARYNX", "LEG",
    "LIVER", "LOWERARM", "LOWERLEG", "LOWERLIMB", "LSPINE", "LSSPINE", "MANDIBLE", "MASTOID",
    "MAXILLA", "NECK", "NOSE", "OPTICCANAL", "ORBIT", "OVARY", "PANCREAS", "PAROTID", "PATELLA",
    "PELVIS", "PELVISLOWEXTREMT", "PENIS", "PHANTOM", "PHARYNX", "PROSTATE", "RADIUS", "RECTUM",
    "RIB", "RIBS", "SACRUM", "SCALP", "SCAPULA", "SCJOINT", "SELLA", "SHOULDER", "SIJOINT",
    "SINUS", "SKULL", "SPINE", "SPLEEN", "SSPINE", "STERNUM", "STOMACH", "TESTIS", "THIGH",
    "THUMB", "THYMUS", "THYROID", "TIBIA", "TLSPINE", "TMJ", "TOE", "TONGUE", "TOOTH", "TRACHEA",
    "TSPINE", "ULNA", "UPPERARM", "UPPERLIMB", "URETER", "URETHRA", "UTERUS", "VAGINA", "WRIST",
    "ZYGOMA",
});
// clang-format on

// clang-format off
/// Source: PS3.16 CID 4009 "DX Anatomy Imaged" with annex L; SNOMED CT, then SNOMED RT.
constexpr auto kBodyPartCodes = std::to_array<Code>({
    {"51185008", "CHEST"}, {"816094009", "CHEST"}, {"T-D3000", "CHEST"}, {"39607008", "LUNG"},
    {"T-28000", "LUNG"}, {"86598002", "LUNG"}, {"T-280A0", "LUNG"}, {"72410000", "MEDIASTINUM"},
    {"T-D3300", "MEDIASTINUM"}, {"80891009", "HEART"}, {"T-32000", "HEART"},
    {"416550000", "CHESTABDOMEN"}, {"R-FAB55", "CHESTABDOMEN"}, {"416775004", "CHESTABDPELVIS"},
    {"R-FAB56", "CHESTABDPELVIS"}, {"417437006", "NECKCHEST"}, {"R-FAB52", "NECKCHEST"},
    {"416152001", "NECKCHESTABDOMEN"}, {"R-FAB53", "NECKCHESTABDOMEN"},
    {"416319003", "NECKCHESTABDPELV"}, {"R-FAB54", "NECKCHESTABDPELV"}, {"38266002", "WHOLEBODY"},
    {"T-D0010", "WHOLEBODY"}, {"818981001", "ABDOMEN"}, {"113345001", "ABDOMEN"},
    {"T-D4000", "ABDOMEN"}, {"818982008", "ABDOMENPELVIS"}, {"85856004", "ACJOINT"},
    {"T-15420", "ACJOINT"}, {"70258002", "ANKLE"}, {"T-15750", "ANKLE"}, {"76752008", "BREAST"},
    {"T-04000", "BREAST"}, {"80144004", "CALCANEUS"}, {"T-12770", "CALCANEUS"},
    {"51299004", "CLAVICLE"}, {"T-12310", "CLAVICLE"}, {"64688005", "COCCYX"},
    {"T-11BF0", "COCCYX"}, {"122494005", "CSPINE"}, {"T-11501", "CSPINE"},
    {"1217257000", "CTSPINE"}, {"16953009", "ELBOW"}, {"T-15430", "ELBOW"},
    {"32849002", "ESOPHAGUS"}, {"T-56000", "ESOPHAGUS"}, {"66019005", "EXTREMITY"},
    {"T-D0300", "EXTREMITY"}, {"91397008", "FACE"}, {"T-11196", "FACE"}, {"71341001", "FEMUR"},
    {"T-12710", "FEMUR"}, {"87342007", "FIBULA"}, {"T-12750", "FIBULA"}, {"7569003", "FINGER"},
    {"T-D8800", "FINGER"}, {"56459004", "FOOT"}, {"T-D9700", "FOOT"}, {"14975008", "FOREARM"},
    {"T-D8500", "FOREARM"}, {"85562004", "HAND"}, {"T-D8700", "HAND"}, {"69536005", "HEAD"},
    {"T-D1100", "HEAD"}, {"774007", "HEADNECK"}, {"T-D1000", "HEADNECK"}, {"29836001", "HIP"},
    {"T-D2500", "HIP"}, {"24136001", "HIP"}, {"T-15710", "HIP"}, {"85050009", "HUMERUS"},
    {"T-12410", "HUMERUS"}, {"661005", "JAWREGION"}, {"T-D1213", "JAWREGION"},
    {"72696002", "KNEE"}, {"T-D9200", "KNEE"}, {"4596009", "LARYNX"}, {"T-24100", "LARYNX"},
    {"30021000", "LEG"}, {"T-D9400", "LEG"}, {"61685007", "LOWERLIMB"}, {"T-D9000", "LOWERLIMB"},
    {"122496007", "LSPINE"}, {"T-11503", "LSPINE"}, {"1217253001", "LSSPINE"},
    {"91609006", "MANDIBLE"}, {"T-11180", "MANDIBLE"}, {"70925003", "MAXILLA"},
    {"T-11170", "MAXILLA"}, {"45048000", "NECK"}, {"T-D1600", "NECK"}, {"74386004", "NOSE"},
    {"T-11149", "NOSE"}, {"363654007", "ORBIT"}, {"T-D14AE", "ORBIT"}, {"64234005", "PATELLA"},
    {"T-12730", "PATELLA"}, {"816092008", "PELVIS"}, {"12921003", "PELVIS"},
    {"T-D6000", "PELVIS"}, {"706342009", "PHANTOM"}, {"R-FE0C7", "PHANTOM"}, {"113197003", "RIB"},
    {"T-11300", "RIB"}, {"54735007", "SACRUM"}, {"T-11AD0", "SACRUM"}, {"79601000", "SCAPULA"},
    {"T-12280", "SCAPULA"}, {"7844006", "SCJOINT"}, {"T-15610", "SCJOINT"},
    {"16982005", "SHOULDER"}, {"T-D2220", "SHOULDER"}, {"39723000", "SIJOINT"},
    {"T-15680", "SIJOINT"}, {"2095001", "SINUS"}, {"T-22000", "SINUS"}, {"89546000", "SKULL"},
    {"T-11100", "SKULL"}, {"421060004", "SPINE"}, {"T-D04FF", "SPINE"}, {"56873002", "STERNUM"},
    {"T-11210", "STERNUM"}, {"68367000", "THIGH"}, {"T-D9100", "THIGH"}, {"76505004", "THUMB"},
    {"T-D8810", "THUMB"}, {"1217256009", "TLSPINE"}, {"53620006", "TMJ"}, {"T-15290", "TMJ"},
    {"29707007", "TOE"}, {"T-D9800", "TOE"}, {"44567001", "TRACHEA"}, {"T-25000", "TRACHEA"},
    {"122495006", "TSPINE"}, {"T-11502", "TSPINE"}, {"40983000", "UPPERARM"},
    {"T-D8200", "UPPERARM"}, {"53120007", "UPPERLIMB"}, {"T-D8000", "UPPERLIMB"},
    {"74670003", "WRIST"}, {"T-15460", "WRIST"},
});
// clang-format on

// clang-format off
/// Words of veterinary radiography. "CAT" is left out: it also means computed axial tomography;
/// "PIG" is half of a drain, and "RAT" an abbreviation.
constexpr auto kAnimalWords = std::to_array<std::string_view>({
    "VETERINARY", "VETERINARIAN", "CANINE", "DOG", "DOGS", "PUPPY", "FELINE", "CATS", "KITTEN",
    "EQUINE", "HORSE", "PONY", "BOVINE", "CATTLE", "PORCINE", "SWINE", "OVINE", "SHEEP", "CAPRINE",
    "GOAT", "AVIAN", "RABBIT", "FERRET", "REPTILE", "RODENT", "MOUSE", "MURINE", "PRIMATE",
    "MACAQUE", "MONKEY", "K9", "ANIMAL",
});
// clang-format on

/// Words that, behind the word for an animal, make it what befell a human, or a part of one.
constexpr auto kHumanContexts =
    std::to_array<std::string_view>({"BITE", "BITES", "BITTEN", "SCRATCH", "ATTACK", "KICK",
                                     "ALLERGY", "FLU", "INFLUENZA", "POX", "VALVE"});

template <typename List>
bool contains(const List& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

template <typename List>
std::string listed(const List& list, std::string_view text) {
  const std::string upper = normalised(text);
  if (upper.empty()) return {};
  return contains(list, upper) ? upper : std::string(kUnlisted);
}

bool is_letter_or_digit(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// The runs of letters and digits of a normalised text, as views of it.
std::vector<std::string_view> words_of(std::string&&) = delete;
std::vector<std::string_view> words_of(const std::string& upper) {
  const std::string_view text = upper;
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_letter_or_digit(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_letter_or_digit(text[end])) ++end;
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

std::optional<View> view_of_term(std::string_view term) {
  const auto found = std::ranges::find(kViews, term, &View::term);
  if (found == kViews.end()) return std::nullopt;
  return *found;
}

std::optional<BodyPart> body_part_of_term(std::string_view term) {
  if (const auto chest = std::ranges::find(kChestTerms, term); chest != kChestTerms.end()) {
    return BodyPart{*chest, true};
  }
  const auto other = std::ranges::find(kOtherBodyParts, term);
  if (other == kOtherBodyParts.end()) return std::nullopt;
  return BodyPart{*other, false};
}

std::optional<std::string_view> term_of_code(std::span<const Code> codes, std::string_view code) {
  const std::string upper = normalised(code);
  const auto found = std::ranges::find(codes, std::string_view(upper), &Code::code);
  if (found == codes.end()) return std::nullopt;
  return found->term;
}

}  // namespace

std::string normalised(std::string_view text) {
  const auto is_blank = [](char c) {
    return c == ' ' || c == '\0' || c == '\t' || c == '\r' || c == '\n';
  };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

std::string modality_term(std::string_view text) { return listed(kModalities, text); }

std::string photometric_term(std::string_view text) { return listed(kPhotometrics, text); }

std::string directory_record_term(std::string_view text) { return listed(kDirectoryRecords, text); }

std::string patient_orientation_term(std::string_view text) {
  const std::string upper = normalised(text);
  if (upper.empty()) return {};
  const std::size_t split = upper.find('\\');
  if (split == std::string::npos) return std::string(kUnlisted);
  const std::string row = normalised(upper.substr(0, split));
  const std::string column = normalised(upper.substr(split + 1));
  const auto is_direction = [](std::string_view letters) {
    return !letters.empty() && letters.size() <= 3 &&
           letters.find_first_not_of("APRLHF") == std::string_view::npos;
  };
  if (!is_direction(row) || !is_direction(column)) return std::string(kUnlisted);
  return row + '\\' + column;
}

std::string uid_term(std::string_view text) {
  const std::string uid = normalised(text);
  const bool valid = uid.size() <= 64 && uid.find_first_not_of("0123456789.") == std::string::npos;
  return valid ? uid : std::string(kUnlisted);
}

std::optional<View> view_of_text(std::string_view text) {
  const std::string upper = normalised(text);
  if (const auto whole = view_of_term(upper)) return whole;
  // A text of several words names a view of the most special kind among them: "AP LATERAL
  // DECUBITUS" is a decubitus view.
  const auto rank = [](ViewKind kind) {
    switch (kind) {
      case ViewKind::decubitus:
        return 5;
      case ViewKind::oblique:
        return 4;
      case ViewKind::lateral:
        return 3;
      case ViewKind::other:
        return 2;
      case ViewKind::frontal:
        return 1;
      case ViewKind::frontal_unspecified:
        return 0;
    }
    return 0;
  };
  std::optional<View> best;
  for (const std::string_view word : words_of(upper)) {
    const auto view = view_of_term(word);
    if (view && (!best || rank(view->kind) > rank(best->kind))) best = view;
  }
  return best;
}

std::optional<View> view_of_code(std::string_view code) {
  const auto term = term_of_code(kViewCodes, code);
  return term ? view_of_term(*term) : std::nullopt;
}

std::optional<BodyPart> body_part_of_text(std::string_view text) {
  const std::string upper = normalised(text);
  if (const auto whole = body_part_of_term(upper)) return whole;
  std::optional<BodyPart> found;
  for (const std::string_view word : words_of(upper)) {
    const auto part = body_part_of_term(word);
    if (part && part->has_chest) return part;
    if (part && !found) found = part;
  }
  return found;
}

std::optional<BodyPart> body_part_of_code(std::string_view code) {
  const auto term = term_of_code(kBodyPartCodes, code);
  return term ? body_part_of_term(*term) : std::nullopt;
}

std::optional<std::string_view> animal_word(std::string_view text) {
  const std::string upper = normalised(text);
  const auto words = words_of(upper);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto found = std::ranges::find(kAnimalWords, words[i]);
    if (found == kAnimalWords.end()) continue;
    if (i + 1 < words.size() && contains(kHumanContexts, words[i + 1])) continue;
    return *found;
  }
  return std::nullopt;
}

bool names_human(std::string_view text_or_code) {
  // SNOMED RT L-85B00, SNOMED CT 337915000 (PS3.16 CID 7454) and 30996001: Homo sapiens.
  constexpr auto names = std::to_array<std::string_view>(
      {"HOMO SAPIENS", "HUMAN", "H. SAPIENS", "L-85B00", "L-85003", "337915000", "30996001"});
  return contains(names, normalised(text_or_code));
}

}  // namespace aicovid::dicom
