"""Whether cost and memory of `aicovid batch` grow with the number of files: links to one small picture."""

from __future__ import annotations

import tempfile
from pathlib import Path

from archive import agreement
from measure import SOURCE, cores, cost
from settings import Settings

PICTURE = SOURCE / "models" / "severity" / "golden" / "rg1.png"
JOBS = 2


def measure(settings: Settings) -> list[dict]:
    results = []
    for count in settings.counts:
        with tempfile.TemporaryDirectory() as temporary:
            folder, out = Path(temporary) / "files", Path(temporary) / "rows.csv"
            folder.mkdir()
            for i in range(count):
                (folder / f"{i:06}.png").symlink_to(PICTURE)
            command = [settings.program, "batch", folder, "--model", settings.model, "--backend", "openvino", "--jobs", JOBS, "--out", out]
            spent = cost(command)
            found = {row["brixia"] for row in agreement.rows(out).values()}
            if len(agreement.rows(out)) != count or len(found) != 1:
                raise ValueError(f"{count} links to one picture have {len(agreement.rows(out))} rows with {len(found)} different scores")
            results.append({"files": count, "jobs": JOBS, "cores": cores(), "runs": [spent._asdict()]})
    return results
