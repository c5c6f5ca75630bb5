#include "element_check.hpp"

#include "attributes.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <utility>

namespace aicovid::dicom {
namespace {

/// How the elements of an item are written. UN of undefined length changes it (PS3.5 6.2.2).
struct Encoding {
  bool is_explicit;
  bool is_little;
};
constexpr Encoding kImplicitLittle{.is_explicit = false, .is_little = true};

/// DCMTK ends before: a level takes 1 to 2 KB of its 200 KB of stack.
constexpr int kMostLevels = 256;

/// The characters that a code string may have (PS3.5 6.2).
constexpr std::uint32_t kMostRecordType = 16;

/// The sequence delimiter that encapsulated pixel data end with (PS3.5 A.4).
constexpr std::array<std::byte, 8> kDelimiter = {std::byte{0xfe}, std::byte{0xff}, std::byte{0xdd},
                                                 std::byte{0xe0}};

struct Element {
  std::size_t at = 0;  ///< where it begins
  DcmTag tag;
  std::uint32_t length = 0;
  bool has_known_vr = true;
  bool is_undefined() const { return length == DCM_UndefinedLength; }
};

/// Thrown where lengths, items or delimiters are not as they should be.
struct Damage {
  std::size_t at;
};

/// The tags of a data set or an item, as far as they were walked over.
class Tags {
 public:
  /// @param sequence  whose item it is, null for the data set
  Tags(const Element* sequence, OutOfOrder handling) : sequence_(sequence), handling_(handling) {}

  /// @return whether the element stands behind one of a larger tag, which leaves one reading
  /// @throws Error{corrupt} if it leaves a second one
  bool add(const Element& element) {
    const bool is_late = last_ && !(last_->tag < element.tag);
    if (!is_late) {
      seen_.insert(seen_.end(), element.tag);
      last_ = element;
      return false;
    }
    if (!seen_.insert(element.tag).second) {
      throw Error(ErrorCode::corrupt, fmt::format("{} is there twice{}; expected each tag once",
                                                  name_of(element), where()));
    }
    if (!may_stand_behind(element)) fail_order(element);
    return true;
  }

  std::size_t size() const { return seen_.size(); }

  /// Whether the pixels were there, which are the last part of an image.
  bool has_pixels() const { return last_ && last_->tag >= DCM_PixelData; }

  /// Notes an element that `add` found late.
  void note_late(Deviations& deviations, const Element& element) const {
    const bool listed = is_listed(element.tag);
    note(deviations, listed ? tag_of(element.tag) : "",
         fmt::format("{}behind {}{}", listed ? "" : name_of(element) + " ", name_of(*last_),
                     where()),
         "tags in ascending order");
  }

 private:
  /// Whether a late element leaves one reading. Readers of headers stop at Pixel Data, and would
  /// not see it behind; groups below 0008 are not those of a data set; and of damaged data, bytes
  /// are taken for tags that nobody wrote.
  bool may_stand_behind(const Element& late) const {
    constexpr std::uint16_t first_group = 0x0008;
    const bool is_seen = sequence_ != nullptr || late.tag > DCM_PixelData || !has_pixels();
    return handling_ == OutOfOrder::note && is_seen && late.tag.getGroup() >= first_group &&
           is_plausible(*last_) && is_plausible(late);
  }

  static bool is_plausible(const Element& element) {
    const bool is_private = element.tag.getGroup() % 2 != 0;
    return is_private ? element.has_known_vr : is_listed(element.tag);
  }

  [[noreturn]] void fail_order(const Element& late) const {
    throw Error(ErrorCode::corrupt,
                fmt::format("{} stands behind {}{}; expected tags in ascending order, each once",
                            name_of(late), name_of(*last_), where()));
  }

  std::string where() const {
    return sequence_ == nullptr ? std::string()
                                : fmt::format(" in an item of {}", name_of(*sequence_));
  }

  static std::string name_of(const Element& element) { return found_tag(element.tag, element.at); }

  const Element* sequence_;
  OutOfOrder handling_;
  std::set<DcmTagKey> seen_;
  std::optional<Element> last_;  ///< the one of the largest tag
};

}  // namespace

/// The walk over the elements, which stays where it stopped.
class ElementCheck::Walk {
 public:
  Walk(std::span<const std::byte> bytes, Encoding encoding, OutOfOrder handling)
      : bytes_(bytes),
        size_(bytes.size()),
        encoding_(encoding),
        handling_(handling),
        tags_(nullptr, handling) {}

