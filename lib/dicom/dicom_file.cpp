#include "dicom_file.hpp"

#include "attributes.hpp"
#include "inflate.hpp"
#include "memory_stream.hpp"
#include "terms.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <array>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace aicovid::dicom {
namespace {

constexpr std::size_t kPreamble = 128;
constexpr std::string_view kPrefix = "DICM";

/// How long values may be that are read at once: all are read when they are asked for, and lengths
/// are those of the file until then.
constexpr Uint32 kNothingAtOnce = 0;

/// True where the bytes begin as file meta information or a data set does: an element of a small
/// even group, little or big endian.
bool begins_with_element(std::span<const std::byte> bytes) {
  if (bytes.size() < 8) return false;
  const auto at = [bytes](std::size_t i) { return std::to_integer<int>(bytes[i]); };
  const int group = at(0) + 256 * at(1);
  const int swapped = at(1) + 256 * at(0);
  return group == 2 || group == 8 || swapped == 8;
}

/// Meta information that notices tags which do not ascend, as `ElementCheck` does in a data set.
/// DCMTK itself finds out how meta information is encoded, so that its bytes are not walked over.
class OrderedMetaInfo : public DcmMetaInfo {
 public:
  OFCondition insert(DcmElement* element, OFBool replace_old, OFBool check_order) override {
    if (element != nullptr) {
      const DcmTagKey& tag = element->getTag();
      if (!seen_.insert(tag).second) twice_ = tag;
      if (last_ && tag < *last_ && !late_) late_.emplace(tag, *last_);
      // DCMTK disposes of an element that is not inserted, and reads on.
      if (last_ && !(*last_ < tag) && !steps_.add(seen_.size())) {
        too_many_ = true;
        return EC_DoubledTag;
      }
      if (!last_ || *last_ < tag) last_ = tag;
    }
    return DcmMetaInfo::insert(element, replace_old, check_order);
  }

  /// Notes the first late tag; to be called once all is read.
  /// @throws Error{corrupt} if a tag was there twice, or too many behind larger ones
  void check(Deviations& deviations) const {
    if (twice_) {
      throw Error(ErrorCode::corrupt,
                  fmt::format("{} is there twice; expected each tag once", found_tag(*twice_)));
    }
    if (too_many_) fail_late_steps();
    if (!late_) return;
    const auto& [tag, last] = *late_;
    note(deviations, is_listed(tag) ? tag_of(tag) : "", fmt::format("behind {}", found_tag(last)),
         "tags in ascending order");
  }

