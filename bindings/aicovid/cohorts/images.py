"""Examines the images of a source. A run that was broken off goes on where it ended."""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aicovid
from aicovid.cohorts.form import Exam, without_identifiers
from aicovid.cohorts.rows import Draft

EVERY = 50


@dataclass(frozen=True)
class Examined:
    """What became of one image."""

    status: str  #: "ok", "refused" or "error"
    view: str | None  #: by the file's header
    examination: str | None


def examine(drafts: Sequence[Draft], *, model: str, jobs: int, kept: Path, key: bytes) -> list[Exam]:
    """The exams of the drafts, each with the Examination of its image.

    Parameters
    ----------
    drafts : sequence of Draft
    model : str
        A bundle's folder or name.
    jobs : int
        Images at the same time.
    kept : pathlib.Path
        A file that takes each Examination as soon as it is there. One that exists is gone on with; lines of another model, or of
        files that have changed, are passed over.
    key : bytes
        Of the pseudonyms; the file names images by it.

    Returns
    -------
    list of Exam
        In the order of the drafts.
    """
    with_image = [draft for draft in drafts if draft.image is not None]
    if not with_image:
        return [draft.exam for draft in drafts]
    assessor = aicovid.Assessor.load(model, workers=jobs)
    done = _read_kept(kept)
    names = {
        id(draft): _name(draft.image, assessor.model.manifest_sha256, key) for draft in with_image if draft.image is not None
    }
    left = [draft for draft in with_image if names[id(draft)] not in done]
    if len(left) < len(with_image):
        print(f"{len(with_image) - len(left)} of {len(with_image)} images were examined by an earlier run", file=sys.stderr)
    with open(kept, "a", encoding="utf-8") as stream, ThreadPoolExecutor(jobs) as pool:
        kept.chmod(0o600)
        found = pool.map(lambda draft: _examine(assessor, draft.image), left)
        try:
            for number, (draft, examined) in enumerate(zip(left, found, strict=True), start=1):
                done[names[id(draft)]] = examined
                stream.write(json.dumps({"image": names[id(draft)], **vars(examined)}) + "\n")
                stream.flush()
                if number % EVERY == 0 or number == len(left):
                    print(f"examined {number} of {len(left)} images", file=sys.stderr)
        finally:
            # Ctrl-C must not wait for all images that are left.
            pool.shutdown(cancel_futures=True)
    return [draft.exam if draft.image is None else _with(draft.exam, done[names[id(draft)]]) for draft in drafts]


def _examine(assessor: aicovid.Assessor, file: Path | None) -> Examined:
    try:
        examination = assessor.examine(aicovid.read(file or Path()))
    except aicovid.Error:
        return Examined("error", None, None)
    return Examined("refused" if examination.refused else "ok", examination.input.view, without_identifiers(examination))


def _with(exam: Exam, examined: Examined) -> Exam:
    view = exam.view or (examined.view if examined.view in ("AP", "PA") else None)
    return replace(exam, image=examined.status, view=view, examination_json=examined.examination)


def _name(file: Path | None, manifest: str, key: bytes) -> str:
    """Of a model and a file as it is now; it says nothing of the path to whoever has no key."""
    path = file or Path()
    state = path.stat()
    return hmac.new(
        key, f"{manifest}\0{path.resolve()}\0{state.st_size}\0{state.st_mtime_ns}".encode(), hashlib.sha256
    ).hexdigest()


def _read_kept(kept: Path) -> dict[str, Examined]:
    if not kept.exists():
        return {}
    whole = kept.read_text(encoding="utf-8").rpartition("\n")[0]
    # What a broken run left of its last line is cut off, so that the next line begins anew.
    kept.write_text(f"{whole}\n" if whole else "", encoding="utf-8")
    return {line["image"]: Examined(line["status"], line["view"], line["examination"]) for line in _lines(whole)}


def _lines(text: str) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in text.split("\n") if line)
