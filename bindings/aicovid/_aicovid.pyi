from __future__ import annotations
import aicovid.clinical_text
import aicovid.findings
import aicovid.report
import aicovid.sources
import datetime
import numpy
import os
import typing
import typing_extensions
__all__: list[str] = ['Assessor', 'ClinicalPatient', 'ClinicalRecord', 'ClinicalVariables', 'CodeMap', 'Examination', 'Plan', 'Radiograph', 'Tensor', 'Workspace', 'add_engine_folder', 'clinical_variables', 'explain_clinical', 'parse_clinical_patients', 'published_scores', 'read', 'read_clinical_patients', 'run_batch']
class Radiograph:
    """
    Stored pixels and what the file says of them. Immutable.
    """
    @staticmethod
    def from_array(array: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], *, photometric_interpretation: str = 'MONOCHROME2', bits_stored: int | None = None, window: tuple[float, float] | tuple[float, float, str] | None = None, rescale_slope: float = 1.0, rescale_intercept: float = 0.0, padding: tuple[int, int] | None = None) -> Radiograph:
        """
        A radiograph of stored values, which are copied.

        Parameters
        ----------
        array : ndarray, [H,W] uint8, int8, uint16 or int16
        photometric_interpretation : {"MONOCHROME2", "MONOCHROME1"}
            Whether the least value is black or white.
        bits_stored : int, optional
            All of the dtype if None. Of a 12-bit image in uint16 it is 12.
        window : (centre, width) or (centre, width, function), optional
            With the function "LINEAR", "LINEAR_EXACT" or "SIGMOID" of DICOM.
        rescale_slope, rescale_intercept : float
        padding : (lowest, highest), optional
            Stored values that are no part of the image.

        Raises
        ------
        InvalidArgumentError
            For another dtype or shape, and numbers that do not fit it.

        Examples
        --------
        >>> import numpy as np
        >>> radiograph = aicovid.Radiograph.from_array(np.zeros((300, 200), np.uint16), bits_stored=12)
        >>> radiograph
        <aicovid.Radiograph 300 x 200, MONOCHROME2>
        >>> radiograph.pixels.dtype, radiograph.pixels.flags.writeable
        (dtype('uint16'), False)
        """
    def __repr__(self) -> str:
        ...
    def to_dict(self) -> dict[str, typing.Any]:
        """
        What the reader understood of the file, and what the tag gate says of it, as a dict (docs/schemas/inspect.json).
        """
    @property
    def gate_reasons(self) -> list[dict[str, typing.Any]]:
        """
        What the tag gate found: dicts of code, tag, found, expected.
        """
    @property
    def has_pixels(self) -> bool:
        """
        False where the gate refused the header, so that nothing was decoded.
        """
    @property
    def header(self) -> dict[str, typing.Any]:
        """
        What the file says of the image, without the patient.
        """
    @property
    def pixels(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        The stored values [H,W], read-only: the radiograph's own memory.

        Raises
        ------
        RefusedError
            If the gate refused the header, so that nothing was decoded.
        """
class Tensor:
    """
    A dense array of the library, row-major, on the CPU or a CUDA device.

    Other libraries use its memory without a copy: ``torch.from_dlpack(tensor)``, ``numpy.asarray(tensor)``.

    Examples
    --------
    >>> import numpy as np
    >>> radiograph = aicovid.Radiograph.from_array(np.zeros((4, 4), np.uint8))
    >>> plan = aicovid.Plan.parse([{"op": "grey"}, {"op": "resize", "size": 2}])
    >>> tensor, sources = plan.run_batch([radiograph])
    >>> tensor
    <aicovid.Tensor [1, 1, 2, 2] float32 on cpu>
    >>> np.from_dlpack(tensor).shape
    (1, 1, 2, 2)
    """
    def __array__(self, dtype: typing.Any = None, copy: bool | None = None) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        ...
    def __dlpack__(self, *, stream: int | None = None, max_version: tuple[int, int] | None = None, dl_device: tuple[int, int] | None = None, copy: bool | None = None) -> typing_extensions.CapsuleType:
        """
        The memory for another library, by DLPack 1.0.
        """
    def __dlpack_device__(self) -> tuple[int, int]:
        ...
    def __len__(self) -> int:
        ...
    def __repr__(self) -> str:
        ...
    def numpy(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        An array on the same memory.

        Raises
        ------
        InvalidArgumentError
            If the tensor lies on a CUDA device.
        UnsupportedError
            If it is of bfloat16, which NumPy has not.
        """
    @property
    def device(self) -> str:
        """
        "cpu" or "cuda:N".
        """
    @property
    def dtype(self) -> str:
        """
        "float32", "float16" or "bfloat16".
        """
    @property
    def shape(self) -> tuple[int, ...]:
        """
        The extents, as [N,C,H,W].
        """
class Workspace:
    """
    Memory that `Plan.run_batch` needs, to be kept.
    """
    def __init__(self) -> None:
        ...
class Plan:
    """
    A preprocessing recipe from stored values to a network's input. Immutable.
    """
    @staticmethod
    def parse(operations: str | list[dict[str, typing.Any]]) -> Plan:
        """
        Of a list of operations, or its JSON text (docs/preprocessing.md).

        Parameters
        ----------
        operations : str or list of dict

        Raises
        ------
        InvalidArgumentError
            Naming the operation and its member.

        Examples
        --------
        >>> aicovid.Plan.parse([{"op": "grey"}, {"op": "resize", "size": 224}]).output_shape
        (1, 224, 224)
        """
    def run(self, radiograph: Radiograph, lung_box: tuple[float, float, float, float] | None = None) -> tuple[numpy.ndarray[typing.Any, numpy.dtype[numpy.float32]], tuple[float, float, float, float]]:
        """
        Makes a network's input of one radiograph, on the CPU.

        Parameters
        ----------
        radiograph : Radiograph
        lung_box : (y0, x0, y1, x1), optional
            The lungs, in the radiograph's pixels.

        Returns
        -------
        pixels : ndarray, [1,C,H,W] float32
            The library's own memory, which ``torch.from_dlpack(pixels)`` shares.
        source : (y0, x0, y1, x1)
            The part of the radiograph that it covers, in pixels.

        Raises
        ------
        InvalidArgumentError
            If the radiograph has no pixels, or the plan needs a lung box that is absent or empty.
        """
    def run_batch(self, radiographs: list[Radiograph], *, lung_boxes: list[tuple[float, float, float, float] | None] | None = None, dtype: str = 'float32', layout: str = 'nchw', workspace: Workspace | None = None, device: str = 'cpu', stream: int = 0) -> tuple[Tensor, list[tuple[float, float, float, float]]]:
        """
        Makes the inputs of radiographs of any sizes, each equal to what `run` of it alone gives.

        Parameters
        ----------
        radiographs : list of Radiograph
        lung_boxes : list of (y0, x0, y1, x1) or None, optional
            One for each radiograph.
        dtype : {"float32", "float16", "bfloat16"}
        layout : {"nchw", "nhwc"}
        workspace : Workspace, optional
            Memory kept from call to call, of one thread at a time; on the CPU.
        device : str
            "cpu", "cuda" or "cuda:N".
        stream : int
            The CUDA stream that uses the tensor, as ``torch.cuda.current_stream().cuda_stream``; 0 is the
            legacy default stream. The work is enqueued there and not waited for. Keep the stream until the
            tensor is gone.

        Returns
        -------
        tensor : Tensor, [N,C,H,W] or [N,H,W,C]
            For ``torch.from_dlpack(tensor)`` and ``numpy.asarray(tensor)``, without a copy.
        sources : list of (y0, x0, y1, x1)

        Raises
        ------
        InvalidArgumentError
            As `run`, or for an unknown name.
        DeviceUnavailableError
            Naming what of the device is missing.
        """
    @property
    def needs_lung_box(self) -> bool:
        """
        Whether an operation crops to the lungs.
        """
    @property
    def output_shape(self) -> tuple[int, int, int]:
        """
        (C, H, W) of the output.
        """
class ClinicalVariables:
    """
    The clinical variables that a record may hold: those of docs/clinical-variables.md, and those that a bundle declares.
    """
    __hash__: typing.ClassVar[None]  # type: ignore[assignment]
    def __eq__(self, other: object, /) -> bool:
        ...
    def __init__(self) -> None:
        """
        Those of docs/clinical-variables.md.
        """
    def canonical_unit(self, name: str) -> str:
        """
        The canonical UCUM unit; empty for what has none.
        """
    @property
    def declared(self) -> list[str]:
        """
        The names of those that the bundle declares.
        """
class CodeMap:
    """
    What a site's own codes, columns and words mean (docs/clinical-tables.md).
    """
    @staticmethod
    def parse(map: str | dict[str, typing.Any], *, variables: ClinicalVariables | None = None) -> CodeMap:
        """
        Of a dict or JSON text (docs/schemas/code-map.json).

        variables: an Assessor's clinical_variables, for those that its bundle declares.
        """
class ClinicalRecord:
    """
    Clinical values of a patient with their units (docs/clinical-input.md). Immutable.
    """
    __hash__: typing.ClassVar[None]  # type: ignore[assignment]
    @staticmethod
    def parse(text: aicovid.clinical_text.Clinical, *, at: str | datetime.datetime = '', row: str = '', id_column: str = '', clean: str = '', problem_list: str = '', strict: bool = False, bedside_hours: int = 12, laboratory_hours: int = 24, variables: ClinicalVariables | None = None, code_map: CodeMap | None = None) -> ClinicalRecord:
        """
        Of a text of any format, of a dict, or of a row of pandas (docs/clinical-input.md).

        Parameters
        ----------
        text : str, dict or pandas.Series
            A JSON record, a FHIR R4 Bundle or a CSV table, told from the text; a dict in the form of a record
            or a Bundle; a Series as a table's row (names like "crp [mg/L]"), or as a record if it holds dicts
            or pairs. None, NaN and pandas.NA are missing values.
        at : str or datetime
            The moment that the values are for, with a zone; a text in ISO 8601.
        row, id_column : str
            Which row of a table, by the value of a column.
        clean : {"", "nccid"}
            "nccid" for that database's columns, units and cleaning rules.
        problem_list : {"", "complete"}
            "complete" where the Conditions of a FHIR Bundle are all that the patient has; the chronic diseases
            without one are then assumed to be absent.
        strict : bool
            Whether an entry of a FHIR Bundle that cannot be read is an error.
        bedside_hours, laboratory_hours : int
            How old vital signs, and all other measured values, may be at `at`.
        variables : ClinicalVariables, optional
            An assessor's `clinical_variables`, for those that its bundle declares.
        code_map : CodeMap, optional
            A site's own codes, columns and words.

        Raises
        ------
        BadClinicalInputError
            Naming the field, the value and what was expected.
        PatientMismatchError
            If a Bundle is of several patients.
        UnsupportedError
            For a text of another kind: XML, HL7 version 2.
        InvalidArgumentError
            For options that cannot be obeyed.
        """
    def __eq__(self, other: object, /) -> bool:
        ...
    def __init__(self, values: aicovid.clinical_text.Clinical = None, /, *, variables: ClinicalVariables | None = None, **kwargs: typing.Any) -> None:
        """
        Of values by name, of a dict, or of a row of pandas.

        A quantity is written as a number and its unit, ``(12, "mg/dL")``, as a text, ``"<5 mg/L"``, or as
        the member of a JSON record, ``{"value": 12, "unit": "mg/dL", "time": ...}``. A number alone is
        taken for what is charted in one unit everywhere: age (years), respiratory_rate and heart_rate (per
        minute), spo2 and spo2_room_air (%), oxygen_flow (L/min), days_since_onset; any other quantity
        without a unit is an error. None, NaN and pandas.NA are missing values.

        Parameters
        ----------
        values : dict, pandas.Series or str, optional
            The values as a whole, in place of keywords; what `parse` takes.
        variables : ClinicalVariables, optional
            An assessor's `clinical_variables`, for those that its bundle declares.
        **named
            The values by the names of docs/clinical-variables.md.

        Raises
        ------
        BadClinicalInputError
            For an unknown name, unit or term, an impossible value, and values that contradict one another.

        Examples
        --------
        >>> record = aicovid.ClinicalRecord(age=63, crp=(12, "mg/dL"), on_oxygen=True)
        >>> record
        ClinicalRecord(age=(63, "a"), crp=(12, "mg/dL"), on_oxygen=True)
        >>> record.canonical["crp"]
        120.0
        >>> aicovid.ClinicalRecord(crp=12)
        Traceback (most recent call last):
        aicovid.BadClinicalInputError: crp is the number 12 without its unit; write (12, "mg/L"), with the unit that it was measured in
        """
    def __repr__(self) -> str:
        ...
    def range(self, name: str) -> tuple[float, float, bool, bool] | None:
        """
        The numbers that a value can stand for: (low, high, low_closed, high_closed) in the canonical unit; None if missing.
        """
    def with_(self, *, variables: ClinicalVariables | None = None, **kwargs: typing.Any) -> ClinicalRecord:
        """
        A new record with these values in the place of those that it has.

        The whole is checked anew, and each of the values is named in a warning `set_by_hand`.

        Parameters
        ----------
        variables : ClinicalVariables, optional
            As for `parse`; the record's own if None.
        **named
            As the constructor takes them, by the names of their variables; None takes a value out.

        Examples
        --------
        >>> aicovid.ClinicalRecord(age=63, crp=(12, "mg/dL")).with_(crp="<5 mg/L", age=None)
        ClinicalRecord(crp="<5 mg/L")
        """
    @property
    def assumed(self) -> list[str]:
        """
        The names of the values that nobody said: diseases that a complete problem list does not have.
        """
    @property
    def canonical(self) -> dict[str, float]:
        """
        The numbers in canonical units, by name.
        """
    @property
    def given(self) -> dict[str, typing.Any]:
        """
        The values as given: a dict in the form of a JSON record.
        """
    @property
    def warnings(self) -> list[dict[str, str]]:
        """
        What was accepted with a reservation: dicts of code, variable, message.
        """
class ClinicalPatient:
    """
    One of several patients, with a record or an error.
    """
    @property
    def error(self) -> dict[str, str] | None:
        """
        A dict of code and message; None for a record.
        """
    @property
    def file(self) -> str:
        """
        The name of the file in a folder, where with_ids asks for it.
        """
    @property
    def id(self) -> str:
        """
        What was asked for by id_column or with_ids.
        """
    @property
    def key(self) -> str:
        """
        Where the patient is, "row 7" or "file 2, line 3"; it names nobody.
        """
    @property
    def record(self) -> ClinicalRecord | None:
        """
        The ClinicalRecord; None for an error.
        """
class Examination:
    """
    What was seen of one radiograph, without its pixels; for `Assessor.judge`. Immutable.

    It is as sensitive as a clinical record: it holds the patient's sex and age, the time of the image, and a
    picture of the lungs. Pickled, it is its JSON.
    """
    __hash__: typing.ClassVar[None]  # type: ignore[assignment]
    @staticmethod
    def parse(text: str) -> Examination:
        """
        Of the JSON text that `to_json` or `aicovid examine` wrote.
        """
    def __eq__(self, other: object, /) -> bool:
        """
        Equal in all but `created`, `timing_ms` and what is in memory alone.
        """
    def __getstate__(self) -> str:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, arg0: str) -> None:
        ...
    def _repr_html_(self) -> str:
        ...
    def to_dict(self) -> dict[str, typing.Any]:
        """
        The same as a dict.
        """
    def to_json(self) -> str:
        """
        The JSON text (docs/schemas/examination.json).
        """
    @property
    def attribution(self) -> tuple[numpy.ndarray[typing.Any, numpy.dtype[numpy.float32]], tuple[float, float, float, float]] | None:
        """
        ([h,w] float32, read-only, (y0, x0, y1, x1)): Brixia points a cell, and the part of the radiograph that they cover.
        None of a network without attribution, or where there is no lung mask.
        """
    @property
    def compute(self) -> aicovid.findings.Compute:
        """
        The machine, and what ran on it.
        """
    @property
    def created(self) -> str:
        """
        ISO 8601, UTC.
        """
    @property
    def embedding(self) -> numpy.ndarray[typing.Any, numpy.dtype[numpy.float32]] | None:
        """
        [1,n] float32, read-only, of the severity network, which torch.from_dlpack shares; None where it has no such output.
        """
    @property
    def findings(self) -> aicovid.findings.Findings | None:
        """
        What the networks read; None of a refused image.
        """
    @property
    def gate(self) -> aicovid.findings.Gate:
        """
        Whether the image may be scored, and why not.
        """
    @property
    def input(self) -> aicovid.findings.Input:
        """
        What the file says of the image.
        """
    @property
    def lung_mask(self) -> tuple[numpy.ndarray[typing.Any, numpy.dtype[numpy.uint8]], tuple[float, float, float, float]] | None:
        """
        ([h,w] uint8, read-only, (y0, x0, y1, x1)): 0 outside, 1 the patient's right lung, 2 the left; and the part of the
        radiograph that it covers, in pixels. None where no lungs were found or looked for, or the image was refused.
        """
    @property
    def model(self) -> aicovid.findings.Model:
        """
        The bundle that it was made with.
        """
    @property
    def patient(self) -> aicovid.findings.Patient:
        """
        What the header says of the patient, for the checks against a record.
        """
    @property
    def refused(self) -> bool:
        """
        True where the gate refused the image, so that there are no findings.
        """
    @property
    def rejudge(self) -> bool:
        """
        Whether the JSON holds all that judging needs; False where the bundle's fusion network takes the
        picture itself. Such an examination can be judged only as long as it is in memory.
        """
    @property
    def timing_ms(self) -> aicovid.findings.Timing:
        """
        Milliseconds that each step took.
        """
    @property
    def warnings(self) -> tuple[aicovid.findings.Message, ...]:
        """
        About the image, whatever the record says.
        """
