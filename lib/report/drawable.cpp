#include "drawable.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>

namespace aicovid {

const ImageFindings& require_drawable(const Radiograph& radiograph, const RiskReport& report) {
  if (!report.findings) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the report ({}) has no findings of an image to draw",
                            to_string(report.verdict)));
  }
  if (!radiograph.has_pixels()) {
    throw Error(ErrorCode::invalid_argument, "the radiograph has no pixels to draw");
  }
  const ImageHeader& header = radiograph.header();
  if (header.rows != report.input.rows || header.columns != report.input.columns ||
      header.sop_instance_uid != report.input.sop_instance_uid) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the report is of an image of {} x {} pixels; expected one of this "
                            "radiograph, {} x {}, with the same SOP Instance UID",
                            report.input.rows, report.input.columns, header.rows, header.columns));
  }
  return *report.findings;
}

}  // namespace aicovid
