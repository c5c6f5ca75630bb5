#include "picture_file.hpp"

#include "findings/lung_mask.hpp"

#include <aicovid/error.hpp>
#include <aicovid/report.hpp>

namespace aicovid {

void write_lung_mask(const Radiograph& radiograph, const RiskReport& report,
                     const std::filesystem::path& file) {
  const ImageFindings& findings = require_drawable(radiograph, report);
  const Radiograph drawn = at_scale_of(report, radiograph);
  if (findings.mask.empty()) {
    throw Error(ErrorCode::invalid_argument,
                "the report has no lung mask: its model has no network of the lungs");
  }
  // The file's own rows and columns, also where it was decoded at a part of its resolution.
  const int rows = drawn.header().rows;
  const int columns = drawn.header().columns;
  const double factor = 1 << static_cast<int>(drawn.scale());
  const Rectangle whole{0, 0, rows / factor, columns / factor};
  const auto labels = resample_labels(findings.mask, whole, rows, columns);
  write_png({.rows = rows,
             .columns = columns,
             .channels = 1,
             .pixels = labels.data(),
             .row_bytes = static_cast<std::size_t>(columns)},
            file);
}

}  // namespace aicovid
