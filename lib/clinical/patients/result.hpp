#pragma once

#include <aicovid/clinical_record.hpp>
#include <aicovid/error.hpp>

#include <variant>

namespace aicovid {

/// The record that `work` makes, or the error with which it ends.
template <typename Work>
std::variant<ClinicalRecord, Error> result_of(const Work& work) {
  try {
    return work();
  } catch (const Error& error) {
    return error;
  }
}

}  // namespace aicovid
