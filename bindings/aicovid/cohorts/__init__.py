"""Cohorts: examinations, clinical values and outcomes of many patients, from archives in one form (docs/cohorts.md).

python3 -m aicovid.cohorts table patients.csv --mapping mapping.json --out cohort/

cohort = aicovid.cohorts.read("cohort/")
frame = cohort.frame()                  # a row an exam, values in canonical units
exam = cohort.exams[0]
exam.record, exam.examination           # for Assessor.judge
"""

from aicovid.cohorts.describe import describe
from aicovid.cohorts.form import Cohort, Exam, Outcome, Variable, read, write
from aicovid.cohorts.hand_over import to_parquet, to_validation_table

__all__ = ["Cohort", "Exam", "Outcome", "Variable", "describe", "read", "to_parquet", "to_validation_table", "write"]
