"""One line per figure: what was measured, the reference of the same run, their ratio, the target."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """A measured figure. `ratio` is what the target is about; `at_least` says in which direction."""

    name: str
    seconds: float
    reference: float | None
    ratio: float
    target: float
    at_least: bool
    note: str

    @property
    def is_met(self) -> bool:
        """Whether the target holds."""
        return self.ratio >= self.target if self.at_least else self.ratio <= self.target


class Report:
    """Collects figures, prints them as they come, writes them at the end."""

    def __init__(self) -> None:
        """Nothing measured yet."""
        self.figures: list[Figure] = []

    def __call__(self, name: str, *, seconds: float, reference: float, target: float, note: str = "") -> None:
        """Work that may take at most `target` times the reference."""
        self._add(Figure(name, seconds, reference, seconds / reference, target, at_least=False, note=note))

    def speedup(self, name: str, *, rate: float, reference: float, target: float, note: str = "") -> None:
        """Work that must be at least `target` times as fast; both in units a second."""
        self._add(Figure(name, 1 / rate, 1 / reference, rate / reference, target, at_least=True, note=note))

    def bound(self, name: str, *, seconds: float, target: float, note: str = "") -> None:
        """A time that has a bound of its own (pages); seconds."""
        self._add(Figure(name, seconds, None, seconds, target, at_least=False, note=note))

    def share(self, name: str, value: float, *, target: float, note: str = "") -> None:
        """A share or a correlation that must be at least `target`."""
        self._add(Figure(name, 0.0, None, value, target, at_least=True, note=note))

    def _add(self, figure: Figure) -> None:
        self.figures.append(figure)
        sign = "≥" if figure.at_least else "≤"
        if figure.reference is None and figure.at_least:
            text = f"{figure.ratio:8.3f}         (target {sign} {figure.target:g})"
        elif figure.reference is None:
            text = f"{figure.seconds * 1000:8.1f} ms      (target {sign} {figure.target * 1000:.0f} ms)"
        else:
            text = f"{figure.ratio:8.2f} × reference (target {sign} {figure.target:g} ×)"
        mark = "ok  " if figure.is_met else "MISS"
        print(f"{mark} {figure.name:<46} {text} {figure.note}", flush=True)

    def write(self, path: Path) -> None:
        """All figures as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [asdict(figure) | {"met": figure.is_met} for figure in self.figures]
        path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
