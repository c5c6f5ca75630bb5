#include "core/installation.hpp"

#include <aicovid/error.hpp>

#include <dlfcn.h>

namespace aicovid {

std::filesystem::path library_directory() {
  // Any address of this library will do; a function of this file is one.
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&data_directory), &info) == 0 || info.dli_fname == nullptr) {
    throw Error(ErrorCode::internal, "the dynamic linker does not tell where the library lies");
  }
  return std::filesystem::canonical(info.dli_fname).parent_path();
}

std::filesystem::path module_file(std::string_view name) {
  const auto folder = library_directory();
  auto beside = folder / name;
  std::error_code status;
  return std::filesystem::exists(beside, status) ? beside : folder.parent_path() / "lib" / name;
}

std::filesystem::path data_directory() {
  return library_directory().parent_path() / "share" / "aicovid";
}

}  // namespace aicovid
