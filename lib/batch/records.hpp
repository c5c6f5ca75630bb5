#pragma once

#include <aicovid/batch.hpp>

#include <string>
#include <unordered_map>
#include <variant>

namespace aicovid {

/// The rows of a clinical table, by their ids.
class Records {
 public:
  using Result = std::variant<ClinicalRecord, Error>;

  /// @param variables  what values a record may hold
  /// @throws FileError naming the table: `not_found`, `io`, `bad_clinical_input`, `unsupported`,
  /// and
  ///         `invalid_argument` if no row has an id, or two have one
  Records(const BatchClinical& clinical, const ClinicalVariables& variables);

  /// The id of the row that goes with an image; empty where none does.
  ///
  /// @param header  null where the image could not be read
  std::string id_of(const std::string& file, const ImageHeader* header) const;

  /// The record of the row that goes with an image, an empty one without such a row.
  /// @throws Error with which the row could not be read
  ClinicalRecord record_of(const std::string& file, const ImageHeader& header) const;

  const std::string& sha256() const noexcept { return sha256_; }

 private:
  IdMatch match_;
  std::unordered_map<std::string, Result> by_id_;
  std::string sha256_;  ///< of the table's bytes
};

}  // namespace aicovid