class Assessor:
    """
    A loaded model bundle. Immutable: any number of threads may share one.

    Examples
    --------
    >>> assessor = aicovid.Assessor.load("severity", networks="fusion")
    >>> assessor.assess(None, {"age": 63, "sex": "male"}).outcomes[0].name
    'deterioration'
    """
    @staticmethod
    def load(bundle: str | os.PathLike[str] = 'severity', device: str = 'cpu', backend: str = 'auto', *, networks: str = 'all', workers: int = 1, batch: int = 1, precision: str = 'fp32') -> Assessor:
        """
        Loads a bundle.

        Parameters
        ----------
        bundle : str or os.PathLike
            Its directory, or the name of one beside the library.
        device : str
            "cpu", "cuda" or "cuda:N".
        backend : {"auto", "torchscript", "openvino"}
            "auto" is the first of the bundle's preference that is installed.
        networks : {"all", "fusion", "none"}
            "fusion" is what `judge` needs, "none" what clinical_variables and plans need.
        workers : int
            How many threads will examine at the same time; more may wait for one another.
        batch : int
            How many images of `run_batch` share a forward pass.
        precision : {"fp32", "fp16", "bf16"}
            What the networks of the image compute in; all but the first on CUDA alone.

        Raises
        ------
        NotFoundError
            If there is no such bundle.
        BadBundleError
            Naming the file or the JSON path, and what is wrong.
        DeviceUnavailableError
            Naming what of the device is missing.
        UnsupportedError
            For a backend that is not installed.
        InvalidArgumentError
            For an unknown name.
        """
    def __repr__(self) -> str:
        ...
    def assess(self, radiograph: Radiograph | None, clinical: aicovid.clinical_text.Clinical = None, *, force: bool = False) -> aicovid.report.RiskReport:
        """
        `examine` and `judge` in one.

        Parameters
        ----------
        radiograph : Radiograph or None
            None for the outcomes from clinical values alone.
        clinical : ClinicalRecord, dict, pandas.Series or str, optional
            What `ClinicalRecord` and `ClinicalRecord.parse` take; values that are not given are missing.
        force : bool
            Score what the gate refuses, and say so. Such a radiograph must have been read with force.

        Returns
        -------
        RiskReport
            A refusal is a report, too.

        Raises
        ------
        BadClinicalInputError, PatientMismatchError
            If a value is wrong, or sex or age contradict the image's header.
        InvalidArgumentError
            If the networks were not loaded, or the radiograph has no pixels.
        """
    def examine(self, radiograph: Radiograph, *, force: bool = False) -> Examination:
        """
        Runs the networks on a radiograph once, for any number of `judge`.

        Parameters
        ----------
        radiograph : Radiograph
        force : bool
            Examine what the gate refuses, and say so. Such a radiograph must have been read with force.

        Returns
        -------
        Examination
            A refusal is one, too, without findings.
        """
    def judge(self, examination: Examination, clinical: aicovid.clinical_text.Clinical = None, *, force: bool = False) -> aicovid.report.RiskReport:
        """
        The report that `assess` gives of the examined radiograph. No network of the image runs.

        Parameters
        ----------
        examination : Examination
            Of the same bundle.
        clinical : ClinicalRecord, dict, pandas.Series or str, optional
            As for `assess`.
        force : bool
            Score what the gate refused; it must have been examined with force.

        Returns
        -------
        RiskReport
        """
    def plan(self, name: str) -> Plan:
        """
        A preprocessing plan of the bundle, by its name in the manifest.
        """
    @property
    def clinical_variables(self) -> ClinicalVariables:
        """
        What values a record may hold; for ClinicalRecord.
        """
    @property
    def compute(self) -> aicovid.findings.Compute:
        """
        What the networks run on.
        """
    @property
    def model(self) -> aicovid.findings.Model:
        """
        The bundle's name, version, hash and licence.
        """
    @property
    def outcome_names(self) -> list[str]:
        """
        The names of the outcomes that a report has, in their order.
        """
