"""A prize draw as staff write it down: names, times, what counts as an entry, and what can be won."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import get_language_info, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from cdp.core import structures
from loyalty.models import Draw
from loyalty.rules import draws as rules
from loyalty.services.draws import Told

MOMENT = "%Y-%m-%dT%H:%M"
LONGEST_NOTE = 2000


def _in_languages(label: Any, *, longest: int, is_long: bool = False) -> dict[str, forms.CharField]:
    """One field for each language, by its code."""
    widget = (lambda lang: forms.Textarea(attrs={"lang": lang, "rows": 4})) if is_long else _line
    return {
        code: forms.CharField(
            label=f"{label} ({get_language_info(code)['name_local']})",
            required=False,
            max_length=longest,
            widget=widget(code),
        )
        for code, _name in settings.LANGUAGES
    }


def _line(language: str) -> forms.TextInput:
    return forms.TextInput(attrs={"lang": language})


def _moment(label: Any, help_text: Any = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        help_text=help_text,
    )


class DrawForm(forms.Form):
    """All of a draw but its prizes (`PrizeForms`)."""

    opens_at = _moment(pgettext_lazy("prize draw", "Entries count from"))
    closes_at = _moment(gettext_lazy("It closes"), gettext_lazy("Who takes part is frozen then."))
    draws_on = forms.DateField(
        label=gettext_lazy("It is drawn on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    answers = forms.BooleanField(label=gettext_lazy("Answers to surveys that promise it"), required=False)
    surveys = forms.MultipleChoiceField(
        label=gettext_lazy("Surveys that promise a draw without saying which"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    orders = forms.BooleanField(label=gettext_lazy("Orders"), required=False)
    at_least = forms.DecimalField(
        label=gettext_lazy("Orders from an amount of"),
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        help_text=gettext_lazy("What was given back does not count."),
    )
    each = forms.DecimalField(
        label=gettext_lazy("One entry for each so much"),
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        help_text=gettext_lazy("Left empty, an order is one entry."),
    )
    visits = forms.BooleanField(label=gettext_lazy("Days on which somebody bought anything"), required=False)
    members = forms.BooleanField(label=gettext_lazy("Being a member"), required=False)
    tiers = forms.MultipleChoiceField(
        label=gettext_lazy("Only members of these tiers"), required=False, widget=forms.CheckboxSelectMultiple
    )
    most = forms.IntegerField(
        label=gettext_lazy("Entries of one person at most"), min_value=1, max_value=rules.MOST_ENTRIES, initial=1
    )
    answer_days = forms.IntegerField(
        label=gettext_lazy("Days in which a winner has to answer"),
        required=False,
        min_value=1,
        max_value=365,
        help_text=gettext_lazy(
            "For prizes that are handed over: then the next one in line has it. Left empty, nobody has to answer."
        ),
    )
    witness_of = forms.CharField(
        label=gettext_lazy("Mixed with what is drawn in public"),
        required=False,
        max_length=200,
        help_text=gettext_lazy(
            "For example the first prize of the state lottery of that day. Then not even you can know who wins before."
        ),
    )

    def __init__(
        self, *args: Any, row: Draw | None, tiers: Mapping[str, str], surveys: Mapping[str, str], **kwargs: Any
    ) -> None:
        """Begin with what was written. `tiers` and `surveys` are what there is to choose, key → name."""
        super().__init__(*args, **{"initial": _initial(row) if row else {"answers": True}, **kwargs})
        self.row = row
        for name, choices in (("tiers", tiers), ("surveys", surveys)):
            if choices:
                self.fields[name].choices = list(choices.items())  # type: ignore[attr-defined]
            else:
                del self.fields[name]
        names = _in_languages(_("Name"), longest=120)
        notes = _in_languages(_("Conditions in words"), longest=LONGEST_NOTE, is_long=True)
        for code, _name in settings.LANGUAGES:
            names[code].initial = row.names.get(code, "") if row else ""
            notes[code].initial = row.notes.get(code, "") if row else ""
            self.fields[f"name_{code}"], self.fields[f"note_{code}"] = names[code], notes[code]
        self.names = [self[f"name_{code}"] for code in names]
        self.notes = [self[f"note_{code}"] for code in notes]

    def clean(self) -> dict[str, Any]:
        """It has a name in every language and counts something."""
        given = super().clean() or {}
        for code, _name in settings.LANGUAGES:
            if not given.get(f"name_{code}"):
                self.add_error(f"name_{code}", _("Give it a name."))
        if not any(given.get(part) for part in ("answers", "orders", "visits", "members")):
            self.add_error("answers", _("Choose at least one thing that counts as an entry."))
        return given

    def told(self, prizes: Sequence[Mapping[str, Any]]) -> Told:
        """What was written, as the service takes it."""
        given = self.cleaned_data
        names = {code: given[f"name_{code}"].strip() for code, _name in settings.LANGUAGES}
        return Told(
            key=self.row.key if self.row else _key(names["en"], given["draws_on"].isoformat()),
            names=names,
            terms={"entries": _entries(given), "prizes": list(prizes), "most": given["most"]},
            opens_at=given["opens_at"],
            closes_at=given["closes_at"],
            draws_on=given["draws_on"],
            notes={code: text for code, _n in settings.LANGUAGES if (text := given[f"note_{code}"].strip())},
            answer_days=given["answer_days"],
            witness_of=given["witness_of"],
        )

    def tell(self, invalid: structures.Invalid) -> None:
        """Say what is wrong with the terms, at the top."""
        for problem in invalid.problems:
            self.add_error(None, f"{problem.pointer}: {problem.message}")


def _initial(row: Draw) -> dict[str, Any]:
    terms = rules.read(row.terms)
    found: dict[str, Any] = {
        name: getattr(row, name) for name in ("opens_at", "closes_at", "draws_on", "answer_days", "witness_of")
    }
    found |= {name: terms.part(name) is not None for name in ("answers", "orders", "visits", "members")}
    match terms.part("orders"):
        case rules.Orders(at_least=at_least, each=each):
            found |= {"at_least": at_least, "each": each}
    match terms.part("members"):
        case rules.Members(tiers=tiers):
            found["tiers"] = tiers
    match terms.part("answers"):
        case rules.Answers(surveys=surveys):
            found["surveys"] = [str(one) for one in surveys]
    return found | {"most": terms.most}


def _entries(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if given["answers"]:
        found.append({"on": "answers", "surveys": given.get("surveys") or []})
    if given["orders"]:
        amounts = {name: str(given[name]) for name in ("at_least", "each") if given[name]}
        found.append({"on": "orders", **amounts})
    if given["visits"]:
        found.append({"on": "visits"})
    if given["members"]:
        found.append({"on": "members", "tiers": given.get("tiers") or []})
    return found


def _key(name: str, day: str) -> str:
    """Its place in addresses: its English name, else its day; with a number where that is taken."""
    base = slugify(name)[:30].strip("-") or f"draw-{day}"
    taken: Collection[str] = set(Draw.objects.filter(key__startswith=base).values_list("key", flat=True))
    return next(key for n in range(1, 10_000) if (key := base if n == 1 else f"{base}-{n}") not in taken)


class PrizeForm(forms.Form):
    """One prize; a line without a name is none."""

    count = forms.IntegerField(label=gettext_lazy("How many"), required=False, min_value=1, max_value=rules.MOST_OF_ONE)
    what = forms.ChoiceField(
        label=pgettext_lazy("prize draw", "What it is"),
        choices=[
            ("words", gettext_lazy("Something that is handed over")),
            ("points", gettext_lazy("Loyalty points")),
            ("coupon", gettext_lazy("A coupon")),
        ],
        required=False,
    )
    points = forms.IntegerField(
        label=gettext_lazy("How many loyalty points"), required=False, min_value=1, max_value=1_000_000
    )
    offer = forms.ChoiceField(label=gettext_lazy("Offer of the coupon"), required=False)

    def __init__(self, *args: Any, offers: Mapping[str, str], **kwargs: Any) -> None:
        """`offers` are those there are, key → name."""
        super().__init__(*args, **kwargs)
        self.fields["offer"].choices = [("", _("Choose")), *offers.items()]  # type: ignore[attr-defined]
        fields = _in_languages(_("Prize"), longest=200)
        for code, field in fields.items():
            field.initial = (self.initial.get("names") or {}).get(code, "")
            self.fields[f"name_{code}"] = field
        self.names = [self[f"name_{code}"] for code in fields]

    def clean(self) -> dict[str, Any]:
        """A prize has a name in every language, and what it needs."""
        given = super().clean() or {}
        codes = [code for code, _name in settings.LANGUAGES]
        if not any(given.get(f"name_{code}") for code in codes):
            return given
        for code in codes:
            if not given.get(f"name_{code}"):
                self.add_error(f"name_{code}", _("Say what can be won."))
        if given.get("what") == "points" and not given.get("points") and "points" not in self.errors:
            self.add_error("points", _("Give the number."))
        if given.get("what") == "coupon" and not given.get("offer") and "offer" not in self.errors:
            self.add_error("offer", _("Say which coupon."))
        return given

    def written(self) -> dict[str, Any] | None:
        """The JSON of it; None for an empty line."""
        given = self.cleaned_data
        names = {code: text for code, _n in settings.LANGUAGES if (text := given.get(f"name_{code}", "").strip())}
        if not names:
            return None
        found = {"names": names, "what": given.get("what") or "words", "count": given.get("count") or 1}
        if found["what"] == "points":
            found["points"] = given["points"]
        if found["what"] == "coupon":
            found["offer"] = given["offer"]
        return found


class PrizeFormSet(forms.BaseFormSet):
    """At least one prize."""

    def clean(self) -> None:
        """Something can be won."""
        if not any(self.errors) and not self.written():
            raise forms.ValidationError(_("Say what can be won."))

    def written(self) -> list[dict[str, Any]]:
        """The JSON of all of them, in their order."""
        return [one for form in self.forms if (one := form.written()) is not None]


PrizeForms = forms.formset_factory(
    PrizeForm, formset=PrizeFormSet, extra=2, max_num=rules.MOST_PRIZES, validate_max=True
)


class ExcludeForm(forms.Form):
    """Whom to leave out, and why."""

    who = forms.CharField(label=gettext_lazy("E-mail, phone or member number"), max_length=200)
    words = forms.CharField(label=gettext_lazy("Why"), max_length=300)
