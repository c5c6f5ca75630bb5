"""What the figures have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Source: Okabe and Ito, Color Universal Design, 2008. In grey they differ too.
BLUE, ORANGE, GREEN, PURPLE, BLACK = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000"
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, BLACK)
GREY = "#767676"
PURPOSE = "Research use only. Not a medical device."


def new_axes(axes: Axes | None, width: float = 4.6, height: float = 4.6) -> Axes:
    """The axes, or those of a new figure."""
    if axes is not None:
        return axes
    from matplotlib import pyplot

    return pyplot.subplots(figsize=(width, height), layout="constrained")[1]


def bare(axes: Axes) -> None:
    """Takes away the frame's upper and right line."""
    axes.spines[["top", "right"]].set_visible(False)
