"""Figures of results, with matplotlib: colours that the colour-blind tell apart (Okabe and Ito 2008), and that print in grey.

Each function draws into the axes that it is given, or into a new figure, and returns what it drew into. Nothing is shown or saved.
"""

from aicovid.plot.course import course
from aicovid.plot.evaluation import bland_altman, calibration, decision_curve, forest, precision_recall, roc
from aicovid.plot.report_figure import report

__all__ = ["bland_altman", "calibration", "course", "decision_curve", "forest", "precision_recall", "report", "roc"]
