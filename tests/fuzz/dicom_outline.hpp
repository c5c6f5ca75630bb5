#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace aicovid::fuzz {

using Bytes = std::vector<std::uint8_t>;

/// An element or item of a DICOM file, by position, so that it can be damaged in place.
struct Entry {
  std::uint32_t tag = 0;     ///< group and element
  std::array<char, 2> vr{};  ///< zeros where the file does not say
  std::size_t at = 0;        ///< of the tag
  std::size_t length_at = 0;
  std::size_t length_bytes = 4;  ///< 2 or 4
  std::size_t value_at = 0;
  std::size_t value_bytes = 0;  ///< those that the file has
  bool is_undefined = false;    ///< its length is
  int depth = 0;                ///< of sequences and fragments around it

  std::size_t end() const { return value_at + value_bytes; }
  bool is_item() const { return tag == 0xfffee000; }
};

/// What can be made out of a file, damaged or not. It is the mutator's own reading and shares
/// nothing with the library's.
struct Outline {
  std::vector<Entry> entries;  ///< in the file's order, nested ones behind those around them
  std::size_t dataset_at = 0;  ///< 0 without file meta information
  bool is_big_endian = false;
  bool is_explicit = true;
  std::string transfer_syntax;

  const Entry* find(std::uint32_t tag) const;
};

Outline outline_of(const Bytes& bytes);

void put(Bytes& bytes, std::size_t at, std::size_t count, std::uint32_t value, bool big_endian);

/// Replaces the value and writes its length; the lengths of sequences around it are left as they
/// are.
void set_value(Bytes& bytes, const Entry& entry, const Bytes& value, bool big_endian);

/// An element or item as the file's syntax writes it; `vr` is ignored where it does not.
Bytes encoded(const Outline& outline, std::uint32_t tag, const char* vr, const Bytes& value);

/// Writes the length of the file meta information anew (0002,0000), if it is there.
void mend_group_length(Bytes& bytes);

/// Sorts the elements of the highest level by their tags and drops all but the first of each tag,
/// so that the reader does not stop at their order.
void mend_tag_order(Bytes& bytes);

}  // namespace aicovid::fuzz