def add_engine_folder(folder: str | os.PathLike[str]) -> None:
    ...
def clinical_variables(bundle: str | os.PathLike[str]) -> ClinicalVariables:
    """
    The clinical variables of a bundle, by its manifest alone: nothing else is checked or loaded.
    """
def explain_clinical(text: aicovid.clinical_text.Clinical, *, at: str | datetime.datetime = '', row: str = '', id_column: str = '', clean: str = '', problem_list: str = '', strict: bool = False, bedside_hours: int = 12, laboratory_hours: int = 24, variables: ClinicalVariables | None = None, code_map: CodeMap | None = None) -> dict[str, typing.Any]:
    """
    Why a record is as it is: each value that was found and what became of it, as a dict (docs/schemas/clinical_explanation.json). Arguments and errors as for ClinicalRecord.parse.
    """
def parse_clinical_patients(text: aicovid.clinical_text.Clinical, *, at_column: str = '', with_ids: bool = False, at: str | datetime.datetime = '', row: str = '', id_column: str = '', clean: str = '', problem_list: str = '', strict: bool = False, bedside_hours: int = 12, laboratory_hours: int = 24, variables: ClinicalVariables | None = None, code_map: CodeMap | None = None) -> list[ClinicalPatient]:
    """
    The patients of one text, a list of ClinicalPatient: the rows of a table, the lines of NDJSON, the Patients of a FHIR export (docs/clinical-tables.md#many-patients). One who cannot be read is one with an error.

    at_column: the column that holds the time of each row. with_ids: whether to give the ids of FHIR Patients. id_column: the column of a table that is given as id. The others as for ClinicalRecord.parse.
    """
