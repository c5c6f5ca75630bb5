"""DICOM files of one image, for tests that change what they need."""

from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

DX = "1.2.840.10008.5.1.4.1.1.1.1"
CR = "1.2.840.10008.5.1.4.1.1.1"


def dataset_of(pixels, bits=None, *, sop_class=DX, modality="DX", photometric="MONOCHROME2", syntax=ExplicitVRLittleEndian, **changes):
    """A PA chest image of the pixels [rows,columns] or [rows,columns,3].

    @param bits     stored, by default all that the pixels' type has
    @param changes  attributes by keyword, set before the pixels
    """
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID, meta.TransferSyntaxUID = sop_class, generate_uid(), syntax
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class, meta.MediaStorageSOPInstanceUID
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(), generate_uid()
    dataset.Modality, dataset.ViewPosition, dataset.BodyPartExamined = modality, "PA", "CHEST"
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1 if pixels.ndim == 2 else 3, photometric
    if pixels.ndim == 3:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = pixels.dtype.itemsize * 8
    dataset.BitsStored = bits or dataset.BitsAllocated
    dataset.HighBit, dataset.PixelRepresentation = dataset.BitsStored - 1, int(pixels.dtype.kind == "i")
    for name, value in changes.items():
        setattr(dataset, name, value)
    dataset.PixelData = pixels.tobytes()
    dataset["PixelData"].VR = "OW" if dataset.BitsAllocated == 16 else "OB"
    return dataset


def write_dicom(path, pixels, bits=None, **members):
    """`dataset_of` as a file."""
    dataset_of(pixels, bits, **members).save_as(path, enforce_file_format=True)
    return path
