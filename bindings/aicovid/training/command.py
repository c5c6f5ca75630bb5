"""The command: a cohort in, a bundle out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import aicovid
from aicovid import cohorts
from aicovid.training.bundle import check_image_bundle, write_bundle
from aicovid.training.embedding import study_of_embedding
from aicovid.training.evaluation import Learner
from aicovid.training.recalibration import recalibrate, write_recalibrated
from aicovid.training.study import study
from aicovid.training.traps import TrapError


def main(arguments: Sequence[str]) -> int:
    """Runs it; 0, 7 where the cohort has a trap, or 2 for all else that is wrong."""
    parser = argparse.ArgumentParser(prog="python3 -m aicovid.training", description="Trains a model of one's own cohort: docs/training.md")
    parser.add_argument("cohort", type=Path, help="a folder of aicovid.cohorts")
    parser.add_argument("--outcome", required=True, help="one of the cohort's outcomes")
    parser.add_argument("--out", type=Path, required=True, help="the bundle's folder; its name becomes the bundle's")
    parser.add_argument("--image-bundle", type=Path, required=True, help="the folder of the bundle that made the cohort's examinations")
    parser.add_argument("--recalibrate", metavar="OUTCOME", help="of the bundle: fit its intercept and slope on --outcome, and train nothing")
    parser.add_argument("--data", default="", help="what the cohort is, in a sentence for the card")
    parser.add_argument("--licence", default="", help="of what is learnt from the cohort, SPDX")
    parser.add_argument("--inputs", nargs="+", metavar="NAME", help="clinical variables; default: all that can be learnt from")
    parser.add_argument("--model", choices=[one.value for one in Learner], default="logistic", help="what is learnt; either: what is better on inner folds")
    parser.add_argument("--embedding", action="store_true", help="learn from the image's embedding, for a condition that no finding stands for")
    parser.add_argument("--state", action="store_true", help="the outcome is a state when the image is taken, and no forecast")
    parser.add_argument("--allow", nargs="+", default=[], metavar="NAME", help="treatments that may be inputs all the same")
    parser.add_argument("--exams", choices=("first", "all"), default="first", help="of a patient; default: first")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    if options.recalibrate is None and not (options.data and options.licence):
        parser.error("a card needs --data and --licence")
    try:
        cohort = cohorts.read(options.cohort)
        if options.recalibrate is not None:
            line = recalibrate(cohort, options.outcome, aicovid.Assessor.load(options.image_bundle), options.recalibrate, seed=options.seed)
            write_recalibrated(line, options.recalibrate, options.image_bundle, options.out)
            print(f"{options.recalibrate}: logit' = {line.intercept:.3f} + {line.slope:.3f} logit; {line.without_number} exams had no probability")
            return 0
        check_image_bundle(options.image_bundle, None if cohort.model is None else cohort.model.manifest_sha256)
        found = study_of_embedding(cohort, options.outcome, of_a_state=options.state, every_exam=options.exams == "all", seed=options.seed) \
            if options.embedding else study(cohort, options.outcome, inputs=options.inputs, of_a_state=options.state, allowed=options.allow,
                      every_exam=options.exams == "all", learner=Learner(options.model), seed=options.seed)  # fmt: skip
        write_bundle(found, options.image_bundle, options.out, manifest_sha256=None if cohort.model is None else cohort.model.manifest_sha256,
                     licence=options.licence, data=options.data)  # fmt: skip
    except TrapError as error:
        print(f"nothing was trained: {error}", file=sys.stderr)
        return 7
    except aicovid.Error as error:
        print(f"aicovid: {error.code}: {error}", file=sys.stderr)
        return 2
    print((options.out / "CARD.md").read_text(encoding="utf-8"))
    return 0
