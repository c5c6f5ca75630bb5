#pragma once

#include <aicovid/error.hpp>

#include <exception>

namespace aicovid {

/// What an exception is for one item of many: an `Error` itself, `out_of_memory` for the host's
/// memory, `internal` for what should not be.
///
/// @param failure  not null
Error error_of(const std::exception_ptr& failure);

}  // namespace aicovid
