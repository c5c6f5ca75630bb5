"""What a run of the benchmarks is given."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from measure import SOURCE


@dataclass(frozen=True)
class Settings:
    build: Path  # the build tree
    model: Path  # the bundle
    cache: Path  # where archives are kept
    files: int  # of each transfer syntax
    files_a_size: int  # the same, of the archives of other sizes
    megapixels: float
    rounds: int
    counts: tuple[int, ...]  # of files, for the growth of cost and memory with them

    @property
    def program(self) -> Path:
        return self.build / "bin" / "aicovid"

    @property
    def cores(self) -> set[int]:
        return os.sched_getaffinity(0)
