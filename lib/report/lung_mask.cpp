#include "findings/lung_mask.hpp"

#include "drawable.hpp"
#include "png.hpp"

#include <aicovid/report.hpp>

namespace aicovid {

void write_lung_mask(const Radiograph& radiograph, const RiskReport& report,
                     const std::filesystem::path& file) {
  const ImageFindings& findings = require_drawable(radiograph, report);
  const int rows = radiograph.rows();
  const int columns = radiograph.columns();
  const Rectangle whole{0, 0, static_cast<double>(rows), static_cast<double>(columns)};
  const auto labels = resample_labels(findings.mask, whole, rows, columns);
  write_png({.rows = rows,
             .columns = columns,
             .channels = 1,
             .pixels = labels.data(),
             .row_bytes = static_cast<std::size_t>(columns)},
            file);
}

}  // namespace aicovid
