"""Other threads run while the library works, and no call keeps memory.

About 25 s of one core.
"""

import os
import sys
import threading
import time

import numpy as np
import pytest
from conftest import PATIENT, SOURCE

import aicovid

GOLDEN = SOURCE / "models" / "severity" / "golden" / "rg1.png"
PLAN = aicovid.Plan.parse([{"op": "grey"}, {"op": "percentile_clip"}, {"op": "resize", "size": 224}])


@pytest.fixture(scope="module")
def radiograph():
    return aicovid.read(GOLDEN)


@pytest.fixture(scope="module")
def examination(assessor, radiograph):
    return assessor.examine(radiograph)


def steps_of_another_thread(call):
    """How often another thread ran while the call did; a short call is made anew until one ran, a thousand times at most.

    The interpreter takes its lock from nobody here: a thread runs only where the running one lets go of the lock itself.
    """
    steps, done, running = [0], threading.Event(), threading.Event()

    def other():
        running.set()
        while not done.is_set():
            steps[0] += 1
            time.sleep(0)  # lets go of the lock

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e6)
    thread = threading.Thread(target=other)
    try:
        thread.start()
        running.wait()
        before = steps[0]
        for _ in range(1000):
            call()
            if steps[0] > before:
                break
        return steps[0] - before
    finally:
        done.set()
        thread.join()
        sys.setswitchinterval(interval)


def large_table():
    return "age [a],sex,crp [mg/L]\n" + "64,female,12\n" * 20_000


CALLS = {
    "examine": lambda assessor, radiograph, examination: assessor.examine(radiograph),
    "assess": lambda assessor, radiograph, examination: assessor.assess(radiograph),
    "judge": lambda assessor, radiograph, examination: assessor.judge(examination),
    "load": lambda *_: aicovid.Assessor.load(SOURCE / "models" / "severity"),
    "read": lambda *_: aicovid.read(GOLDEN),
    "read bytes": lambda *_: aicovid.read(GOLDEN.read_bytes()),
    "from_array": lambda *_: aicovid.Radiograph.from_array(np.zeros((3000, 3000), np.uint16)),
    "run": lambda assessor, radiograph, examination: PLAN.run(radiograph),
    "run_batch": lambda assessor, radiograph, examination: PLAN.run_batch([radiograph] * 8),
    "to_json": lambda assessor, radiograph, examination: examination.to_json(),
    "parse_clinical_patients": lambda *_: aicovid.parse_clinical_patients(large_table()),
    "published_scores": lambda *_: aicovid.published_scores('{"gcs": 15}'),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_other_threads_run_while_the_library_works(assessor, radiograph, examination, call):
    assert steps_of_another_thread(lambda: call(assessor, radiograph, examination)) > 0


def test_the_measure_sees_a_call_that_keeps_the_lock():
    assert steps_of_another_thread(lambda: sum(range(30_000))) == 0


def resident_kib():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def raised(call):
    try:
        call()
    except aicovid.Error:
        return
    raise AssertionError("no error")


SMALL = np.random.default_rng(1).integers(0, 255, (64, 64), np.uint8)
TEXT = PATIENT.read_text()
SMALL_PLAN = aicovid.Plan.parse([{"op": "grey"}, {"op": "resize", "size": 32}])
PNG = GOLDEN.read_bytes()


def exchanged():
    tensor, _ = SMALL_PLAN.run_batch([aicovid.Radiograph.from_array(SMALL)])
    np.from_dlpack(tensor)
    tensor.__dlpack__()  # that nobody takes
    tensor.__dlpack__(max_version=(1, 0))


# Each, and how often. A kept result of the cheapest costs some hundred bytes: megabytes in all.
CHEAP = {
    "pixels": (10_000, lambda *_: aicovid.Radiograph.from_array(SMALL).pixels.sum()),
    "records": (10_000, lambda *_: aicovid.ClinicalRecord.parse(TEXT).with_(age=64).given),
    "named values": (10_000, lambda *_: repr(aicovid.ClinicalRecord(age=63, crp=(12, "mg/dL")))),
    "errors": (10_000, lambda *_: raised(lambda: aicovid.read(b"no image"))),
    "tensors": (10_000, lambda *_: exchanged()),
    "reports": (10_000, lambda assessor, examination: assessor.judge(examination, TEXT).outcomes),
    "views": (10_000, lambda assessor, examination: (examination.embedding, examination.lung_mask, examination.model)),
    "examinations": (1_000, lambda assessor, examination: aicovid.Examination.parse(examination.to_json()).findings),
    "pictures": (200, lambda *_: aicovid.read(PNG)),
}


@pytest.mark.parametrize("count, call", CHEAP.values(), ids=CHEAP)
def test_no_call_keeps_memory(assessor, examination, count, call):
    for _ in range(count // 5):
        call(assessor, examination)
    before = resident_kib()
    for _ in range(count):
        call(assessor, examination)
    grown = resident_kib() - before
    assert grown < 1024 + count // 20, f"{grown} KiB more after {count} calls"


def test_examining_keeps_no_memory(assessor, radiograph):
    for _ in range(30):
        assessor.examine(radiograph)
    before = resident_kib()
    for _ in range(100):
        assessor.examine(radiograph)
    # One examination holds a mask, an attribution and an embedding: some 100 KiB.
    assert resident_kib() - before < 4096
