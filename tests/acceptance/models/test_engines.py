"""OpenVINO gives the reports that LibTorch gives, within what float32 sums in another order differ by.

AICOVID_EVERY_IMAGE=1 takes every chest frontal where the test otherwise takes a fixed part of them; the figures of all are
in docs/performance.md.
"""

import threading
from functools import cache

import numpy as np
import pytest
from conftest import SOURCE, run_cli
from support.chests import EVERY_IMAGE, codes, frontals, total

import aicovid

# Largest differences that are allowed. Beyond them are two of all images, by no more than FAR: one pixel of the lung mask, whose
# probability is .5 but for rounding, falls on the other side, and the thirds of that lung move. Measured over all images:
# docs/performance.md.
INFILTRATES, BRIXIA = 1e-4, 1e-3
FAR_INFILTRATES, FAR_BRIXIA = 3e-3, 0.05
EXCEPTIONS = 2


@cache
def assessor(backend):
    return aicovid.Assessor.load(SOURCE / "models" / "severity", backend=backend)


def radiograph(row):
    return aicovid.Radiograph.from_array(np.ascontiguousarray(row.grey8()))


def reports(one):
    return [assessor(backend).assess(one) for backend in ("torchscript", "openvino")]


def test_another_engine_gives_the_same_reports():
    differences = {"brixia": [], "infiltrates": []}
    exceptions, far = [], []
    for row in frontals(60):
        torch, openvino = reports(radiograph(row))
        assert torch["compute"]["backend"] == "torchscript" and openvino["compute"]["backend"] == "openvino"
        if torch["gate"]["verdict"] != openvino["gate"]["verdict"] or codes(torch) != codes(openvino):
            exceptions.append((sorted(codes(torch)), sorted(codes(openvino))))
        if "image" not in torch or "image" not in openvino:
            continue
        differences["brixia"].append(abs(total(torch) - total(openvino)))
        differences["infiltrates"].append(abs(torch["image"]["infiltrates"]["value"] - openvino["image"]["infiltrates"]["value"]))
        if differences["brixia"][-1] > BRIXIA or differences["infiltrates"][-1] > INFILTRATES:
            far.append(f"{row.archive}/{row.path.name}")
    for name, found in differences.items():
        print(f"{name}: {len(found)} images, largest {max(found):.2g}, mean {np.mean(found):.2g}")
    beyond = {"brixia": sum(each > BRIXIA for each in differences["brixia"]),
              "infiltrates": sum(each > INFILTRATES for each in differences["infiltrates"])}
    print(f"beyond the bounds: {beyond} {far}; another verdict or other codes: {exceptions}")
    assert not exceptions
    assert max(beyond.values()) <= (EXCEPTIONS if EVERY_IMAGE else 0)
    assert max(differences["brixia"]) <= FAR_BRIXIA and max(differences["infiltrates"]) <= FAR_INFILTRATES


def test_openvino_is_equal_to_itself_in_one_thread_and_in_eight():
    images = [radiograph(row) for row in frontals(60)[:4]]
    many = aicovid.Assessor.load(SOURCE / "models" / "severity", backend="openvino", workers=8)

    def comparable(report):
        return {name: value for name, value in report.items() if name not in ("created", "timing_ms")}

    expected = [comparable(assessor("openvino").assess(image)) for image in images]
    found = {}

    def work(number):
        found[number] = [comparable(many.assess(image)) for image in images]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(found[number] == expected for number in range(8))


def test_the_golden_cases_hold_in_both_engines():
    for backend in ("torchscript", "openvino"):
        for bundle in ("severity", "severity-open"):
            result = run_cli("model", "verify", SOURCE / "models" / bundle, "--backend", backend)
            assert result.status == 0, result.stderr
            assert "FAIL" not in result.stdout


def test_an_engine_that_is_not_there_is_said():
    with pytest.raises(aicovid.Error, match="expected auto, torchscript or openvino") as caught:
        aicovid.Assessor.load("severity", backend="abacus")
    assert caught.value.code == "invalid_argument"