  Elements until(const DcmTagKey& stop) {
    found_ = {};
    end_.reset();
    try {
      if (stopped_at_) {
        const Element element = *stopped_at_;
        stopped_at_.reset();
        value(element, encoding_);
      }
      elements(tags_, bytes_.size(), encoding_, stop);
      if (overrun_) note_damage(*overrun_);
    } catch (const Damage& damage) {
      note_damage(overrun_ ? *overrun_ : damage);
    }
    found_.size = size_;
    found_.end = end_.value_or(size_);
    return std::move(found_);
  }

 private:
  void note_damage(const Damage& damage) {
    found_.damage =
        Error(ErrorCode::corrupt,
              fmt::format("the sequences of the DICOM data set are damaged at byte {} of {}",
                          damage.at, bytes_.size()));
  }

  /// Walks over the elements of a data set or an item, up to `end` or to the delimiter of the item.
  void elements(Tags& tags, std::size_t end, Encoding encoding, const DcmTagKey& stop) {
    while (at_ < end) {
      if (level_ == 0 && tags.has_pixels() && is_zero_from_here()) return note_zeros();
      const Element element = header(encoding);
      if (element.tag == DCM_ItemDelimitationItem && level_ > 0) return;
      if (element.tag.getEVR() == EVR_na) fail_structure();
      if (tags.add(element)) note_late(tags, element);
      // DCMTK stops at `stop` or any larger tag.
      if (level_ == 0 && !end_ && !(element.tag < stop)) end_ = element.at;
      if (element.tag == stop) {
        if (level_ == 0) stopped_at_ = element;
        return;
      }
      value(element, encoding);
    }
    if (at_ != end) note_overrun();
  }

  /// Notes the first late tag, which stands for all.
  void note_late(const Tags& tags, const Element& element) {
    if (!steps_.add(tags.size())) fail_late_steps();
    if (!std::exchange(is_noted_, true)) tags.note_late(found_.deviations, element);
  }

  bool is_zero_from_here() const {
    return std::ranges::all_of(bytes_.subspan(at_),
                               [](std::byte byte) { return byte == std::byte{0}; });
  }

  /// Notes zeros to the end of the bytes. Writers fill up blocks, those of tapes once, without Data
  /// Set Trailing Padding.
  void note_zeros() {
    note(found_.deviations, "",
         fmt::format("{} zero bytes behind the last element", bytes_.size() - at_),
         "nothing, or Data Set Trailing Padding");
    size_ = at_;
    at_ = bytes_.size();
  }

  /// Whether the bytes end where a delimiter should stand, or in the middle of it.
  bool ends_without_delimiter() const {
    const auto rest = bytes_.subspan(at_);
    return rest.size() < kDelimiter.size() &&
           std::ranges::equal(rest, std::span(kDelimiter).first(rest.size()));
  }

  /// Notes that pixel data end without their delimiter. All fragments are whole by their lengths;
  /// whether the codestream is whole, its decoder sees.
  void note_missing_delimiter() {
    note(found_.deviations, tag_of(DCM_PixelData), "no sequence delimiter", "fffe,e0dd at its end");
    const auto missing = std::span(kDelimiter).subspan(bytes_.size() - at_);
    found_.missing_end.assign(missing.begin(), missing.end());
    at_ = bytes_.size();
  }

  void value(const Element& element, Encoding encoding) {
    const DcmEVR vr = element.tag.getEVR();
    if (element.tag == DCM_DirectoryRecordType && !element.is_undefined() &&
        element.length > kMostRecordType) {
      throw Error(ErrorCode::corrupt,
                  fmt::format("{} has {} bytes; expected at most {}", tag_of(element.tag),
                              element.length, kMostRecordType));
    }
    if (element.tag == DCM_PixelData && element.is_undefined()) {
      items(element, std::nullopt);
    } else if (vr == EVR_SQ) {
      items(element, encoding);
    } else if (element.is_undefined()) {
      const bool is_bulk = vr == EVR_OB || vr == EVR_OW;
      items(element, is_bulk ? encoding : kImplicitLittle);
    } else {
      skip(element.length);
    }
  }

