"""A model of one's own cohort, as a bundle (docs/training.md)::

    python3 -m aicovid.training cohort/ --outcome severe --out my-model/ --image-bundle models/severity --data "..." --licence "..."

Research use only. Not a medical device.
"""

from aicovid.training.bundle import write_bundle
from aicovid.training.embedding import study_of_embedding
from aicovid.training.evaluation import Calibrated, Learner, Material
from aicovid.training.inputs import Input, Kind
from aicovid.training.logistic import Logistic, Shape, Term, covariance, fit
from aicovid.training.recalibration import Recalibration, recalibrate, write_recalibrated
from aicovid.training.study import Study, study
from aicovid.training.traps import Caught, Trap, TrapError

__all__ = [
    "Calibrated", "Caught", "Input", "Kind", "Learner", "Logistic", "Material", "Recalibration", "Shape", "Study", "Term", "Trap", "TrapError", "covariance",
    "fit", "recalibrate", "study", "study_of_embedding", "write_bundle", "write_recalibrated",
]  # fmt: skip
