"""COVID-19 risk from chest radiographs and clinical values. Research use only. Not a medical device.

    assessor = aicovid.Assessor.load("severity")
    radiograph = aicovid.read("chest.dcm")                        # also bytes, an open file, a pydicom.Dataset
    record = aicovid.ClinicalRecord(age=63, sex="male", crp=(12, "mg/dL"), on_oxygen=True)
    report = assessor.assess(radiograph, record)
    report.outcomes[0].probability                                # None where it could not be computed; to_dict, to_json

    examination = assessor.examine(radiograph)                    # the networks run once, for any number of records
    report = assessor.judge(examination, record.with_(age=64))
    labels, source = examination.lung_mask                        # also attribution and embedding, as arrays

    record = aicovid.ClinicalRecord.parse(text, at="2020-04-01T10:00:00Z")      # JSON record, FHIR Bundle or CSV
    record = record.with_(on_oxygen=False, crp="12 mg/L")         # a new one; None takes a value out
    record = aicovid.ClinicalRecord(table.iloc[0])                # a row of pandas, with columns as a CSV table has them

    scores = aicovid.published_scores(record)                     # a dict
    why = aicovid.explain_clinical(text, at="2020-04-01T10:00:00Z")    # a dict: where each value comes from
    for patient in aicovid.read_clinical_patients("export/"):     # key, and a record or an error
        ...

    table = aicovid.batch("archive/", clinical=frame, id_column="id")           # a DataFrame, a row an image

    plan = aicovid.Plan.parse([{"op": "grey"}, {"op": "resize", "size": 224}])
    pixels, source = plan.run(radiograph)      # [1,C,H,W] float32, (y0, x0, y1, x1)
    tensor, sources = plan.run_batch([radiograph, another], dtype="float16", layout="nhwc")
    torch.from_dlpack(tensor)                  # the same memory

Every failure is an `aicovid.Error`, whose `code` is one of the library's stable error codes. There is a class for each code, which is also
the built-in exception that it is a case of: `aicovid.NotFoundError` is a `FileNotFoundError`, `aicovid.BadClinicalInputError` a `ValueError`.
"""

from aicovid._aicovid import (
    Assessor, ClinicalPatient, ClinicalRecord, ClinicalVariables, CodeMap, Examination, Plan, Radiograph, Tensor, Workspace,
    clinical_variables, explain_clinical, parse_clinical_patients, published_scores, read, read_clinical_patients, run_batch,
)
from aicovid.engine_folders import add_installed as _add_installed_engines
from aicovid.errors import (
    BadBundleError, BadClinicalInputError, CancelledError, CorruptError, CudaError, DeviceUnavailableError, Error, InternalError,
    InvalidArgumentError, IoError, NotFoundError, OutOfMemoryError, PatientMismatchError, RefusedError, UnsupportedError,
)  # fmt: skip
from aicovid.report import RiskReport
from aicovid.tables import batch, read_rows, to_arrow, to_parquet

_add_installed_engines()

__all__ = [
    "Assessor", "BadBundleError", "BadClinicalInputError", "CancelledError", "ClinicalPatient", "ClinicalRecord", "ClinicalVariables",
    "CodeMap", "CorruptError", "CudaError", "DeviceUnavailableError", "Error", "Examination", "InternalError", "InvalidArgumentError",
    "IoError", "NotFoundError", "OutOfMemoryError", "PatientMismatchError", "Plan", "Radiograph", "RefusedError", "RiskReport", "Tensor",
    "UnsupportedError", "Workspace", "batch", "clinical_variables", "explain_clinical", "parse_clinical_patients", "published_scores",
    "read", "read_clinical_patients", "read_rows", "run_batch", "to_arrow", "to_parquet",
]  # fmt: skip