  /// Walks over the items of a sequence.
  /// @param encoding  of the elements in the items; nothing for fragments of pixel data
  void items(const Element& sequence, std::optional<Encoding> encoding) {
    if (++level_ > kMostLevels) fail_structure();
    const std::size_t end = end_of(sequence);
    while (at_ < end || (!encoding && level_ == 1)) {
      if (!encoding && level_ == 1 && ends_without_delimiter()) {
        note_missing_delimiter();
        break;
      }
      const Element item = header(encoding.value_or(kImplicitLittle));
      if (item.tag == DCM_SequenceDelimitationItem) break;
      if (item.tag != DCM_Item) fail_structure();
      if (encoding) {
        const Element* outer = std::exchange(sequence_, &sequence);
        Tags tags(sequence_, handling_);
        elements(tags, end_of(item), *encoding, DCM_UndefinedTagKey);
        sequence_ = outer;
      } else {
        skip(item.length);
      }
    }
    if (at_ > end) note_overrun();
    --level_;
  }

  /// Takes tag, value representation and length of an element (PS3.5 7.1.2, 7.1.3). Items and
  /// delimiters have no value representation in either encoding.
  Element header(Encoding encoding) {
    const std::size_t at = at_;
    const auto group = static_cast<std::uint16_t>(number(2, encoding));
    const auto element = static_cast<std::uint16_t>(number(2, encoding));
    DcmTag tag(group, element);
    if (!encoding.is_explicit || tag.getEVR() == EVR_na)
      return {.at = at, .tag = tag, .length = number(4, encoding)};
    const std::span<const std::byte> letters = take(2);
    const char name[3] = {std::to_integer<char>(letters[0]), std::to_integer<char>(letters[1]), 0};
    const DcmVR vr(name);
    tag.setVR(vr);
    const bool is_long = vr.usesExtendedLengthEncoding() != 0;
    if (is_long) take(2);  // reserved
    return {.at = at,
            .tag = tag,
            .length = number(is_long ? 4 : 2, encoding),
            .has_known_vr = vr.isStandard() != 0};
  }

  std::uint32_t number(std::size_t size, Encoding encoding) {
    const std::span<const std::byte> digits = take(size);
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::byte digit = digits[encoding.is_little ? size - 1 - i : i];
      value = value << 8 | std::to_integer<std::uint32_t>(digit);
    }
    return value;
  }

  /// Where a container ends. DCMTK lets it end with the bytes where its length asks for more.
  std::size_t end_of(const Element& container) const {
    return at_ + std::min<std::size_t>(container.length, bytes_.size() - at_);
  }

  std::span<const std::byte> take(std::size_t size) {
    if (size > bytes_.size() - at_) fail_structure();
    const auto taken = bytes_.subspan(at_, size);
    at_ += size;
    return taken;
  }
  void skip(std::size_t size) { take(size); }

  /// Notes that elements overran their item or sequence. DCMTK goes on behind them, and so does the
  /// walk.
  void note_overrun() {
    if (!overrun_) overrun_ = Damage{at_};
  }
  [[noreturn]] void fail_structure() const { throw Damage{at_}; }

  std::span<const std::byte> bytes_;
  std::size_t size_;  ///< of the bytes without the zeros behind the last element
  Encoding encoding_;
  OutOfOrder handling_;
  Tags tags_;  ///< of the highest level
  Elements found_;
  std::optional<std::size_t> end_;     ///< of this step
  std::optional<Element> stopped_at_;  ///< whose value was not looked at
  bool is_noted_ = false;
  LateSteps steps_;
  std::size_t at_ = 0;
  int level_ = 0;
  std::optional<Damage> overrun_;
  const Element* sequence_ = nullptr;  ///< whose items are walked
};

bool LateSteps::add(std::size_t elements) {
  constexpr std::size_t most_steps = 10'000'000;
  steps_ += elements;
  return steps_ <= most_steps;
}

void fail_late_steps() {
  throw Error(ErrorCode::corrupt,
              "too many tags are out of order; expected them in ascending order");
}

ElementCheck::ElementCheck(std::span<const std::byte> bytes, E_TransferSyntax syntax,
                           OutOfOrder handling) {
  const DcmXfer xfer(syntax);
  const Encoding encoding{.is_explicit = xfer.isExplicitVR() != 0,
                          .is_little = xfer.isLittleEndian() != 0};
  walk_ = std::make_unique<Walk>(bytes, encoding, handling);
}

ElementCheck::~ElementCheck() = default;

Elements ElementCheck::until(const DcmTagKey& stop) { return walk_->until(stop); }

}  // namespace aicovid::dicom
