#pragma once

namespace aicovid::dicom {

/// Prepares DCMTK for this process, once: silences its log (it would repeat header text on stderr),
/// loads the data dictionary of `data_directory()` and registers the decoders. Thread-safe.
///
/// @throws Error{internal} if the dictionary is not there or empty
/// @note   DCMTK's state is global: a program that uses DCMTK itself shares this log level and
///         dictionary.
void start_dcmtk();

}  // namespace aicovid::dicom
