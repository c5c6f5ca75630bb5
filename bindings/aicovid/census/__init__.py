"""How many beds of intensive care: a forecast from the reports of the patients who are there (docs/census.md)::

    patients = read_patients(Path("patients.jsonl"), settings)
    for site in forecast(patients, settings, days=14):
        site.beds                     # [14, numbers]: the probability of each number of beds, for each day

Research use only. Not a medical device. No public data hold what would validate it; it is proven on made wards whose truth is known.
"""

from aicovid.census.durations import DEFAULTS, Duration, duration
from aicovid.census.forecast import Scenario, SiteForecast, forecast, scenarios
from aicovid.census.patients import LinesError, Patient, Standing, patient_of, read_patients
from aicovid.census.settings import Arrivals, Settings, read_settings, settings_of
from aicovid.census.summary import census

__all__ = [
    "DEFAULTS", "Arrivals", "Duration", "LinesError", "Patient", "Scenario", "Settings", "SiteForecast", "Standing", "census", "duration", "forecast",
    "patient_of", "read_patients", "read_settings", "scenarios", "settings_of",
]  # fmt: skip
