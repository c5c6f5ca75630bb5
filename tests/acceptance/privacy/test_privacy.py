"""Twenty files with names, ids and dates planted in every place that can hold text: nothing that is said repeats one."""

import json
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import aicovid
import numpy as np
import pydicom
import pytest
from conftest import SOURCE, run_cli, validate
from PIL import Image, PngImagePlugin
from pydicom.datadict import DicomDictionary
from pydicom.dataset import Dataset
from pydicom.fileset import FileSet
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from support.dicom import CR, dataset_of

# Whatever is planted holds one of these, in letters that no message of the library has.
SECRETS = ["quillfeather", "zebediah", "zqx778812", "19310417", "1931-04-17", "acc55512", "nightingale"]
NAME, ID, DATE, ACCESSION = "Quillfeather^Zebediah", "ZQX778812", "19310417", "ACC55512"

# A value of each VR that holds text.
PLANTED = {
    "PN": NAME, "LO": f"{ID} {NAME}", "SH": ACCESSION, "LT": f"Dear Dr Nightingale, {NAME} ...", "ST": f"{NAME}, {ID}",
    "UT": f"{NAME}\n{ID}", "UC": NAME, "DA": DATE, "DT": f"{DATE}101500", "AS": "092Y", "CS": "QUILLFEATHER",
    "AE": "NIGHTINGALE", "UR": "http://quillfeather/?id=ZQX778812", "TM": "101500",
}  # fmt: skip
# Elements that the standard keeps for the file itself, its pixels or its character set.
KEPT = {"SpecificCharacterSet", "PhotometricInterpretation", "Modality"}

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def picture(pydicom_data_file):
    """A chest radiograph at a quarter of its size, as 12-bit MONOCHROME1."""
    return (pydicom.dcmread(pydicom_data_file("RG1_J2KR.dcm")).pixel_array[::4, ::4] >> 3).astype(np.uint16)


def chest(picture, syntax=ExplicitVRLittleEndian):
    return dataset_of(picture, 12, sop_class=CR, modality="CR", photometric="MONOCHROME1", syntax=syntax, PatientOrientation=["L", "F"],
                      PatientName=NAME, PatientID=ID, PatientBirthDate=DATE, AccessionNumber=ACCESSION)


def plant_vr(*vrs):
    """In every attribute of the dictionary that has one of these VRs and a single value."""

    def plant(dataset):
        for tag, (vr, multiplicity, _, _, keyword) in DicomDictionary.items():
            group = tag >> 16
            if vr in vrs and keyword and keyword not in KEPT and 0x0008 <= group < 0x7FE0 and multiplicity[0] == "1":
                dataset.add_new(tag, vr, PLANTED[vr])

    return plant


def plant_private(dataset):
    for group in (0x0009, 0x0029, 0x1901):
        block = dataset.private_block(group, "QUILLFEATHER MEDICAL", create=True)
        for element, (vr, value) in enumerate(PLANTED.items()):
            block.add_new(element, vr, value)
        block.add_new(0xF0, "UN", NAME.encode())


def plant_sequences(dataset):
    item = Dataset()
    plant_vr("PN", "LO", "SH")(item)
    for _ in range(6):
        outer = Dataset()
        outer.RequestAttributesSequence = Sequence([item])
        outer.PatientName = NAME
        item = outer
    dataset.RequestAttributesSequence = Sequence([item])
    for keyword in ("ViewCodeSequence", "AnatomicRegionSequence", "PatientSpeciesCodeSequence"):
        code = Dataset()
        code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "QUILLFEATHER", "ZQX778812", NAME
        setattr(dataset, keyword, Sequence([code]))


def plant_overlay(dataset):
    for group in (0x6000, 0x601E):
        for element, vr, value in [
            (0x0010, "US", 8), (0x0011, "US", 8), (0x0022, "LO", f"{NAME} {ID}"), (0x0040, "CS", "G"), (0x0050, "SS", [1, 1]),
            (0x0100, "US", 1), (0x0102, "US", 0), (0x1500, "LO", NAME), (0x3000, "OW", NAME.encode()[:8]), (0x4000, "LT", NAME),
        ]:  # fmt: skip
            dataset.add_new((group, element), vr, value)
    dataset.add_new((0x5000, 0x2500), "LO", NAME)


