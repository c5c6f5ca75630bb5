// Clinical records in each of the forms that are read.

#include "allocation_watch.hpp"
#include "expected_errors.hpp"

#include <aicovid/clinical_record.hpp>

#include <cmath>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aicovid;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const fuzz::AllocationWatch watch;
  fuzz::with_errors({ErrorCode::bad_clinical_input}, [&] {
    const ClinicalRecord record = ClinicalRecord::parse_json(text);
    for (const auto& [name, value] : record.canonical())
      if (!std::isfinite(value)) std::abort();
  });
  watch.check(0, size);
  return 0;
}
