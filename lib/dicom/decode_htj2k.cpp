#include "codestream/failure.hpp"
#include "codestream/jpeg2000_codestream.hpp"
#include "decode.hpp"
#include "jpeg2000_samples.hpp"

#include "image/fit.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <openjph/ojph_arch.h>
#include <openjph/ojph_codestream.h>
#include <openjph/ojph_file.h>
#include <openjph/ojph_mem.h>
#include <openjph/ojph_message.h>
#include <openjph/ojph_params.h>
#include <sys/types.h>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <mutex>
#include <new>
#include <string>

namespace aicovid::dicom {
namespace {

/// What OpenJPH wrote while this thread decoded. It decodes on after a warning, but every
/// warning of its decoder is of data that are missing or contradict themselves.
thread_local std::string said;

ssize_t keep(void*, const char* text, std::size_t length) {
  constexpr std::size_t most = 200;
  said.append(text, std::min(length, most - std::min(most, said.size())));
  return static_cast<ssize_t>(length);
}

/// Has OpenJPH's messages kept. It writes them to a FILE; version 0.9 never asks the objects that
/// its interface offers to handle them. The FILE is unbuffered, so that each message is kept by the
/// thread that causes it.
void take_messages() {
  static std::once_flag once;
  std::call_once(once, [] {
    const cookie_io_functions_t functions{
        .read = nullptr, .write = keep, .seek = nullptr, .close = nullptr};
    std::FILE* stream = fopencookie(nullptr, "w", functions);
    if (stream == nullptr) throw Error(ErrorCode::internal, "OpenJPH cannot be started");
    std::setvbuf(stream, nullptr, _IONBF, 0);
    ojph::set_warning_stream(stream);
    ojph::set_error_stream(stream);
  });
}

/// The first message, without OpenJPH's own "ojph error 0x... at file:line: ".
std::string first_message() {
  std::string line = said.substr(0, said.find('\n'));
  const std::size_t place = line.find(" at ");
  const std::size_t colon = line.find(": ", place == std::string::npos ? 0 : place);
  return colon == std::string::npos ? line : line.substr(colon + 2);
}

Cells decode(const Jpeg2000Codestream& codestream, const ImageHeader& header,
             const ReadOptions& options) {
  ojph::mem_infile file;
  file.open(reinterpret_cast<const ojph::ui8*>(codestream.bytes.data()), codestream.bytes.size());
  // The decoder's resilience, which makes up what is missing, stays off.
  ojph::codestream decoder;
  decoder.read_headers(&file);
  const int reduction = halvings(codestream, header, options,
                                 static_cast<int>(decoder.access_cod().get_num_decompositions()));
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

Cells decode_htj2k(std::span<const std::byte> stream, const ImageHeader& header,
                   const ReadOptions& options) {
  const Jpeg2000Codestream codestream = checked_jpeg2000_codestream(stream, header);
  check_htj2k_markers(codestream);
  take_messages();
  said.clear();
  try {
    Cells cells = decode(codestream, header, options);
    if (!said.empty()) fail_pixel_data(fmt::format("is damaged: {}", first_message()));
    return cells;
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {
    fail_pixel_data(fmt::format("cannot be decoded: {}", first_message()));
  }
}

}  // namespace aicovid::dicom