def plant_meta(dataset):
    dataset.preamble = (f"{NAME} {ID} {DATE}".encode() * 8)[:128]
    dataset.file_meta.ImplementationVersionName = "QUILLFEATHER"
    dataset.file_meta.SourceApplicationEntityTitle = "NIGHTINGALE"
    dataset.file_meta.PrivateInformationCreatorUID = "1.2.3"
    dataset.file_meta.PrivateInformation = NAME.encode() + b"\0"


def plant_what_the_gate_reads(dataset):
    dataset.BodyPartExamined = dataset.ViewPosition = "QUILLFEATHER"
    dataset.PatientOrientation = ["QUILLFEATHER", "ZEBEDIAH"]
    dataset.ImageType = ["DERIVED", "PRIMARY", "QUILLFEATHER", "ZQX778812"]
    for keyword in ("Laterality", "ImageLaterality", "PresentationLUTShape", "PresentationIntentType",
                    "BurnedInAnnotation", "VOILUTFunction", "PatientSex", "ConversionType", "LossyImageCompression"):  # fmt: skip
        setattr(dataset, keyword, "QUILLFEATHER")
    dataset.PatientAge = "092Y"


def plant_modality(dataset):
    dataset.Modality = "QUILLFEATHER"


def plant_photometric(dataset):
    dataset.PhotometricInterpretation = "QUILLFEATHER"


def plant_species(dataset):
    dataset.PatientSpeciesDescription = f"Canis lupus familiaris, {NAME}"
    dataset.StudyDescription = f"dog of Mrs Nightingale, {ID}"
    dataset.ResponsiblePerson = NAME


def plant_numbers(keyword):
    def plant(dataset):
        dataset.add_new(keyword, "LO", NAME)

    return plant


def plant_character_sets(dataset):
    dataset.SpecificCharacterSet = ["ISO_IR 100", "ISO 2022 IR 87"]
    dataset.PatientName = "Quillfeather^Zebediah=山田^太郎"
    dataset.InstitutionName = "Krankenhaus Quillfeather, Köln"


def plant_trailing(dataset):
    dataset.add_new(0xFFFCFFFC, "OB", f"{NAME} {ID} ".encode())
    dataset.DigitalSignaturesSequence = Sequence([Dataset()])
    dataset.DigitalSignaturesSequence[0].CertificateOfSigner = NAME.encode() + b"\0"


DICOM_FILES = {
    "names": plant_vr("PN"), "long strings": plant_vr("LO"), "short strings": plant_vr("SH"),
    "texts": plant_vr("LT", "ST", "UT", "UC", "UR"), "dates": plant_vr("DA", "DT", "AS", "TM"),
    "codes": plant_vr("CS"), "titles": plant_vr("AE"), "everything": plant_vr("PN", "LO", "SH", "LT", "ST", "UT", "UC", "DA"),
    "private": plant_private, "sequences": plant_sequences, "overlay": plant_overlay, "meta": plant_meta,
    "gate": plant_what_the_gate_reads, "modality": plant_modality, "photometric": plant_photometric, "species": plant_species,
    "window": plant_numbers("WindowCenter"), "frames": plant_numbers("NumberOfFrames"), "rows": plant_numbers("Rows"),
    "character sets": plant_character_sets, "trailing": plant_trailing,
}  # fmt: skip


def has_secret(said):
    """The first secret in text or bytes."""
    text = said if isinstance(said, str) else said.decode("latin-1")
    return next((secret for secret in SECRETS if secret in text.lower()), None)


def dicom_bytes(name, picture):
    syntax = ImplicitVRLittleEndian if len(name) % 2 else ExplicitVRLittleEndian
    dataset = chest(picture, syntax)
    DICOM_FILES[name](dataset)
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=name != "meta")
    assert has_secret(buffer.getvalue())
    return buffer.getvalue()


def png_bytes(picture):
    info = PngImagePlugin.PngInfo()
    info.add_text("Title", NAME)
    info.add_text("Author", f"{NAME} {ID}", zip=True)
    info.add_itxt("Description", f"{NAME} {DATE}", lang="en", tkey=NAME)
    exif = Image.Exif()
    exif[0x010E], exif[0x013B], exif[0x0112] = NAME, f"Dr Nightingale {ID}", 3
    buffer = BytesIO()
    Image.fromarray((picture >> 4).astype(np.uint8)).save(buffer, "PNG", pnginfo=info, exif=exif)
    return buffer.getvalue()