 private:
  std::set<DcmTagKey> seen_;
  std::optional<DcmTagKey> last_;  ///< the largest tag
  std::optional<DcmTagKey> twice_;
  LateSteps steps_;
  bool too_many_ = false;
  std::optional<std::pair<DcmTagKey, DcmTagKey>>
      late_;  ///< the first late tag, and the one before it
};

/// Refuses what does not begin as a DICOM file. Without the meta information the transfer syntax
/// would have to be guessed, and a wrong guess can give a picture.
void check_preamble(std::span<const std::byte> bytes) {
  const bool is_dicom = bytes.size() >= kPreamble + kPrefix.size() &&
                        std::string_view(reinterpret_cast<const char*>(bytes.data()) + kPreamble,
                                         kPrefix.size()) == kPrefix;
  if (is_dicom) return;
  throw Error(ErrorCode::corrupt,
              begins_with_element(bytes)
                  ? "a DICOM data set without preamble and 'DICM' (PS3.10 7.1), or of ACR-NEMA; "
                    "expected a DICOM file"
                  : "not a DICOM file: no 'DICM' at byte 128");
}

/// A group length that ends before the meta information does, so that DCMTK would look for the rest
/// of the group in the data set.
struct ShortGroupLength {
  std::uint64_t at;      ///< where its value stands
  std::uint32_t found;   ///< its value
  std::uint32_t actual;  ///< what it should be
};

/// Gives the group length where it is too short, and refuses one that is too long. DCMTK reads as
/// much as the group length says, sequences of the data set too, and ends by an exception at some
/// of them: a length that is too long would have that as a second reading.
std::optional<ShortGroupLength> check_meta_length(std::span<const std::byte> bytes) {
  const auto little_endian = [bytes](std::size_t at, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = size; i-- > 0;)
      value = value << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
    return value;
  };
  constexpr std::size_t prefix = 132;
  constexpr std::size_t long_header = 12;
  constexpr std::uint32_t undefined = 0xffffffff;
  std::uint64_t end = 0;
  std::optional<ShortGroupLength> group;
  bool is_explicit = true;
  const auto too_short = [&](std::uint64_t at) -> std::optional<ShortGroupLength> {
    if (!group || !is_explicit || at <= end) return std::nullopt;
    group->actual = static_cast<std::uint32_t>(at - (group->at + 4));
    return group;
  };
  for (std::uint64_t at = prefix; at + long_header <= bytes.size();) {
    if (little_endian(at, 2) != 0x0002) {
      if (at >= end) return too_short(at);
      throw Error(
          ErrorCode::corrupt,
          fmt::format("the group length {} of the file meta information reaches into the data "
                      "set; expected its own length",
                      tag_of(DCM_FileMetaInformationGroupLength)));
    }
    const std::string vr = {static_cast<char>(bytes[at + 4]), static_cast<char>(bytes[at + 5])};
    is_explicit = is_explicit && DcmVR(vr.c_str()).isStandard();
    const bool is_long = DcmVR(vr.c_str()).usesExtendedLengthEncoding();
    const std::uint32_t length = is_long ? little_endian(at + 8, 4) : little_endian(at + 6, 2);
    if (vr == "SQ" || length == undefined) {
      throw Error(ErrorCode::corrupt,
                  "the DICOM file meta information holds a sequence; expected none");
    }
    const bool is_group_length = little_endian(at + 2, 2) == 0 && !is_long && length >= 4;
    const std::uint32_t group_length = is_group_length ? little_endian(at + 8, 4) : 0;
    at += (is_long ? long_header : 8) + length;
    if (is_group_length) {
      if (end != 0) {
        throw Error(ErrorCode::corrupt, fmt::format("{} is there twice; expected each tag once",
                                                    tag_of(DCM_FileMetaInformationGroupLength)));
      }
      end = at + group_length;
      if (length == 4) group = {.at = at - length, .found = group_length, .actual = 0};
    }
  }
  return std::nullopt;
}

/// The preamble and the meta information with the group length that they should have.
std::vector<std::byte> with_group_length(std::span<const std::byte> bytes,
                                         const ShortGroupLength& group) {
  const auto whole = bytes.first(group.at + 4 + group.actual);
  std::vector<std::byte> sound(whole.begin(), whole.end());
  for (std::size_t i = 0; i < 4; ++i)
    sound[group.at + i] = static_cast<std::byte>(group.actual >> (8 * i));
  return sound;
}

}  // namespace

DicomFile::DicomFile(std::span<const std::byte> bytes) {
  check_preamble(bytes);
  read_meta(bytes);
  const std::string uid = uid_term(text(meta_, DCM_TransferSyntaxUID));
  if (uid.empty()) {
    throw Error(ErrorCode::corrupt,
                fmt::format("{} is absent; expected a UID", tag_of(DCM_TransferSyntaxUID)));
  }
  syntax_ = DcmXfer(uid.c_str()).getXfer();
  if (syntax_ == EXS_DeflatedLittleEndianExplicit) {
    inflated_ = inflate_dataset(bytes_);
    bytes_ = inflated_;
    syntax_ = EXS_LittleEndianExplicit;
  }
  // A syntax that DCMTK does not know encodes the header as explicit VR little endian, and its
  // pixels are encapsulated as those of JPEG 2000 are (PS3.5 A.4).
  if (syntax_ == EXS_Unknown) syntax_ = EXS_JPEG2000LosslessOnly;
  check_encoding();
  check_.emplace(bytes_, syntax_, OutOfOrder::note);
}

