"""Makes patients with known values, and writes each as a FHIR Bundle in the ways that hospitals do. Imports no aicovid.

`patient(seed)` gives a Patient: the moment that the values are for, the true values in canonical units, and the entries
of a Bundle that says them: several values a variable, of which the latest of the hours that count is true, in any unit
and zone, with any style of reference, among entries that say nothing.
"""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

LOINC, SNOMED, UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
BEDSIDE, LABORATORY = 12, 24  # hours that count


@dataclass(frozen=True)
class Unit:
    code: str
    factor: float = 1  # canonical = factor * value + offset
    offset: float = 0
    decimals: int = 0


@dataclass(frozen=True)
class Kind:
    """A variable, its codes of LOINC, its units with the canonical one first, and usual values in that."""

    name: str
    codes: tuple[str, ...]
    units: tuple[Unit, ...]
    low: float
    high: float
    hours: int = LABORATORY


CELLS = (Unit("10*9/L", decimals=2), Unit("10*3/uL", decimals=2), Unit("/uL", 1e-3), Unit("10*6/L", 1e-3))
KINDS = (
    Kind("temperature", ("8310-5",), (Unit("Cel", decimals=1), Unit("[degF]", 5 / 9, -160 / 9, 1), Unit("K", 1, -273.15, 1)), 35.5, 40.5, BEDSIDE),
    Kind("respiratory_rate", ("9279-1",), (Unit("/min"), Unit("{breaths}/min")), 10, 40, BEDSIDE),
    Kind("heart_rate", ("8867-4",), (Unit("/min"), Unit("{beats}/min")), 45, 150, BEDSIDE),
    Kind("spo2", ("59408-5", "2708-6"), (Unit("%"),), 80, 100, BEDSIDE),
    Kind("oxygen_flow", ("3151-8",), (Unit("L/min", decimals=1),), 1, 15, BEDSIDE),
    Kind("gcs", ("9269-2",), (Unit("{score}"),), 11, 15, BEDSIDE),
    Kind("creatinine", ("2160-0",), (Unit("umol/L"), Unit("mg/dL", 1e4 / 113.12, 0, 2)), 40, 400),
    Kind("crp", ("1988-5", "30522-7"), (Unit("mg/L"), Unit("mg/dL", 10, 0, 1)), 6, 300),
    Kind("ldh", ("2532-0", "14804-9"), (Unit("U/L"), Unit("ukat/L", 60, 0, 2)), 120, 900),
    Kind("leukocytes", ("6690-2",), CELLS, 8, 30),
    Kind("lymphocytes", ("731-0",), CELLS, 0.2, 3),
    Kind("platelets", ("777-3",), CELLS, 60, 500),
    Kind("glucose", ("2345-7",), (Unit("mmol/L", decimals=1), Unit("mg/dL", 10 / 180.156)), 4, 20),
    Kind("urea", ("22664-7",), (Unit("mmol/L", decimals=1), Unit("mg/dL", 10 / 60.056)), 2, 40),
)
DISEASES = {"hypertension": "38341003", "diabetes": "44054006", "copd": "13645005", "dementia": "52448006", "asthma": "195967001"}


@dataclass
class Patient:
    at: str
    truth: dict[str, float | str | bool] = field(default_factory=dict)
    entries: list[dict] = field(default_factory=list)

    def bundle(self, entries: list[dict] | None = None) -> dict:
        return {"resourceType": "Bundle", "type": "collection", "entry": self.entries if entries is None else entries}