def jpeg_bytes(picture):
    exif = Image.Exif()
    exif[0x010E], exif[0x013B], exif[0x9286] = NAME, f"Dr Nightingale {ID}", NAME
    buffer = BytesIO()
    image = Image.fromarray(255 - (picture >> 4).astype(np.uint8))
    image.save(buffer, "JPEG", exif=exif, comment=f"{NAME} {ID} {DATE}".encode())
    return buffer.getvalue()


def planted_files(picture):
    files = {name: (f"{index}.dcm", dicom_bytes(name, picture)) for index, name in enumerate(DICOM_FILES)}
    return files | {"png": ("x.png", png_bytes(picture)), "jpeg": ("x.jpg", jpeg_bytes(picture))}


@pytest.fixture(scope="module")
def files(picture, tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    made = {}
    for name, (file, content) in planted_files(picture).items():
        made[name] = folder / file
        made[name].write_bytes(content)
    assert len(made) >= 20
    return made


# Files with the date of birth also in what says when the image was taken.
WITH_THAT_DAY = ("dates", "everything")


def examined(text, name):
    """What an examination holds besides the patient's sex and age and the time of the image, which it holds by design."""
    document = validate(json.loads(text), "examination")
    patient = document["patient"]
    assert patient.keys() <= {"sex", "age_years", "acquired"}
    if name in WITH_THAT_DAY:
        patient.pop("acquired", None)
    return json.dumps(document)


def test_reports_and_errors_of_every_file(files, capfd):
    """In one process, with all that any library writes to its standard streams."""
    assessor = aicovid.Assessor.load("severity")
    patient = json.loads((SOURCE / "examples" / "patient.json").read_text())
    statuses = set()
    for name, path in files.items():
        said = []
        for force in (False, True):
            try:
                radiograph = aicovid.read(path, force=force)
                said += [str(radiograph.header), str(radiograph.gate_reasons), repr(radiograph)]
                examination = assessor.examine(radiograph, force=force)
                said.append(examined(examination.to_json(), name))
                report = assessor.judge(examination, patient, force=force)
                statuses.add(report["gate"]["verdict"])
                said += [report.to_json(), repr(report), report._repr_html_(), repr(examination)]
            except aicovid.Error as error:
                statuses.add(error.code)
                said.append(str(error))
        captured = capfd.readouterr()
        said += [captured.out, captured.err]
        assert not has_secret("\n".join(said)), (name, has_secret("\n".join(said)), said)
    # The planted files have to get somewhere for this to mean something.
    assert {"accepted", "refused", "corrupt", "forced"} <= statuses or {"flagged", "refused", "corrupt", "forced"} <= statuses


def test_damaged_copies(files, tmp_path, capfd):
    chooser = np.random.default_rng(20200401)
    codes = set()
    for name, path in files.items():
        whole = path.read_bytes()
        for turn in range(12):
            damaged = bytearray(whole)
            head = min(len(whole), 6000)
            if turn % 3 == 0:
                damaged = damaged[: int(chooser.integers(100, head))]
            else:
                for _ in range(1 + turn):
                    damaged[int(chooser.integers(128, head))] = int(chooser.integers(0, 256))
            file = tmp_path / "damaged"
            file.write_bytes(damaged)
            said = ""
            try:
                radiograph = aicovid.read(file, force=turn % 2 == 0)
                said = f"{radiograph.header} {radiograph.gate_reasons}"
            except aicovid.Error as error:
                codes.add(error.code)
                said = str(error)
            captured = capfd.readouterr()
            assert not has_secret(said + captured.out + captured.err), (name, turn, said)
    assert "corrupt" in codes


def test_the_program(files, tmp_path):
    """`inspect` of every file, `score` of some, as text and JSON, and `examine` and `judge` of these."""

    def said_of(job):
        result = run_cli(*job)
        return job[0], has_secret(result.stdout + result.stderr), result.stdout + result.stderr

    jobs = [("inspect", path, *form) for path in files.values() for form in ([], ["--format", "json"])]
    scored = ["everything", "gate", "modality", "window", "png"]
    jobs += [("score", files[name], *form) for name in scored for form in ([], ["--format", "json"], ["--force"])]
    seen = {name: tmp_path / f"{name}.json" for name in scored}
    examine = [("examine", files[name], "--force", "--out", seen[name]) for name in scored]
    judge = [("judge", path, *form) for path in seen.values() for form in ([], ["--force", "--format", "json"])]
    with ThreadPoolExecutor(2) as pool:
        leaks = [said for work in (jobs + examine, judge) for said in pool.map(said_of, work) if said[1]]
    assert not leaks
    written = {name: path.read_text() for name, path in seen.items() if path.exists()}
    assert {"everything", "gate", "png"} <= written.keys()
    for name, text in written.items():
        assert not has_secret(examined(text, name)), name


def test_an_examination_does_not_give_the_birth_date_away(picture, tmp_path):
    """An age of more than whole years, beside the day of the image, would be the date itself."""
    dataset = chest(picture)
    dataset.PatientSex, dataset.StudyDate, dataset.StudyTime = "F", "20200401", "101500"
    dataset.TimezoneOffsetFromUTC = "+0000"
    pydicom.dcmwrite(tmp_path / "chest.dcm", dataset, enforce_file_format=True)
    examination = aicovid.Assessor.load("severity").examine(aicovid.read(tmp_path / "chest.dcm"))
    patient = examination.to_dict()["patient"]
    assert patient["sex"] == "female" and patient["acquired"]["earliest"] == "2020-04-01T10:15:00Z"
    assert patient["age_years"] == 88


def png_texts(path):
    """The kinds of a PNG file's chunks, and all text in them, inflated where it is deflated."""
    content, at, kinds, texts = path.read_bytes(), 8, set(), b""
    while at < len(content):
        length, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        kinds.add(kind)
        body = content[at + 8 : at + 8 + length]
        if kind != b"IDAT":
            texts += body
            if kind in (b"zTXt", b"iTXt"):
                texts += zlib.decompress(body.split(b"\0", 1)[1].lstrip(b"\0\1"))
        at += 12 + length
    return kinds, texts


@pytest.mark.parametrize("name", ["everything", "png"])
def test_pictures_that_are_written(files, tmp_path, name):
    heat_map, lung_mask = tmp_path / "heat.png", tmp_path / "lungs.png"
    result = run_cli("score", files[name], "--force", "--heatmap", heat_map, "--lung-mask", lung_mask)
    assert result.status == 0, result.stderr
    for path in (heat_map, lung_mask):
        kinds, texts = png_texts(path)
        assert not has_secret(texts)
        assert not has_secret(path.read_bytes())
        assert not kinds & {b"eXIf"}


def test_a_dicomdir(picture, tmp_path):
    patients = FileSet()
    patients.ID = "QUILLFEATHER"
    dataset = chest(picture)
    dataset.StudyID, dataset.StudyDate, dataset.StudyTime, dataset.SeriesNumber = "ZQX778812", DATE, "101500", 1
    dataset.InstanceNumber = 1
    patients.add(dataset)
    patients.write(tmp_path / "media")
    path = tmp_path / "media" / "DICOMDIR"
    assert has_secret(path.read_bytes())
    for command in ("inspect", "score"):
        result = run_cli(command, path, "--format", "json")
        assert not has_secret(result.stdout + result.stderr)
    result = run_cli("examine", path, "--out", tmp_path / "seen.json")
    assert result.status == 4 and not (tmp_path / "seen.json").exists()
    assert not has_secret(result.stdout + result.stderr)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"patient": {"name": NAME, "id": ID}, "sex": "male"}),
        json.dumps({"comment": f"{NAME}, born {DATE}"}),
        json.dumps({"sex": "male", "age": {"value": 63, "unit": "a", "note": NAME}}),
        '{"sex": "male", "comment": "Quillfeather',
        '{"sex": "male"} Quillfeather ZQX778812',
        'Zebediah Quillfeather, born 1931-04-17, ACC55512',
        '{"sex": "male", "comment": Quillfeather}',
        json.dumps([{"name": NAME}]),
    ],
)
def test_free_text_in_a_clinical_record(files, tmp_path, text):
    """A rejected value of a variable may be named; text of any other place may not."""
    (tmp_path / "record.json").write_text(text)
    result = run_cli("score", files["everything"], "--clinical", tmp_path / "record.json", "--format", "json")
    assert result.status == 7
    assert not has_secret(result.stdout + result.stderr), result.stderr
