#!/usr/bin/env python3
"""Writes the fuzzers' first inputs: make_seeds.py FOLDER makes FOLDER/fuzz_dicom, fuzz_image and fuzz_clinical.

Small synthetic pictures in every encoding that the local tools write (DCMTK, GDCM, OpenJPEG, OpenJPH), and pydicom's own
test files of up to 12 KB. docs/fuzzing.md says how the committed corpus came from these.
"""

import io
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate, encapsulate_extended, generate_fragments, generate_frames
from pydicom.uid import (
    HTJ2K, DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, HTJ2KLossless, HTJ2KLosslessRPCL,
    ImplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless,
)

SOURCE = Path(__file__).resolve().parents[2]
LARGEST = 12 * 1024


def picture(rows=33, columns=40, bits=12):
    """A ramp with an edge and a little noise."""
    y, x = np.mgrid[0:rows, 0:columns]
    noise = np.random.default_rng(20200401).integers(0, 4, (rows, columns))
    grey = ((x + 2 * y) * (1 << bits) // (columns + 2 * rows) + noise) % (1 << bits)
    grey[rows // 3 : rows // 2] = (1 << bits) - 1
    return grey.astype(np.uint16 if bits > 8 else np.uint8)


def dataset_of(pixels, bits, syntax=ExplicitVRLittleEndian, **changes):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.1"
    meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    meta.TransferSyntaxUID = syntax
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    dataset.SOPClassUID, dataset.SOPInstanceUID = meta.MediaStorageSOPClassUID, "1.2.3.4"
    dataset.Modality, dataset.ViewPosition, dataset.BodyPartExamined = "CR", "PA", "CHEST"
    dataset.PatientOrientation = ["L", "F"]
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored = pixels.dtype.itemsize * 8, bits
    dataset.HighBit, dataset.PixelRepresentation = bits - 1, int(pixels.dtype.kind == "i")
    for name, value in changes.items():
        setattr(dataset, name, value)
    dataset.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
    dataset["PixelData"].VR = "OW" if pixels.dtype.itemsize == 2 else "OB"
    return dataset


def lookup_table(first, bits, entries, vr="US"):
    item = Dataset()
    item.add_new(0x00283002, vr, [len(entries), first, bits])
    item.add_new(0x00283006, "OW", np.asarray(entries, np.uint16).tobytes())
    return [item]


def save(dataset, path):
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    path.write_bytes(buffer.getvalue())
    return path


def run(*command):
    subprocess.run([str(part) for part in command], check=True, capture_output=True)


def htj2k(pixels, bits, folder, *options):
    raw, stream = folder / "x.pgm", folder / "x.j2c"
    raw.write_bytes(b"P5 %d %d %d\n" % (pixels.shape[1], pixels.shape[0], (1 << bits) - 1) + pixels.astype(">u2").tobytes())
    run("ojph_compress", "-i", raw, "-o", stream, *options)
    return stream.read_bytes()


def encapsulated(pixels, syntax, stream):
    dataset = dataset_of(pixels, 12, syntax)
    dataset.PixelData = encapsulate([stream])
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    return dataset


def make_dicom(out, work):
    twelve, eight = picture(bits=12), picture(bits=8)
    plain = save(dataset_of(twelve, 12), out / "plain.dcm")
    plain8 = save(dataset_of(eight, 8), out / "plain8.dcm")
    save(dataset_of(twelve, 12, ImplicitVRLittleEndian), out / "implicit.dcm")
    save(dataset_of(twelve, 12, DeflatedExplicitVRLittleEndian), out / "deflated.dcm")

    signed = (twelve.astype(np.int16) - 2048).astype(np.int16)
    save(dataset_of(signed, 12, RescaleSlope="1.5", RescaleIntercept="-1000", WindowCenter=["0", "40"],
                    WindowWidth=["400", "80"], PixelPaddingValue=-2048, VOILUTFunction="SIGMOID"), out / "signed_window.dcm")
    table = dataset_of(eight, 8, PhotometricInterpretation="MONOCHROME1", PixelAspectRatio=["2", "1"],
                       PresentationLUTShape="INVERSE")
    table.ModalityLUTSequence = lookup_table(0, 12, range(0, 4096, 16))
    table.VOILUTSequence = lookup_table(100, 8, range(200))
    save(table, out / "tables.dcm")
    overlay = dataset_of(twelve | 0xF000, 12, PatientAge="064Y", PatientSex="F", PatientBirthDate="19500101",
                         StudyDate="20200401")
    overlay.ViewCodeSequence = [Dataset()]
    overlay.ViewCodeSequence[0].CodeValue = "399348003"
    save(overlay, out / "overlay_bits.dcm")

    for name, command in {
        "big_endian": ["dcmconv", "+tb"], "rle": ["dcmcrle"], "rle8": ["dcmcrle"], "jpeg_baseline8": ["dcmcjpeg", "+eb"],
        "jpeg_extended": ["dcmcjpeg", "+ee"], "jpeg_lossless": ["dcmcjpeg", "+e1"], "jpeg_14": ["dcmcjpeg", "+el"],
        "jpeg_lossless8": ["dcmcjpeg", "+e1"], "jpegls": ["dcmcjpls", "+el"], "jpegls_near8": ["dcmcjpls", "+en"],
        "rle_fragments": ["dcmcrle", "+fs", "1"], "jpegls_fragments": ["dcmcjpls", "+el", "+fs", "1"],
        "j2k": ["gdcmconv", "--j2k"], "j2k8": ["gdcmconv", "--j2k"], "j2k_lossy": ["gdcmconv", "--j2k", "--lossy", "-r", "8"],
    }.items():
        run(*command, plain8 if name.endswith("8") else plain, out / f"{name}.dcm")

    lossless = ["-reversible", "true"]
    for name, syntax, options in [("htj2k", HTJ2KLossless, lossless), ("htj2k_lossy", HTJ2K, ["-qstep", "0.01"]),
                                  ("htj2k_rpcl", HTJ2KLosslessRPCL, [*lossless, "-prog_order", "RPCL"])]:
        dataset = dataset_of(twelve, 12, syntax)
        stream = htj2k(twelve, 12, work, *options)
        if name == "htj2k_rpcl":
            frame, offsets, lengths = encapsulate_extended([stream])
            dataset.PixelData, dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths = frame, offsets, lengths
        else:
            dataset.PixelData = encapsulate([stream], fragments_per_frame=2 if name == "htj2k" else 1)
        dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
        save(dataset, out / f"{name}.dcm")

    # Tiles, precincts, layers, tile-parts and orders, which the packets of a codestream depend on.
    for name, options in {
        "tiles": ["-t", "20,17", "-n", "3"], "precincts": ["-c", "[16,16],[8,8]", "-n", "3", "-b", "8,8", "-p", "PCRL"],
        "layers": ["-r", "8,4,1"], "parts": ["-TP", "R", "-SOP", "-EPH"], "offset": ["-d", "13,7"],
    }.items():
        raw, stream = work / "x.pgm", work / "x.j2k"
        raw.write_bytes(b"P5\n40 33\n4095\n" + twelve.astype(">u2").tobytes())
        run("opj_compress", "-i", raw, "-o", stream, *options)
        save(encapsulated(twelve, JPEG2000Lossless, stream.read_bytes()), out / f"j2k_{name}.dcm")
    for name, options in {
        "tiles": ["-tile_size", "{16,16}", "-num_decomps", "2"], "order": ["-precincts", "{16,16}", "-prog_order", "CPRL", "-num_decomps", "2"],
        "offset": ["-image_offset", "{13,7}", "-num_decomps", "2"],
    }.items():
        save(encapsulated(twelve, HTJ2KLossless, htj2k(twelve, 12, work, *lossless, *options)), out / f"htj2k_{name}.dcm")

    make_nonconformant(out, plain, plain8)

    tests = Path(pydicom.__file__).parent / "data" / "test_files"
    for path in sorted(tests.rglob("*")):
        wanted = path.suffix == ".dcm" or path.name.startswith("DICOMDIR")
        if wanted and path.is_file() and path.stat().st_size <= LARGEST:
            shutil.copy(path, out / f"pydicom_{path.name}")


def make_nonconformant(out, plain, plain8):
    """What is against the standard and has one reading, or nearly: docs/dicom.md."""
    sound = plain.read_bytes()
    (out / "zeros_behind.dcm").write_bytes(sound + bytes(64))
    view = sound.find(b"\x18\x00\x01\x51CS\x02\x00PA")
    rest = sound[:view] + sound[view + 10 :]
    later = rest.find(b"\x28\x00\x02\x00US")
    (out / "tag_late.dcm").write_bytes(rest[:later] + sound[view : view + 10] + rest[later:])
    (out / "group_length_0.dcm").write_bytes(sound[:140] + bytes(4) + sound[144:])
    name = dataset_of(picture(), 12, PatientName="Mustermann^Erika")
    save(name, out / "name.dcm")
    named = (out / "name.dcm").read_bytes()
    (out / "name.dcm").unlink()
    at = named.find(b"PN\x10\x00")
    (out / "name_as_tag.dcm").write_bytes(named[: at + 2] + b"\x0e" + named[at + 3 :])
    save(dataset_of(picture(), 12, NumberOfFrames="0", Modality="DR", WindowCenter="100", WindowWidth="0.5"),
         out / "frames_0.dcm")
    for bits in (16, 8):
        table = dataset_of(picture(), 12)
        table.VOILUTSequence = lookup_table(0, bits, range(0, 4096, 16))
        save(table, out / f"voi_{bits}_of_12.dcm")
    for name in ("jpeg_lossless", "jpegls", "jpeg_lossless8", "jpegls_near8"):
        path = out / f"{name}.dcm"
        encoded = path.read_bytes()
        (out / f"{name}_no_delimiter.dcm").write_bytes(encoded[:-8])
        if name.endswith("8"):
            encoded = encoded.replace(b"\x28\x00\x00\x01US\x02\x00\x08\x00", b"\x28\x00\x00\x01US\x02\x00\x10\x00", 1)
        else:
            encoded = encoded.replace(b"\x28\x00\x02\x01US\x02\x00\x0b\x00", b"\x28\x00\x02\x01US\x02\x00\x0f\x00", 1)
        (out / f"{name}_other_cells.dcm").write_bytes(encoded)
    for name in ("j2k", "htj2k_lossy"):
        encoded = pydicom.dcmread(out / f"{name}.dcm")
        stream = b"".join(generate_fragments(encoded.PixelData[8 + int.from_bytes(encoded.PixelData[4:8], "little") :]))
        part = stream.find(b"\xff\x90")
        stream = stream[: part + 6] + bytes(4) + stream[part + 10 :]
        encoded.PixelData = encapsulate([stream.rstrip(b"\0") + b"\0"])
        save(encoded, out / f"{name}_open_part.dcm")
    save(restarts(plain8), out / "jpegls_restarts.dcm")


def restarts(plain8):
    """JPEG-LS with an interval for each of eight rows: every row is a stream of its own."""
    rows = pydicom.dcmread(plain8).pixel_array[:8]
    streams = []
    with tempfile.TemporaryDirectory() as folder:
        for row in rows:
            one = save(dataset_of(row[None, :], 8), Path(folder) / "row.dcm")
            run("dcmcjpls", "+el", one, Path(folder) / "coded.dcm")
            streams.append(next(generate_frames(pydicom.dcmread(Path(folder) / "coded.dcm").PixelData, number_of_frames=1)))
    scan = streams[0].find(b"\xff\xda")
    head = bytearray(streams[0][:scan])
    frame = head.find(b"\xff\xf7")
    head[frame + 5 : frame + 7] = len(rows).to_bytes(2, "big")
    data = [stream[scan + 10 : stream.rfind(b"\xff\xd9")] for stream in streams]
    whole = bytes(head) + bytes.fromhex("ffdd00040001") + streams[0][scan : scan + 10] + data[0]
    for i, part in enumerate(data[1:]):
        whole += bytes([0xFF, 0xD0 + i % 8]) + part
    dataset = dataset_of(rows, 8, JPEGLSLossless)
    dataset.PixelData = encapsulate([whole + b"\xff\xd9"])
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    return dataset


def make_images(out):
    eight, sixteen = Image.fromarray(picture(bits=8)), Image.fromarray(picture(bits=16))
    eight.save(out / "grey8.png")
    sixteen.save(out / "grey16.png")
    eight.convert("RGB").save(out / "rgb.png")
    eight.convert("LA").save(out / "alpha.png")
    eight.convert("P").save(out / "palette.png")
    eight.convert("1").save(out / "one_bit.png")
    exif = Image.Exif()
    exif[0x0112] = 6
    eight.save(out / "exif.png", exif=exif)
    eight.save(out / "grey.jpg", quality=60)
    eight.save(out / "exif.jpg", quality=60, exif=exif)
    eight.save(out / "progressive.jpg", quality=60, progressive=True)
    eight.convert("RGB").save(out / "rgb.jpg", quality=60)


def make_clinical(out):
    patient = json.loads((SOURCE / "examples" / "patient.json").read_text())
    (out / "patient.json").write_text(json.dumps(patient))
    (out / "comparator.json").write_text(
        '{"crp": {"value": 5, "unit": "mg/L", "comparator": "<", "time": "2020-04-01T10:00:00Z"}, "gcs": 15, "sex": "male"}')
    (out / "deepest.json").write_text('{"spo2": ' + "[" * 63 + "]" * 63 + "}")
    (out / "too_deep.json").write_text('{"spo2": ' + '{"value": ' * 64 + "1" + "}" * 65)
    (out / "slips.json").write_text('{"sex": "male", "crpp": 1, "lymphocyte": 2}')
    (out / "slips.csv").write_text("sex,CRP [mg/L],anna\nmale,5,1\n")
    (out / "declared.json").write_text(
        '{"interleukin_6": {"value": 0.25, "unit": "ng/mL", "comparator": "<=", "time": "2020-04-01T10:00:00Z"}, '
        '"frailty": {"value": 4, "comparator": ">"}, "immunosuppressed": false, "triage": "red"}')
    (out / "declared.csv").write_text(
        "interleukin_6 [ng/mL],frailty,immunosuppressed,triage,time\n<0.25,>=4,true,green,2020-04-01T10:00:00Z\n")
    (out / "declared_bundle.json").write_text(json.dumps({"resourceType": "Bundle", "entry": [{"resource": {
        "resourceType": "Observation", "status": "final", "effectiveDateTime": "2020-04-01T10:00:00Z",
        "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "26881-3"}]},
        "valueQuantity": {"value": 250, "comparator": ">", "system": "http://unitsofmeasure.org", "code": "pg/mL"}}}]},
        separators=(",", ":")))
    (out / "small.json").write_text('{"on_oxygen": true, "spo2": {"value": 94, "unit": "%"}}')
    # Each also without what costs the fuzzer bytes: a row alone, a Bundle with few entries and no blanks.
    table = (SOURCE / "examples" / "patients.csv").read_text()
    header, first, *_ = table.splitlines()
    (out / "patients.csv").write_text(table)
    (out / "patient.csv").write_text(f"{header}\r\n{first}\r\n")
    (out / "quoted.csv").write_text('"id","crp [mg/L]",spo2 [%]\n"A1","<5",">=94"\n"A""2",,\n')
    (out / "nccid.csv").write_text(
        "Age,Sex,Temperature on admission,Systolic BP,Diastolic BP,Ferritin,PaO2,FiO2\n"
        "65.9,1,37.6,[137/91] - 2020-06-02,[137/91] - 2020-06-02,[345] - 2020-03-27,9.1,4\n")
    bundle = json.loads((SOURCE / "examples" / "patient-bundle.json").read_text())
    (out / "bundle.json").write_text(json.dumps(bundle, separators=(",", ":")))
    for i in range(0, len(bundle["entry"]), 4):
        part = bundle | {"entry": bundle["entry"][:1] + bundle["entry"][1:][i : i + 4]}
        (out / f"bundle_{i}.json").write_text(json.dumps(part, separators=(",", ":")))
    person = {"resourceType": "Patient", "id": "p1", "gender": "male"}
    diabetes = {"resourceType": "Condition", "subject": {"reference": "Patient/p1"},
                "code": {"coding": [{"system": "http://snomed.info/sct", "code": "44054006"}]}}
    searchset = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": person}, {"resource": diabetes}]}
    answer = {"resourceType": "Bundle", "type": "batch-response", "entry": [{"resource": searchset}]}
    (out / "batch.json").write_text(json.dumps(answer, separators=(",", ":")))
    export = [person, diabetes, searchset, {"gcs": 15}]
    (out / "export.ndjson").write_text("".join(json.dumps(one, separators=(",", ":")) + "\n" for one in export))
    for name in ("utf-16-le", "utf-16-be"):
        (out / f"{name}.json").write_bytes('\ufeff{"gcs": 15, "sex": "m\u00e4\U0001f600"}'.encode(name))


def make_units(out):
    units = ["mg/dL", "10*9.L-1", "{cells}/uL", "mm[Hg]", "mg{FEU}/L", "umol/(min.L)", "[degF]", "10^3/uL{total}", "K/uL",
             "\u00b5g/L", "/(12.h)", "[IU]/L", "mL/min/{1.73_m2}", "x10E9/L", "1", "((kg)/(m.s2))"]
    for i, unit in enumerate(units):
        (out / f"unit_{i}").write_text(unit, encoding="utf-8")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for name in ("fuzz_dicom", "fuzz_image", "fuzz_clinical", "fuzz_ucum"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        make_dicom(folder / "fuzz_dicom", Path(work))
    make_images(folder / "fuzz_image")
    make_clinical(folder / "fuzz_clinical")
    make_units(folder / "fuzz_ucum")
