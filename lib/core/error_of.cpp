#include "core/error_of.hpp"

#include <new>

namespace aicovid {

Error error_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return {ErrorCode::out_of_memory, "the memory does not suffice"};
  } catch (...) {
    return {ErrorCode::internal, "the image could not be assessed: an unexpected failure"};
  }
}

}  // namespace aicovid
