"""A training's history as numbers: its lowest loss, its gap, its trends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.drafts.words import Values
from reportgen.analysis.trends import last_third, window

# Losses are printed with three decimals: a smaller change couldn't be seen in the text.
LOSS_STEP = 0.001
# Validation loss moves by some per cent from epoch to epoch; a tenth is beyond that.
LOSS_RISE = 0.10
# Slopes an epoch, below which none is told: 2 % of the validation loss, 0.1 points of accuracy.
LOSS_TREND, ACCURACY_TREND = 0.02, 0.001
# Fewer epochs say too little of those to come: their last third is three points, on which only a
# line shows a trend.
FORECAST = 10


def no_forecast(epochs: int) -> str | None:
    """Why nothing can be said of more epochs after so many; None if something can."""
    if epochs >= FORECAST:
        return None
    return f"con solo {epochs} épocas no se puede prever lo que harían más"


@dataclass(frozen=True)
class Course:
    """A training's history: arrays (E,) ordered by epoch; losses in nats, accuracies 0 to 1."""

    epochs: list[int]
    train_loss: NDArray[np.float64]
    validation_loss: NDArray[np.float64]
    train_accuracy: NDArray[np.float64]
    validation_accuracy: NDArray[np.float64]

    @property
    def lowest(self) -> int:
        """The index of the lowest validation loss."""
        return int(self.validation_loss.argmin())

    @property
    def window(self) -> int:
        """How many epochs the last third has; never fewer than a slope needs."""
        return window(len(self.epochs))

    @property
    def loss_rises(self) -> bool:
        """Whether validation loss ends clearly above its minimum."""
        return self.rises_after(self.lowest)

    @property
    def loss_climbs(self) -> bool:
        """Whether validation loss ends on a slope upwards, though it may be by chance."""
        return last_third(self.validation_loss.tolist())["slope"] >= self._least

    @property
    def overfits(self) -> bool:
        """Whether it does while training loss fell after that minimum."""
        return self.loss_rises and self.fits_on_after(self.lowest)

    @property
    def accuracy_gap(self) -> float:
        """Final training accuracy minus validation accuracy."""
        return float(self.train_accuracy[-1] - self.validation_accuracy[-1])

    @property
    def loss_trend(self) -> float:
        """The slope of validation loss over the window."""
        return self.loss_slope(self.validation_loss)

    @property
    def accuracy_trend(self) -> float:
        """The slope of validation accuracy over the window."""
        return self._slope(self.validation_accuracy, ACCURACY_TREND)

    @property
    def loss_improves(self) -> bool:
        """Whether validation loss falls to the end, below what it was before."""
        recent = self.lowest >= len(self.epochs) - self.window
        return self.loss_trend < 0 and recent and not self.loss_rises

    @property
    def accuracy_improves(self) -> bool:
        """Whether validation accuracy grows to the end, to what it hadn't reached before."""
        accuracy = self.validation_accuracy
        return self.accuracy_trend > 0 and bool(accuracy[-self.window :].max() >= accuracy.max())

    def rises_after(self, index: int) -> bool:
        """Whether validation loss ends clearly above its value at an index."""
        value = self.validation_loss[index]
        change = self.validation_loss[-1] - value
        return bool(change >= max(LOSS_STEP, LOSS_RISE * value))

    def fits_on_after(self, index: int) -> bool:
        """Whether training loss ends below its value at an index."""
        return bool(self.train_loss[index] - self.train_loss[-1] >= LOSS_STEP)

    def loss_slope(self, losses: NDArray[np.float64]) -> float:
        """The slope of a loss, or a difference of losses, over the window; 0 if none shows."""
        return self._slope(losses, self._least)

    @property
    def _least(self) -> float:
        """The least slope of a loss that is told."""
        mean = float(self.validation_loss[-self.window :].mean())
        return max(LOSS_STEP, LOSS_TREND * mean)

    def _slope(self, values: NDArray[np.float64], least: float) -> float:
        """By least squares, an epoch; 0 below ``least`` or if zero is in its 95 % interval."""
        fit = last_third(values.tolist())
        slope = fit["slope"]
        return slope if abs(slope) >= least and abs(slope) > fit["margin"] else 0.0


def course_of(history: Sequence[Values]) -> Course | None:
    """A stored history as arrays; None where it is empty or a number isn't finite."""
    ordered = sorted(history, key=lambda row: row["epoch"])

    def column(name: str) -> NDArray[np.float64]:
        return np.array([row[name] for row in ordered], float)

    course = Course(
        [int(row["epoch"]) for row in ordered],
        column("train_loss"),
        column("validation_loss"),
        column("train_accuracy"),
        column("validation_accuracy"),
    )
    finite = np.isfinite([course.train_loss, course.validation_loss])
    fractions = np.isfinite([course.train_accuracy, course.validation_accuracy])
    return course if ordered and finite.all() and fractions.all() else None
