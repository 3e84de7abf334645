"""A part of a programme as a form: fields in blocks, begun with what the part says, read back as JSON.

The name of a field is the path of what it says inside the part (`names.th`, `window.since`, `caps.0.points`), so that a
mistake with a JSON pointer finds its field, and what no field shows stays as it is.
"""

import copy
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from babel import dates
from django import forms
from django.conf import settings
from django.utils.translation import get_language_info, pgettext
from django.utils.translation import gettext as _

from cdp.core import written_dates
from cdp.core.structures import Problem
from loyalty.selectors.wallets import Wallet

SPARE_CAPS = 1
MOST_CAPS = 6
SMALLEST = Decimal("0.0001")
LARGEST = Decimal(100_000_000)


@dataclass(frozen=True)
class Known:
    """What a part may name: wallets and tiers of the draft by key, rewards by key, and the money it is told in."""

    wallets: Mapping[str, Wallet]
    tiers: Mapping[str, str]
    currency: str
    rewards: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Block:
    """Fields that stand together: `kind` is how they are laid out (`rows`, `languages`, `stack`, `caps`)."""

    legend: str
    names: list[str]
    kind: str = "stack"
    help: str = ""
    bound: list[Any] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)


class ArticlesField(forms.CharField):
    """SKUs or categories, one a line or between commas."""

    def __init__(self, **more: Any) -> None:
        """A text of several lines."""
        super().__init__(widget=forms.Textarea(attrs={"rows": 2}), required=False, max_length=40_000, **more)

    def prepare_value(self, value: Any) -> Any:
        """A list as lines."""
        return "\n".join(str(one) for one in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """Lines as a list, each once."""
        text = super().clean(value)
        return list(dict.fromkeys(one.strip() for one in text.replace(",", "\n").splitlines() if one.strip()))


class PercentField(forms.DecimalField):
    """A share of 1, shown and typed as percent."""

    def prepare_value(self, value: Any) -> Any:
        """0.8 as 80; what was typed as it was typed."""
        return plain(Decimal(value) * 100) if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Any:
        """80 as 0.8."""
        number = super().clean(value)
        return None if number is None else number / 100


class PartForm(forms.Form):
    """The form of one part; see the module. A subclass adds its blocks in `build`."""

    def __init__(self, data: Any = None, *, part: Mapping[str, Any], known: Known) -> None:
        """Begin with what the part says."""
        super().__init__(data)
        self.before, self.known, self.blocks = part, known, list[Block]()
        self.build()
        for block in self.blocks:
            block.bound = [self[name] for name in block.names]
            if block.kind == "caps":
                block.rows = [block.bound[place : place + 3] for place in range(0, len(block.bound), 3)]

    def build(self) -> None:
        """Add the blocks of this part."""

    # --- fields ----------------------------------------------------------------------------------------------------

    def add(self, name: str, made: forms.Field, default: Any = None) -> str:
        """A field, begun with what stands at its path, or with the default of the programme."""
        found = look(self.before, name)
        if found is None:
            found = default
        if isinstance(made, PercentField) and found is not None:
            found = Decimal(str(found))
        elif isinstance(made, forms.DecimalField) and found is not None:
            found = plain(Decimal(str(found)))
        elif isinstance(made, forms.TimeField) and isinstance(found, str):
            found = found[:5]
        self.fields[name], self.initial[name] = made, found
        return name

    def amount(self, name: str, label: str, help_text: str = "", *, least: Decimal = SMALLEST, **more: Any) -> str:
        """A decimal above zero, or not below it."""
        default = more.pop("default", None)
        return self.add(
            name,
            forms.DecimalField(
                label=label, help_text=help_text, min_value=least, max_value=LARGEST, decimal_places=4, **more
            ),
            default,
        )

    def whole(self, name: str, label: str, help_text: str = "", *, most: int, least: int = 0, **more: Any) -> str:
        """A whole number."""
        default = more.pop("default", None)
        made = forms.IntegerField(label=label, help_text=help_text, min_value=least, max_value=most, **more)
        return self.add(name, made, default)

    def percent(self, name: str, label: str, help_text: str = "", *, default: str) -> str:
        """A share."""
        made = PercentField(label=label, help_text=help_text, min_value=0, max_value=100, decimal_places=2)
        return self.add(name, made, default)

    def choice(self, name: str, label: str, choices: Iterable[tuple[str, str]], **more: Any) -> str:
        """One of a few."""
        default = more.pop("default", None)
        return self.add(name, forms.ChoiceField(label=label, choices=list(choices), **more), default)

    def flag(self, name: str, label: str, *, default: bool, help_text: str = "") -> str:
        """Yes or no."""
        return self.add(name, forms.BooleanField(label=label, required=False, help_text=help_text), default)

    def several(self, name: str, label: str, choices: Iterable[tuple[Any, str]], help_text: str = "") -> str:
        """Any of a few."""
        made = forms.MultipleChoiceField(
            label=label, choices=list(choices), required=False, widget=forms.CheckboxSelectMultiple, help_text=help_text
        )
        return self.add(name, made)

    # --- blocks that several parts have ------------------------------------------------------------------------------

    def names_block(self, name: str, legend: str, *, help: str = "") -> None:
        """A short text in every language."""
        names = []
        for language, _own in settings.LANGUAGES:
            made = forms.CharField(
                label=get_language_info(language)["name_local"],
                required=False,
                max_length=300,
                widget=forms.TextInput(attrs={"lang": language}),
            )
            names.append(self.add(f"{name}.{language}", made))
        self.blocks.append(Block(legend, names, "languages", help))

    def wallet(self) -> str:
        """Which wallet it goes into."""
        choices = [(key, wallet.many) for key, wallet in self.known.wallets.items()]
        return self.choice("wallet", _("Goes into"), choices, default="points")

    def money(self, name: str, label: str, help_text: str = "", **more: Any) -> str:
        """An amount of the programme's money."""
        return self.amount(name, f"{label} ({self.known.currency})", help_text, **more)

    def articles_block(self) -> None:
        """Which articles it is for."""
        names = [
            self.add("of.categories", ArticlesField(label=_("Only these categories"))),
            self.add("of.skus", ArticlesField(label=_("Only these articles (SKU)"))),
            self.add("but.categories", ArticlesField(label=_("Not these categories"))),
            self.add("but.skus", ArticlesField(label=_("Not these articles (SKU)"))),
        ]
        self.blocks.append(Block(_("For which articles"), names, "rows", _("Left empty, for all. One in each line.")))

    def window_block(self) -> None:
        """When it holds, and for whom."""
        days = dates.get_day_names("wide", locale=written_dates.locale())
        day = {"type": "date"}
        names = [
            self.add("window.since", forms.DateField(label=_("From"), required=False, widget=_date(day))),
            self.add("window.until", forms.DateField(label=_("Last day"), required=False, widget=_date(day))),
            self.add("window.opens", forms.TimeField(label=_("From o'clock"), required=False, widget=_time())),
            self.add("window.closes", forms.TimeField(label=_("To o'clock"), required=False, widget=_time())),
        ]
        self.blocks.append(Block(_("When"), names, "rows", _("By the shop's clock. Left empty, always.")))
        more = [
            self.several(
                "window.weekdays", _("On these days of the week"), [(str(at + 1), str(days[at])) for at in range(7)]
            )
        ]
        if self.known.tiers:
            more.append(
                self.several("tiers", _("Only for members of these tiers"), self.known.tiers.items(),
                             _("None chosen means everybody."))
            )  # fmt: skip
        self.blocks.append(Block("", more))

    def caps_block(self) -> None:
        """How much of it anybody gets."""
        kept = self.before.get("caps")
        rows = min(len(kept) if isinstance(kept, list) else 0, MOST_CAPS) + SPARE_CAPS
        names = []
        for row in range(min(rows, MOST_CAPS)):
            names += [
                self.choice(f"caps.{row}.per", _("Limit"), [("", _("No limit")), *periods()], required=False),
                self.amount(f"caps.{row}.points", _("At most so much"), required=False),
                self.whole(f"caps.{row}.times", _("At most so many times"), least=1, most=1_000_000, required=False),
            ]
        self.blocks.append(
            Block(_("How much a member gets of it"), names, "caps", _("Saving makes room for another limit."))
        )

    def expiry_block(self, legend: str, *, as_wallet: bool = False) -> None:
        """When what is earned ends."""
        kinds = [
            ("never", _("Never")),
            ("fixed", _("So long after it can first be spent")),
            ("month", _("So many months after the month in which it was earned")),
            ("idle", _("So long after the last purchase or redemption, all at once")),
        ]
        if as_wallet:
            kinds.insert(0, ("", _("As the wallet says")))
        untils = [
            ("day", _("with the end of that day")),
            ("month", _("with the end of that month")),
            ("year", _("with the end of that year")),
            ("moment", _("to the minute")),
        ]
        names = [
            self.choice("expiry.kind", _("It ends"), kinds, default="" if as_wallet else "never", required=False),
            self.whole("expiry.months", pgettext("how long", "Months"), most=120, required=False),
            self.whole("expiry.days", pgettext("how long", "Days"), most=3660, required=False),
            self.choice("expiry.until", _("At what moment"), untils, default="day", required=False),
        ]
        self.blocks.append(Block(legend, names, "rows"))

    # --- reading back ------------------------------------------------------------------------------------------------

    def as_part(self) -> dict[str, Any]:
        """What was filled in, as JSON; what no field shows stays. Only of a valid form."""
        new = copy.deepcopy(dict(self.before))
        for name, value in self.cleaned_data.items():
            if not name.startswith("caps."):
                place(new, name, told(value))
        if any(name.startswith("caps.") for name in self.fields):
            place(new, "caps", self._caps())
        kind = look(new, "expiry.kind")
        if "expiry.kind" in self.fields and not kind:
            new.pop("expiry", None)
        elif kind in {"never", "month"}:
            new["expiry"] = {name: value for name, value in new["expiry"].items() if name in _SAID[kind]}
        return new

    def _caps(self) -> list[dict[str, Any]]:
        given, found = self.cleaned_data, []
        for row in range(MOST_CAPS):
            if given.get(f"caps.{row}.per"):
                cap = {name: told(given[f"caps.{row}.{name}"]) for name in ("per", "points", "times")}
                found.append({name: value for name, value in cap.items() if value is not None})
        return found

    def clean(self) -> dict[str, Any]:
        """A limit without its period would be lost in silence."""
        given = super().clean() or {}
        for row in range(MOST_CAPS):
            per, much = f"caps.{row}.per", (f"caps.{row}.points", f"caps.{row}.times")
            if per in self.fields and not given.get(per) and any(given.get(name) is not None for name in much):
                self.add_error(per, _("Choose the period of this limit."))
        return given

    def tell(self, problems: Sequence[Problem], pointer: str) -> bool:
        """Put each mistake at its field; those of other parts are left. Whether there was any of this one."""
        found = False
        for problem in problems:
            if problem.pointer != pointer and not problem.pointer.startswith(f"{pointer}/"):
                continue
            steps = problem.pointer[len(pointer) :].strip("/").split("/")
            while steps and ".".join(steps) not in self.fields:
                steps.pop()
            name = ".".join(steps)
            at = name or ("expiry.months" if problem.pointer.endswith("/expiry") else None)
            self.add_error(at if at in self.fields else None, str(problem.message))
            found = True
        return found


_SAID = {"never": {"kind"}, "month": {"kind", "months"}}


def periods() -> list[tuple[str, str]]:
    """What a limit may be counted over."""
    return [
        ("fact", _("for each purchase")),
        ("day", _("for each day")),
        ("week", _("for each week")),
        ("month", _("for each month")),
        ("year", _("for each year")),
        ("ever", _("once and for all")),
    ]


def plain(value: Decimal) -> str:
    """Without zeros that say nothing, and never as a power of ten."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def told(value: Any) -> Any:
    """A cleaned value as JSON; None for what says nothing."""
    if value in (None, "", []):
        return None
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, list):
        return [int(one) if one.isdigit() and len(one) == 1 else one for one in value]
    return value


def look(part: Mapping[str, Any], name: str) -> Any:
    """What stands at a path, or None."""
    found: Any = part
    for step in name.split("."):
        if isinstance(found, list):
            found = found[int(step)] if step.isdigit() and int(step) < len(found) else None
        else:
            found = found.get(step) if isinstance(found, Mapping) else None
    return found


def place(part: dict[str, Any], name: str, value: Any) -> None:
    """Put a value at a path; None takes away what stands there, and what is empty then."""
    *steps, last = name.split(".")
    chain = [part]
    for step in steps:
        inner = chain[-1].get(step)
        if not isinstance(inner, dict):
            if value is None:
                return
            inner = chain[-1][step] = {}
        chain.append(inner)
    if value is None or value == []:
        chain[-1].pop(last, None)
    else:
        chain[-1][last] = value
    for step, inner in zip(reversed(steps), reversed(chain[:-1]), strict=True):
        if not inner.get(step):
            inner.pop(step, None)


def _date(attrs: Mapping[str, str]) -> forms.DateInput:
    return forms.DateInput(attrs=dict(attrs), format="%Y-%m-%d")


def _time() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
