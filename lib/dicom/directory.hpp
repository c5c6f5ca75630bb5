#pragma once

#include "dicom_file.hpp"

#include <aicovid/dicomdir.hpp>

#include <vector>

namespace aicovid::dicom {

/// Whether the file is a DICOMDIR.
bool is_directory(DicomFile& file);

/// Parses the records, and lists the files that a DICOMDIR refers to.
/// @throws Error{corrupt} if it is damaged or against the standard, or a file ID is none
std::vector<DirectoryEntry> entries_of(DicomFile& file);

/// Parses the records, and counts the images that a DICOMDIR refers to, whatever their file IDs.
/// @throws Error{corrupt} if it is damaged
std::size_t image_count(DicomFile& file);

}  // namespace aicovid::dicom
