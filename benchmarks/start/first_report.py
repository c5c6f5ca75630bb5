"""From a cold start to the first report: aicovid beside the Python way, each as a new process."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from archive import agreement, make
from archive.compare import PEER
from measure import SOURCE, cost
from settings import Settings

RECORD = SOURCE / "examples" / "patient.json"
SHORT = 5  # times as many rounds as others have: a start is short


def measure(settings: Settings) -> list[dict]:
    file = make.archive(2, settings.megapixels, settings.cache) / "uncompressed" / "00000.dcm"
    with tempfile.TemporaryDirectory() as folder:
        seen, table = Path(folder) / "seen.json", Path(folder) / "rows.csv"
        score = [settings.program, "score", file, "--clinical", RECORD, "--model", settings.model]
        peer = [sys.executable, PEER, file, "--jobs", "1", "--out", table, "--bundle", settings.model]
        commands = {
            ("score", "aicovid", "openvino"): [*score, "--backend", "openvino"],
            ("score", "aicovid", "torchscript"): [*score, "--backend", "torchscript"],
            ("score", "python", "openvino"): [*peer, "--engine", "openvino"],
            ("score", "python", "torchscript"): [*peer, "--engine", "torchscript"],
            ("judge", "aicovid", "none"): [settings.program, "judge", seen, "--clinical", RECORD, "--model", settings.model],
            ("clinical", "aicovid", "none"): [settings.program, "clinical", RECORD],
        }
        cost([settings.program, "examine", file, "--model", settings.model, "--backend", "openvino", "--out", seen])
        check(settings, file, commands, Path(folder))
        results = [{"what": what, "side": side, "engine": engine, "runs": []} for what, side, engine in commands]
        for _ in range(SHORT * settings.rounds):
            for command, result in zip(commands.values(), results, strict=True):
                result["runs"].append(cost(command, cores={min(settings.cores)})._asdict())
    return results


def check(settings: Settings, file: Path, commands: dict, folder: Path) -> None:
    """Each way scores the file alike.

    @throws ValueError if not
    """
    ours = folder / "ours.csv"
    for engine in ("openvino", "torchscript"):
        cost([settings.program, "batch", file, "--model", settings.model, "--backend", engine, "--out", ours])
        cost(commands["score", "python", engine])
        agreement.require_agreement(ours, folder / "rows.csv")
        ours.unlink()
        ours.with_name("ours.csv.run.json").unlink()