void DicomFile::read_meta(std::span<const std::byte> bytes) {
  const auto short_length = check_meta_length(bytes);
  std::vector<std::byte> sound_meta;
  if (short_length) {
    sound_meta = with_group_length(bytes, *short_length);
    note(deviations_, tag_of(DCM_FileMetaInformationGroupLength),
         std::to_string(short_length->found), std::to_string(short_length->actual));
  }
  MemoryStream stream(short_length ? std::span<const std::byte>(sound_meta) : bytes);
  OrderedMetaInfo meta;
  meta.transferInit();
  OFCondition read;
  try {
    read = meta.read(stream, EXS_Unknown, EGL_noChange, DCM_MaxReadLength);
  } catch (const std::logic_error&) {  // of DCMTK's strings, whose arithmetic trusts the file
    read = EC_CorruptedData;
  }
  check_memory(read);
  if (read.bad()) {
    throw Error(ErrorCode::corrupt, "the DICOM file meta information is damaged or ends early");
  }
  meta.transferEnd();
  meta.check(deviations_);
  meta_ = meta;
  bytes_ = bytes.subspan(static_cast<std::size_t>(stream.tell()));
}

/// Refuses a data set in the other encoding than its transfer syntax says. Bytes 4 and 5 of an
/// element are the name of its value representation, or a length. Under the wrong syntax DCMTK
/// takes one for the other, and may find an end by chance.
void DicomFile::check_encoding() const {
  if (bytes_.size() < 8) return;
  const std::array<char, 3> name{std::to_integer<char>(bytes_[4]), std::to_integer<char>(bytes_[5]),
                                 '\0'};
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  const bool is_name = is_capital(name[0]) && is_capital(name[1]);
  const bool should_be_explicit = DcmXfer(syntax_).isExplicitVR();
  // A length may look like letters, and a writer may use a value representation of its own.
  const bool contradicts =
      should_be_explicit ? !is_name : is_name && DcmVR(name.data()).isStandard();
  if (!contradicts) return;
  throw Error(
      ErrorCode::corrupt,
      fmt::format("the data set begins in {} VR; expected {} VR, as of {}",
                  should_be_explicit ? "implicit" : "explicit",
                  should_be_explicit ? "explicit" : "implicit", tag_of(DCM_TransferSyntaxUID)));
}

void DicomFile::parse_until(const DcmTagKey& stop) {
  const Elements elements = check_->until(stop);
  append(deviations_, elements.deviations);
  bytes_ = bytes_.first(elements.size);
  if (!elements.missing_end.empty()) {
    completed_.assign(bytes_.begin(), bytes_.end());
    completed_.insert(completed_.end(), elements.missing_end.begin(), elements.missing_end.end());
    bytes_ = completed_;
  }
  MemoryStream stream(bytes_, parsed_);
  dataset_.transferInit();
  OFCondition status;
  try {
    status = dataset_.readUntilTag(stream, syntax_, EGL_noChange, kNothingAtOnce, stop);
  } catch (const std::logic_error&) {  // as above
    throw Error(ErrorCode::corrupt, "the DICOM data set holds a text that DCMTK cannot read");
  }
  if (stream.went_too_deep())
    throw Error(ErrorCode::corrupt, "the DICOM data set nests sequences too deep");
  check_memory(status);
  if (status.bad()) {
    // A condition's text may repeat the file's, so it is not passed on.
    throw Error(ErrorCode::corrupt,
                fmt::format("the DICOM data set is damaged, or ends early at byte {} of {}",
                            parsed_ + static_cast<std::size_t>(stream.tell()), bytes_.size()));
  }
  dataset_.transferEnd();
  if (elements.damage) throw Error(*elements.damage);
  // DCMTK has read the tag at which it stopped, and leaves it out of the data set.
  parsed_ = elements.end;
  // The check keeps all tags, for which there is no more use behind the end.
  if (stop == DCM_UndefinedTagKey) check_.reset();
}

}  // namespace aicovid::dicom