def published_scores(clinical: aicovid.clinical_text.Clinical) -> dict[str, typing.Any]:
    """
    The published clinical scores as a dict (docs/schemas/scores.json).

    clinical: a ClinicalRecord, or what ClinicalRecord.parse takes; values that are not given are missing.
    """
def read(source: aicovid.sources.Source, force: bool = False, *, fit_for: Assessor | None = None) -> Radiograph:
    """
    Reads a DICOM, PNG or JPEG file.

    Parameters
    ----------
    source : str, os.PathLike, bytes-like, pydicom.Dataset or binary file object
        Which kind of file it is, is told from its content.
    force : bool
        Decode the pixels even where the tag gate refuses them.
    fit_for : Assessor, optional
        JPEG 2000 and JPEG are decoded no finer than its networks need.

    Returns
    -------
    Radiograph
        A refusal by the gate is one, too, without pixels.

    Raises
    ------
    NotFoundError, IoError
        If there is no such file, or it cannot be read to its end.
    CorruptError
        If it is damaged.
    UnsupportedError
        If it is of a kind that is not read.
    """
def read_clinical_patients(path: str | os.PathLike[str], *, at_column: str = '', with_ids: bool = False, at: str | datetime.datetime = '', row: str = '', id_column: str = '', clean: str = '', problem_list: str = '', strict: bool = False, bedside_hours: int = 12, laboratory_hours: int = 24, variables: ClinicalVariables | None = None, code_map: CodeMap | None = None) -> list[ClinicalPatient]:
    """
    The same of a file, or of all files of a folder.
    """
