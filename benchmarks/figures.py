"""A measured figure beside the bar that it must reach."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from rich.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure.

    Attributes:
        name: what was measured.
        value: the figure, in `unit`.
        unit: what it counts.
        at_least: the bar, where more is better.
        below: the bar, where less is better. With neither, the figure only explains the others.
        spread: the smallest and the largest single value, where there were several.
    """

    name: str
    value: float
    unit: str
    at_least: float | None = None
    below: float | None = None
    spread: tuple[float, float] | None = None

    @property
    def met(self) -> bool:
        """True if the bar is reached, or if the figure has no bar."""
        return (self.at_least is None or self.value >= self.at_least) and (
            self.below is None or self.value < self.below
        )

    @property
    def bar(self) -> str:
        """The bar, for people."""
        if self.at_least is not None:
            return f">= {self.at_least:g}"
        return f"< {self.below:g}" if self.below is not None else ""


def of_rounds(name: str, values: Sequence[float], unit: str, *, at_least: float | None = None) -> Figure:
    """Return the median of several rounds with their spread."""
    spread = (min(values), max(values))
    return Figure(name=name, value=median(values), unit=unit, at_least=at_least, spread=spread)


def percentile(values: Iterable[float], share: float) -> float:
    """Return the smallest value that at least `share` (0 to 1) of all values do not exceed."""
    ranked = sorted(values)
    return ranked[max(0, -int(-share * len(ranked) // 1) - 1)]


def table(figures: Sequence[Figure]) -> Table:
    """Return the figures for people, each bar beside its figure."""
    shown = Table("measured", "figure", "unit", "min..max", "bar", "met")
    for column in shown.columns[1:4]:
        column.justify = "right"
    for figure in figures:
        spread = "" if figure.spread is None else f"{_short(figure.spread[0])}..{_short(figure.spread[1])}"
        met = "" if not figure.bar else "yes" if figure.met else "NO"
        shown.add_row(figure.name, _short(figure.value), figure.unit, spread, figure.bar, met)
    return shown


def _short(value: float) -> str:
    """Two decimals below 10, one below 100, thousands set apart."""
    for limit, digits in ((10, 2), (100, 1)):
        if abs(value) < limit:
            return f"{value:.{digits}f}"
    return f"{value:,.0f}"
