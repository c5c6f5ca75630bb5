"""What each step from a file to its findings costs in aicovid and in the Python way, on one thread, in one process, one after the other."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from archive import agreement, make, peer
from settings import Settings

REPEATS = 5  # of a file in a round

Steps = dict[str, float]  # milliseconds of CPU time


def python_way(networks: peer.Networks) -> Callable[[Path], tuple[Steps, float]]:
    def run(file: Path) -> tuple[Steps, float]:
        clock = peer.Clock()
        brixia = peer.score(networks, file, clock)
        spent = {name: 1000 * seconds for name, seconds in clock.spent.items()}
        return {"read and decode": spent["read"] + spent["decode"], "preprocess": spent["preprocess"], "networks": spent["infer"]}, brixia

    return run


def aicovid_way(model: Path) -> Callable[[Path], tuple[Steps, float]]:
    import aicovid

    assessor = aicovid.Assessor.load(model, backend="openvino")
    plans = [aicovid.Plan.parse(plan) for plan in json.loads((model / "manifest.json").read_text(encoding="utf-8"))["plans"].values()]

    def run(file: Path) -> tuple[Steps, float]:
        begin = time.process_time()
        radiograph = aicovid.read(file)
        read = time.process_time()
        examination = assessor.examine(radiograph)
        examined = time.process_time()
        seen = examination.to_dict()
        height, width = seen["input"]["rows"], seen["input"]["columns"]
        # The plans once more by themselves, the middle of the image standing for the lungs: the library tells their time on the wall alone.
        again = time.process_time()
        for plan in plans:
            plan.run(radiograph, lung_box=(0.1 * height, 0.1 * width, 0.9 * height, 0.9 * width))
        preprocess = time.process_time() - again
        steps = {"read and decode": read - begin, "preprocess": preprocess, "networks": examined - read - preprocess}
        return {name: 1000 * seconds for name, seconds in steps.items()}, seen["image"]["brixia"]["value"]

    return run


def measure(settings: Settings) -> list[dict]:
    """The least of each step.

    @throws ValueError if the two score a file otherwise
    """
    sys.path.insert(0, str(settings.build / "python"))
    folder = make.archive(2, settings.megapixels, settings.cache)
    ways = {"python": python_way(peer.Networks(settings.model, "openvino")), "aicovid": aicovid_way(settings.model)}
    results = []
    for syntax in make.SYNTAXES:
        file = folder / syntax / "00000.dcm"
        least: dict[str, Steps] = {side: {} for side in ways}
        for _ in range(REPEATS * settings.rounds):
            found = {}
            for side, way in ways.items():
                steps, found[side] = way(file)
                for step, milliseconds in steps.items():
                    least[side][step] = min(milliseconds, least[side].get(step, milliseconds))
            if abs(found["python"] - found["aicovid"]) > agreement.BRIXIA_TOLERANCE:
                raise ValueError(f"{syntax}: Brixia is {found}")
        results += [{"what": syntax, "side": side, "steps_ms": steps} for side, steps in least.items()]
    return results