def run_batch(assessor: Assessor, inputs: list[str], *, out: str | os.PathLike[str], resume: bool = False, decode: str = 'exact', clinical: str | os.PathLike[str] | None = None, id_column: str = '', id_match: str = 'stem', at: str | datetime.datetime = '', at_column: str = '', clean: str = '', shard: tuple[int, int] = (1, 1), progress: typing.Callable[[int, int, int], None] | None = None) -> dict[str, typing.Any]:
    """
    Scores files into a CSV or JSONL table that is its own journal, as `aicovid batch` does (docs/batch.md); `aicovid.batch` gives a DataFrame.

    Parameters
    ----------
    assessor : Assessor
        Loaded with as many workers as images at a time.
    inputs : list of str
        Files, folders, patterns, DICOMDIRs, or @LIST.
    out : path
        The table, .csv or .jsonl.
    resume : bool
        Go on after its last whole row.
    decode : str
        "exact", or "fit" for no more pixels than the networks need.
    clinical : path, optional
        A CSV table; id_column, id_match, at, at_column and clean say how it is read.
    shard : tuple of int
        (i, n): of each n files the i-th, from 1.
    progress : callable, optional
        Is called with (done, files, errors) from time to time; what it raises ends the run.

    Returns
    -------
    dict
        The summary (docs/schemas/batch_summary.json).

    Raises
    ------
    Error, KeyboardInterrupt
        As `aicovid batch`; what was written stays, and can be resumed.
    """
