#include "decode.hpp"
#include "jpeg2000_codestream.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <openjph/ojph_arch.h>
#include <openjph/ojph_codestream.h>
#include <openjph/ojph_file.h>
#include <openjph/ojph_mem.h>
#include <openjph/ojph_message.h>
#include <openjph/ojph_params.h>
#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <string>

namespace aicovid::dicom {
namespace {

/// What OpenJPH warned of while this thread decoded. It decodes on, but every warning of its
/// decoder is of data that is missing or contradicts itself.
thread_local std::string warning;

std::string formatted(const char* format, std::va_list arguments) {
  char line[256];
  std::vsnprintf(line, sizeof line, format, arguments);
  std::string text = line;
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

class KeepWarning : public ojph::message_warning {
 public:
  void operator()(int, const char*, int, const char* format, ...) override {
    std::va_list arguments;
    va_start(arguments, format);
    warning = formatted(format, arguments);
    va_end(arguments);
  }
};

class ThrowError : public ojph::message_error {
 public:
  void operator()(int, const char*, int, const char* format, ...) override {
    std::va_list arguments;
    va_start(arguments, format);
    const std::string text = formatted(format, arguments);
    va_end(arguments);
    throw std::runtime_error(text);
  }
};

class Silence : public ojph::message_info {
 public:
  void operator()(int, const char*, int, const char*, ...) override {}
};

/// OpenJPH's own handlers write to the standard error stream.
void take_messages() {
  static std::once_flag once;
  std::call_once(once, [] {
    static KeepWarning keep;
    static ThrowError raise;
    static Silence silence;
    ojph::configure_warning(&keep);
    ojph::configure_error(&raise);
    ojph::configure_info(&silence);
  });
}

Cells decode(const Codestream& codestream, const ImageHeader& header, Decode mode) {
  ojph::mem_infile file;
  file.open(reinterpret_cast<const ojph::ui8*>(codestream.bytes.data()), codestream.bytes.size());
  // Its resilience, which makes up what is missing, stays off.
  ojph::codestream decoder;
  decoder.read_headers(&file);
  const int reduction =
      halvings(header, mode, static_cast<int>(decoder.access_cod().get_num_decompositions()));
  if (reduction > 0) {
    const auto skipped = static_cast<ojph::ui32>(reduction);
    decoder.restrict_input_resolution(skipped, skipped);
  }
  decoder.create();
  const int rows = halved(header.rows, reduction);
  const int columns = halved(header.columns, reduction);
  const ojph::param_siz size = decoder.access_siz();
  if (size.get_recon_height(0) != static_cast<ojph::ui32>(rows) ||
      size.get_recon_width(0) != static_cast<ojph::ui32>(columns)) {
    fail_pixel_data(fmt::format("was decoded to {} x {} pixels; expected {} x {}",
                                size.get_recon_height(0), size.get_recon_width(0), rows, columns));
  }
  SampleWriter writer(codestream, header, rows, columns, reduction);
  for (int row = 0; row < rows; ++row) {
    ojph::ui32 component = 0;
    const ojph::line_buf* line = decoder.pull(component);
    if (line == nullptr || line->size < static_cast<std::size_t>(columns))
      fail_pixel_data("holds a codestream that ends early");
    writer.write({line->i32, static_cast<std::size_t>(columns)});
  }
  return writer.take();
}

}  // namespace

Cells decode_htj2k(std::span<const std::byte> stream, const ImageHeader& header, Decode mode) {
  const Codestream codestream = jpeg2000_codestream(stream, header);
  check_tile_parts(codestream);
  take_messages();
  warning.clear();
  Cells cells;
  std::string error;
  try {
    cells = decode(codestream, header, mode);
  } catch (const Error&) {
    throw;
  } catch (const std::runtime_error& caught) {
    error = caught.what();
  }
  if (!error.empty()) fail_pixel_data(fmt::format("cannot be decoded: {}", error));
  if (!warning.empty()) fail_pixel_data(fmt::format("is damaged: {}", warning));
  return cells;
}

}  // namespace aicovid::dicom
