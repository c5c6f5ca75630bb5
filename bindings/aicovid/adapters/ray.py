"""An archive on a Ray cluster: blocks of files in actors, a Parquet file a block.

An actor loads the bundle once and scores one block after another by the pipeline of `aicovid batch`: threads of the actor read and decode,
and share its networks, on the GPU where it has one. Nothing but names of files goes through Ray, so that all nodes have to see the files.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ray.data

from aicovid import _aicovid
from aicovid.errors import InvalidArgumentError
from aicovid.tables import read_rows, to_parquet

if TYPE_CHECKING:
    import pandas


def score_archive(
    files: Iterable[str | os.PathLike[str]], out: str | os.PathLike[str], *, model: str | os.PathLike[str] = "severity", backend: str = "auto",
    decode: str = "exact", precision: str = "fp32", batch: int = 1, clinical: str | os.PathLike[str] | None = None, id_column: str = "",
    id_match: str = "stem", at: str | datetime = "", at_column: str = "", block: int = 256, actors: int | None = None, cpus: int = 1, gpus: float = 0,
) -> list[Path]:
    """Scores files in blocks, each into a Parquet file of its own.

    Parameters
    ----------
    files : iterable of paths
        Radiographs that every node sees under these names. They are sorted; a run that is to be gone on with has to have the same.
    out : path
        The folder of the parts, which every node sees: part-000000.parquet and so on, in the order of the files.
    model, backend, precision, batch
        As for `Assessor.load`.
    decode : str
        "exact" or "fit".
    clinical : path, optional
        A CSV table that every node sees, with id_column, id_match, at and at_column as for `aicovid.batch`.
    block : int
        Files a part. A worker that is lost costs at most this many images again.
    actors : int, optional
        How many work at the same time: as many as the cluster has room for when it is asked, if None.
    cpus, gpus
        What one actor takes: as many images at a time as cpus, and its device is "cuda" where gpus is not 0.

    Returns
    -------
    list of Path
        The parts, in the order of the files. A part that was there already is not made again.

    Raises
    ------
    InvalidArgumentError
        No files, or a block of none.
    ray.exceptions.RayTaskError
        What ends a run of `aicovid batch`, on some node; an image that cannot be scored is a row.

    Notes
    -----
    The rows are those of `aicovid batch` with the same bundle, engine and options. A part is written beside its place and then moved there, so that
    it is whole or not there.
    """
    names = sorted({os.fspath(file) for file in files})
    if not names or block < 1:
        raise InvalidArgumentError(f"there are {len(names)} files in blocks of {block}; expected at least one of each")
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    parts = [folder / f"part-{number:06d}.parquet" for number in range(-(-len(names) // block))]
    missing = [{"part": str(part), "files": names[number * block : (number + 1) * block]} for number, part in enumerate(parts) if not part.exists()]
    if missing:
        settings = {"model": os.fspath(model), "backend": backend, "precision": precision, "batch": batch, "workers": cpus, "device": "cuda" if gpus else "cpu"}
        reading = {"decode": decode, "clinical": None if clinical is None else os.fspath(clinical), "id_column": id_column, "id_match": id_match,
                   "at": at, "at_column": at_column}
        todo = ray.data.from_items(missing, override_num_blocks=len(missing))
        done = todo.map_batches(_Scorer, fn_constructor_args=(settings, reading), batch_size=1, num_cpus=cpus, num_gpus=gpus,
                                concurrency=actors or _room(cpus, gpus, len(missing)))
        for _ in done.iter_rows():  # until all are written
            pass
    return parts


def read_parts(parts: Iterable[str | os.PathLike[str]]) -> pandas.DataFrame:
    """The rows of parts as one DataFrame, in their order."""
    import pandas

    return pandas.concat([pandas.read_parquet(part) for part in parts], ignore_index=True)


def _room(cpus: int, gpus: float, blocks: int) -> int:
    resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call, unused-ignore]
    places = int(resources.get("CPU", 1) // cpus)
    if gpus:
        places = min(places, int(resources.get("GPU", 0) // gpus))
    return max(1, min(places, blocks))


class _Scorer:
    """An actor with a loaded bundle."""

    def __init__(self, settings: dict[str, Any], reading: dict[str, Any]) -> None:
        model, device = settings.pop("model"), settings.pop("device")
        self._assessor = _aicovid.Assessor.load(model, device, **settings)
        self._reading = reading

    def __call__(self, rows: dict[str, Any]) -> dict[str, Any]:
        for part, files in zip(rows["part"], rows["files"]):
            self._score(Path(str(part)), [str(file) for file in files])
        return {"part": rows["part"]}

    def _score(self, part: Path, files: list[str]) -> None:
        with tempfile.TemporaryDirectory(prefix="aicovid-") as folder:
            table = Path(folder) / "rows.csv"
            summary = _aicovid.run_batch(self._assessor, files, out=table, **self._reading)
            frame = read_rows(table)
            frame.attrs["summary"] = summary
            # A name of its own: a worker that was taken for lost may still be at it.
            file, whole = tempfile.mkstemp(prefix=f".{part.name}-", dir=part.parent)
            os.close(file)
            to_parquet(frame, whole)
            os.replace(whole, part)
