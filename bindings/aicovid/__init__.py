"""COVID-19 risk from chest radiographs and clinical values. Research use only. Not a medical device.

    assessor = aicovid.Assessor.load("severity")
    radiograph = aicovid.read("chest.dcm")
    report = assessor.assess(radiograph, {"age": {"value": 63, "unit": "a"}, "sex": "male"})    # a dict

    examination = assessor.examine(radiograph)                    # the networks run once, for any number of records
    report = assessor.judge(examination, {"age": {"value": 64, "unit": "a"}, "sex": "male"})
    labels, source = examination.lung_mask                        # also attribution and embedding, as arrays

    record = aicovid.ClinicalRecord.parse(text, at="2020-04-01T10:00:00Z")      # JSON record, FHIR Bundle or CSV
    report = assessor.assess(radiograph, record)
    record = record.with_(on_oxygen=False, crp={"value": 12, "unit": "mg/L"})    # a new one; None takes a value out
    scores = aicovid.published_scores(table.iloc[0])              # a row of pandas, with columns as a CSV table has them

    scores = aicovid.published_scores(record)                     # a dict
    why = aicovid.explain_clinical(text, at="2020-04-01T10:00:00Z")    # a dict: where each value comes from
    for patient in aicovid.read_clinical_patients("export/"):     # key, and a record or an error
        ...

    plan = aicovid.Plan.parse([{"op": "grey"}, {"op": "resize", "size": 224}])
    pixels, source = plan.run(radiograph)      # [1,C,H,W] float32, (y0, x0, y1, x1)
    batch, sources = plan.run_batch([radiograph, another], dtype="float16", layout="nhwc")

Every failure is an `aicovid.Error`, whose `code` is one of the library's stable error codes.
"""

from aicovid._aicovid import (
    Assessor, ClinicalPatient, ClinicalRecord, ClinicalVariables, CodeMap, Error, Examination, Plan, Radiograph, Workspace, clinical_variables,
    explain_clinical, parse_clinical_patients, published_scores, read, read_clinical_patients,
)

__all__ = [
    "Assessor", "ClinicalPatient", "ClinicalRecord", "ClinicalVariables", "CodeMap", "Error", "Examination", "Plan", "Radiograph",
    "Workspace", "clinical_variables", "explain_clinical", "parse_clinical_patients", "published_scores", "read",
    "read_clinical_patients",
]