class Maker:
    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.at = datetime(2020, 3, 1, tzinfo=timezone.utc) + timedelta(minutes=self.random.randrange(60 * 24 * 1000))
        self.patient = Patient(at=self.time(self.at))
        self.id = f"p{seed}"
        self.uuid = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        self.style = self.random.choice(["relative", "urn", "absolute", "identifier"])

    def time(self, moment: datetime) -> str:
        zone = timezone(timedelta(minutes=self.random.choice([0, 0, 60, 120, -300, 330])))
        text = moment.astimezone(zone).isoformat(timespec=self.random.choice(["seconds", "milliseconds"]))
        return text.replace("+00:00", "Z")

    def subject(self) -> dict:
        identifier = {"system": "http://hospital.example/mrn", "value": self.id}
        return {"relative": {"reference": f"Patient/{self.id}"}, "urn": {"reference": f"urn:uuid:{self.uuid}"},
                "absolute": {"reference": f"https://hospital.example/fhir/Patient/{self.id}"},
                "identifier": {"identifier": identifier}}[self.style]

    def add(self, resource: dict) -> None:
        entry = {"resource": resource}
        if self.style == "absolute":
            entry["fullUrl"] = f"https://hospital.example/fhir/{resource['resourceType']}/{resource.get('id') or len(self.patient.entries)}"
        elif self.style == "urn":
            own = self.uuid if resource["resourceType"] == "Patient" else str(uuid.UUID(int=self.random.getrandbits(128), version=4))
            entry["fullUrl"] = f"urn:uuid:{own}"
        self.patient.entries.append(entry)

    def add_person(self) -> None:
        birth = self.at - timedelta(days=self.random.randrange(20 * 365, 95 * 365))
        gender = self.random.choice(["male", "female"])
        resource = {"resourceType": "Patient", "gender": gender, "birthDate": birth.date().isoformat(),
                    "identifier": [{"system": "http://hospital.example/mrn", "value": self.id}]}
        if self.style != "urn":
            resource["id"] = self.id
        self.add(resource)
        day = self.patient.at[:10]
        born = resource["birthDate"]
        self.patient.truth |= {"sex": gender, "age": int(day[:4]) - int(born[:4]) - (day[5:] < born[5:])}

    def observation(self, kind: Kind, moment: datetime) -> tuple[dict, float]:
        unit = self.random.choice(kind.units)
        canonical = self.random.uniform(kind.low, kind.high)
        number = round((canonical - unit.offset) / unit.factor, unit.decimals)
        if unit.decimals == 0:
            number = int(number)
        resource = {"resourceType": "Observation", "status": self.random.choice(["final", "amended", "corrected"]), "subject": self.subject(),
                    "code": {"coding": [{"system": LOINC, "code": self.random.choice(kind.codes)}]}, "effectiveDateTime": self.time(moment),
                    "valueQuantity": {"value": number, "unit": "as the ward writes it", "system": UCUM, "code": unit.code}}
        if kind.hours == BEDSIDE:
            resource["category"] = [{"coding": [{"system": CATEGORY, "code": "vital-signs"}]}]
        return resource, unit.factor * number + unit.offset

    def add_values(self, kind: Kind) -> None:
        moments = sorted(self.random.sample(range(kind.hours * 60 + 1), self.random.randint(1, 4)))
        for position, minutes in enumerate(moments):
            resource, value = self.observation(kind, self.at - timedelta(minutes=minutes))
            self.add(resource)
            if position == 0:
                self.patient.truth[kind.name] = value
        for minutes in (kind.hours * 60 + self.random.randint(1, 5000), -self.random.randint(1, 5000)):
            if self.random.random() < 0.3:
                resource, _ = self.observation(kind, self.at - timedelta(minutes=minutes))
                if self.random.random() < 0.3:
                    resource["valueQuantity"] = {"value": 7, "unit": "pinches"}
                self.add(resource)

    def add_pressure(self) -> None:
        systolic, diastolic = self.random.randint(90, 200), self.random.randint(40, 85)
        component = lambda code, value: {"code": {"coding": [{"system": LOINC, "code": code}]},
                                         "valueQuantity": {"value": value, "system": UCUM, "code": "mm[Hg]"}}
        self.add({"resourceType": "Observation", "status": "final", "subject": self.subject(),
                  "code": {"coding": [{"system": LOINC, "code": "85354-9"}]},
                  "effectiveDateTime": self.time(self.at - timedelta(minutes=self.random.randrange(BEDSIDE * 60))),
                  "component": [component("8480-6", systolic), component("8462-4", diastolic)]})
        self.patient.truth |= {"systolic_bp": systolic, "diastolic_bp": diastolic}

    def add_diseases(self) -> None:
        for name, code in DISEASES.items():
            if self.random.random() > 0.3:
                continue
            self.add({"resourceType": "Condition", "subject": self.subject(), "code": {"coding": [{"system": SNOMED, "code": code}]},
                      "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
                      "onsetDateTime": "2015-03"})
            self.patient.truth[name] = True

    def add_noise(self) -> None:
        kind = self.random.choice(KINDS)
        moment = self.at - timedelta(minutes=self.random.randrange(600))
        resource, _ = self.observation(kind, moment)
        what = self.random.randrange(5)
        if what == 0:
            resource["status"] = self.random.choice(["preliminary", "entered-in-error", "cancelled", "registered"])
        elif what == 1:
            resource["code"]["coding"][0]["code"] = "2951-2"
        elif what == 2:
            del resource["valueQuantity"]
            resource["dataAbsentReason"] = {"coding": [{"code": "not-performed"}]}
        elif what == 3:
            del resource["effectiveDateTime"]
        else:
            resource = {"resourceType": "MedicationRequest", "status": "active", "subject": self.subject()}
        self.add(resource)


def patient(seed: int) -> Patient:
    maker = Maker(seed)
    maker.add_person()
    for kind in KINDS:
        if maker.random.random() < 0.75:
            maker.add_values(kind)
    if maker.random.random() < 0.8:
        maker.add_pressure()
    maker.add_diseases()
    for _ in range(maker.random.randrange(6)):
        maker.add_noise()
    maker.random.shuffle(maker.patient.entries)
    return maker.patient
