"""Answers in ranges: what may be said about income, children, education and work, and never more exactly than that."""

import itertools
from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Choice = tuple[str, str | Promise]

GENDERS: Sequence[Choice] = (("female", _("Female")), ("male", _("Male")), ("other", _("Other")))
CHILDREN: Sequence[Choice] = (
    ("0", _("No children")),
    ("1", _("One child")),
    ("2", _("Two children")),
    ("3+", _("Three or more")),
)
EDUCATION: Sequence[Choice] = (
    ("school", _("School")),
    ("vocational", _("Vocational training")),
    ("bachelor", _("Bachelor's degree")),
    ("postgraduate", _("Master's degree or higher")),
)
OCCUPATION: Sequence[Choice] = (
    ("employee", pgettext_lazy("work", "Employee")),
    ("public service", pgettext_lazy("work", "Public service")),
    ("self-employed", pgettext_lazy("work", "Own business or freelance")),
    ("student", pgettext_lazy("work", "Student")),
    ("home", pgettext_lazy("work", "At home")),
    ("retired", pgettext_lazy("work", "Retired")),
    ("other", pgettext_lazy("work", "Something else")),
)
# The rungs of a month's income by currency, round numbers as in `incomes.band`: 10000-19999 and so on.
_LOWEST = {"THB": 10_000, "KRW": 1_000_000, "JPY": 100_000, "VND": 5_000_000, "IDR": 2_000_000}
_STEPS = (1, 2, 5, 10)


def incomes(currency: str) -> list[str]:
    """The bands of a month's income to choose from, lowest first; the last one is open at the top (`100000+`)."""
    lowest = _LOWEST.get(currency, 1_000)
    rungs = [lowest * step for step in _STEPS]
    bands = [f"0-{lowest - 1}"]
    bands += [f"{lower}-{upper - 1}" for lower, upper in itertools.pairwise(rungs)]
    return [*bands, f"{rungs[-1]}+"]


def shown_income(band: str) -> str:
    """A band as people read it: `20,000 – 49,999`; any other text as it is."""
    lower, dash, upper = band.partition("-")
    if band.endswith("+") and band[:-1].isdigit():
        return str(_("%(n)s or more")) % {"n": f"{int(band[:-1]):,}"}
    if not (dash and lower.isdigit() and upper.isdigit()):
        return band
    if lower == "0":
        return str(_("Less than %(n)s")) % {"n": f"{int(upper) + 1:,}"}
    return f"{int(lower):,} – {int(upper):,}"


_WORDS = {"children": dict(CHILDREN), "education": dict(EDUCATION), "occupation": dict(OCCUPATION)}


def shown(field: str, value: str) -> str:
    """The value of one of these fields in the reader's words; what files brought is shown as it stands."""
    if field == "income_band":
        return shown_income(value)
    return str(_WORDS.get(field, {}).get(value, value))
