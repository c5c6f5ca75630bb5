"""What reports and examinations say: the model, the machine, the file, the gate and the findings, as values with attributes.

Their names are those of docs/schemas/report.json and docs/schemas/examination.json; what JSON leaves out is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

T = TypeVar("T")

#: The six zones of the Brixia score, in the order A to F of Borghesi and Maroldi 2020.
ZONES = ("right_upper", "right_middle", "right_lower", "left_upper", "left_middle", "left_lower")


def made(kind: type[T], members: Mapping[str, Any]) -> T:
    """A value of a dataclass. Members that a later version of the library added are left out."""
    names = {each.name for each in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: member for name, member in members.items() if name in names})


@dataclass(frozen=True)
class Model:
    """The bundle that a result is of."""

    name: str
    version: str
    manifest_sha256: str
    licence: str


@dataclass(frozen=True)
class Compute:
    """The machine, and what ran on it."""

    device: str  #: "cpu" or "cuda:N"
    backend: str  #: "openvino", "torchscript", "none", or several where fusion ran on another engine
    precision: str
    decode: str | None = None  #: "exact", "1/2" or "1/4"; None without an image
    cudnn: str | None = None  #: the version of cuDNN; None on the CPU


@dataclass(frozen=True)
class Input:
    """What the file says of the image. A report has the size, the UIDs and the view of it; an examination has all."""

    rows: int  #: of the file
    columns: int  #: of the file
    study_instance_uid: str | None = None
    series_instance_uid: str | None = None
    sop_instance_uid: str | None = None
    pixel_sha256: str | None = None  #: of the decoded stored values, row-major, little endian
    transfer_syntax_uid: str | None = None
    view: str | None = None
    photometric_interpretation: str | None = None
    source: str | None = None  #: "dicom", "png", "jpeg" or "array"
    sop_class_uid: str | None = None
    modality: str | None = None
    body_part: str | None = None
    patient_orientation: str | None = None
    samples_per_pixel: int | None = None
    frames: int | None = None
    bits_allocated: int | None = None
    bits_stored: int | None = None
    high_bit: int | None = None
    signed: bool | None = None
    lossy: bool | None = None
    pixel_aspect: float | None = None  #: height of a pixel over its width


@dataclass(frozen=True)
class Patient:
    """Of the header, for the checks against a record. No report has it."""

    sex: str | None = None  #: "female" or "male"
    age_years: float | None = None
    acquired: tuple[str, str] | None = None  #: the earliest and the latest time of the image, ISO 8601, UTC


@dataclass(frozen=True)
class GateReason:
    """One finding of the gate (docs/gate.md)."""

    code: str
    tag: str | None = None  #: "gggg,eeee"; None where the reason is not one tag
    found: str | None = None
    expected: str | None = None


@dataclass(frozen=True)
class Gate:
    """Whether the image may be scored."""

    verdict: str  #: "accepted", "flagged", "refused" or "forced"
    reasons: tuple[GateReason, ...] = ()


@dataclass(frozen=True)
class Message:
    """A stable code, and what it means in words."""

    code: str
    message: str


@dataclass(frozen=True)
class Estimate:
    """A score read from the image, with its prediction interval where the bundle has one."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class SeverityIndex:
    """A severity that was never compared with readers' scores: it ranks images and has no unit."""

    value: float  #: 0 to 1
    scale: str  #: what 0 and 1 stand for


@dataclass(frozen=True)
class Findings:
    """What the networks read from the radiograph."""

    side_verified: bool  #: whether Patient Orientation confirms left and right
    zones: Mapping[str, Estimate] | None = None  #: Brixia points of each of `ZONES`, 0 to 3
    brixia: Estimate | None = None  #: their sum, 0 to 18
    extent: Estimate | None = None  #: geographic extent, 0 to 8
    opacity: Estimate | None = None  #: 0 to 6
    severity_index: SeverityIndex | None = None  #: of bundles without readers' scores
    infiltrates: float | None = None  #: probability of radiographic infiltrates
    lung_area_fraction: float | None = None  #: lung pixels over all pixels
    inverted: bool | None = None  #: whether the grey scale looks inverted


@dataclass(frozen=True)
class Timing:
    """Milliseconds that each step took."""

    read: float
    decode: float
    preprocess: float
    infer: float
    fuse: float = 0.0


def gate_of(members: Mapping[str, Any]) -> Gate:
    return Gate(members["verdict"], tuple(made(GateReason, each) for each in members["reasons"]))


def messages_of(members: list[dict[str, str]]) -> tuple[Message, ...]:
    return tuple(made(Message, each) for each in members)


def findings_of(members: Mapping[str, Any]) -> Findings:
    read = dict(members)
    for name in ("brixia", "extent", "opacity"):
        if name in read:
            read[name] = made(Estimate, read[name])
    if "zones" in read:
        read["zones"] = {name: made(Estimate, read["zones"][name]) for name in ZONES}
    if "severity_index" in read:
        read["severity_index"] = made(SeverityIndex, read["severity_index"])
    if "infiltrates" in read:
        read["infiltrates"] = read["infiltrates"]["value"]
    return made(Findings, read)


@dataclass(frozen=True)
class Seen:
    """The members of an examination's JSON that have no array."""

    created: str
    model: Model
    compute: Compute
    input: Input
    patient: Patient
    gate: Gate
    warnings: tuple[Message, ...]
    findings: Findings | None
    timing_ms: Timing


def seen_of(members: Mapping[str, Any]) -> Seen:
    """Of the dict of an examination."""
    patient = dict(members["patient"])
    if "acquired" in patient:
        patient["acquired"] = (patient["acquired"]["earliest"], patient["acquired"]["latest"])
    return Seen(
        created=members["created"],
        model=made(Model, members["model"]),
        compute=made(Compute, members["compute"]),
        input=made(Input, members["input"]),
        patient=made(Patient, patient),
        gate=gate_of(members["gate"]),
        warnings=messages_of(members["warnings"]),
        findings=findings_of(members["image"]) if "image" in members else None,
        timing_ms=made(Timing, members["timing_ms"]),
    )
