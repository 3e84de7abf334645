"""Forms for what is given: rewards of the catalogue, codes that everybody may use, offers of personal coupons."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language_info, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cdp.core import structures
from cdp.core.files import values
from loyalty.forms.parts import LARGEST, SMALLEST, ArticlesField, plain
from loyalty.models import Offer, Promotion, Reward
from loyalty.rules import benefit, promotions

LONGEST_VALID = 3650
_FOR = {
    "percent": "percent",
    "amount": "amount credit",
    "most": "percent item",
    "minimum": "percent amount item",
    "currency": "percent amount item credit",
}


class GivingForm(forms.Form):
    """Names in the shop's languages, and what is given; `fields_of` are laid out by the template in their blocks."""

    gives = forms.ChoiceField(
        label=_("What it gives"),
        choices=[
            ("percent", _("Percent off")),
            ("amount", _("An amount off")),
            ("item", _("An article for nothing")),
            ("credit", _("Store credit")),
        ],
    )
    percent = forms.DecimalField(
        label=_("Percent"), min_value=SMALLEST, max_value=100, decimal_places=2, required=False
    )
    amount = forms.DecimalField(
        label=_("Amount"), min_value=SMALLEST, max_value=LARGEST, decimal_places=2, required=False
    )
    skus = ArticlesField(
        label=_("Only these articles"), help_text=_("By their numbers (SKU), one a line. Empty: everything.")
    )
    categories = ArticlesField(label=_("Only these categories"), help_text=_("One a line."))
    most = forms.DecimalField(
        label=_("At most off"), min_value=SMALLEST, max_value=LARGEST, decimal_places=2, required=False
    )
    minimum = forms.DecimalField(
        label=_("Smallest basket"), min_value=SMALLEST, max_value=LARGEST, decimal_places=2, required=False
    )
    currency = forms.CharField(label=_("Currency"), max_length=3, required=False)
    is_on = forms.BooleanField(label=_("Is given now"), required=False, initial=True)

    has_key = True

    def __init__(self, data: Any = None, *, row: Any = None, **_more: Any) -> None:
        """Begin with what the row says; without one it is new."""
        super().__init__(data)
        self.row = row
        if row is None and self.has_key:
            key = forms.SlugField(
                label=_("Key"), max_length=40, help_text=_("Small letters, digits and -: programs name it so.")
            )
            self.fields["key"] = key
        languages = [code for code, _name in settings.LANGUAGES]
        for code in languages:
            name = get_language_info(code)["name_translated"]
            self.fields[f"name_{code}"] = forms.CharField(
                label=_("Name (%(language)s)") % {"language": name}, max_length=100, required=code == languages[0]
            )
        self.names = [f"name_{code}" for code in languages]
        self._begin(row, languages)

    def _begin(self, row: Any, languages: Iterable[str]) -> None:
        self.initial["currency"] = settings.CDP_CURRENCY
        if row is None:
            return
        told = row.benefit
        self.initial.update({name: told.get(name) for name in ("gives", "percent", "amount", "most", "minimum")})
        self.initial.update({name: told.get("of", {}).get(name, []) for name in ("skus", "categories")})
        self.initial.update({f"name_{code}": row.names.get(code, "") for code in languages})
        self.initial["currency"] = told.get("currency") or settings.CDP_CURRENCY
        for name in self.fields:
            if name not in self.initial and hasattr(row, name):
                value = getattr(row, name)
                self.initial[name] = plain(value) if isinstance(value, Decimal) else value

    def bound(self, *names: str) -> list[Any]:
        """Some of its fields, as a template draws them."""
        return [self[name] for name in names if name in self.fields]

    @property
    def told_names(self) -> list[Any]:
        """The names by language."""
        return self.bound("key", *self.names)

    @property
    def told_benefit(self) -> list[tuple[Any, str]]:
        """What it gives, each field with the kinds of benefit that it belongs to: the page shows those."""
        return [(self[name], kinds) for name, kinds in _FOR.items()]

    @property
    def told_articles(self) -> list[Any]:
        """What it is on."""
        return self.bound("skus", "categories")

    @property
    def told_others(self) -> list[Any]:
        """Everything else."""
        known = {*(one.name for one in (*self.told_names, *self.told_articles)), *_FOR, "gives", "is_on"}
        return [one for one in self.visible_fields() if one.name not in known]

    def clean_currency(self) -> str:
        """A code of ISO 4217, in capitals."""
        code = str(self.cleaned_data["currency"]).upper()
        if code and code not in values.currencies():
            raise forms.ValidationError(_("This is no ISO 4217 currency code; write one such as THB."))
        return code

    def clean(self) -> dict[str, Any]:
        """Read the benefit; its mistakes stand at the fields they are about."""
        told = super().clean() or self.cleaned_data
        if self.errors:
            return told
        kind = told["gives"]
        need = {"percent": "percent", "amount": "amount", "credit": "amount"}.get(kind)
        if need and told.get(need) is None:
            self.add_error(need, _("Say how much."))
        if kind == "item" and not told["skus"] and not told["categories"]:
            self.add_error("skus", _("Say which articles."))
        if self.errors:
            return told
        names = [name for name, kinds in _FOR.items() if kind in kinds.split() and name != "currency"]
        found: dict[str, Any] = {name: str(told[name]) for name in names if told.get(name) is not None}
        of = {name: told[name] for name in ("skus", "categories") if told[name]}
        if of and kind != "credit":
            found["of"] = of
        if set(found) & {"amount", "most", "minimum"}:
            found["currency"] = told["currency"] or settings.CDP_CURRENCY
        try:
            self.benefit = benefit.read({"gives": kind, **found})
        except structures.Invalid as error:
            raise forms.ValidationError([problem.message for problem in error.problems]) from error
        return told

    def written(self) -> dict[str, Any]:
        """The columns that all of them have."""
        told = self.cleaned_data
        names = {name.removeprefix("name_"): told[name] for name in self.names if told[name]}
        return {"names": names, "benefit": benefit.written(self.benefit), "is_on": told["is_on"]}


def _moment(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


def _begins(day: dt.date | None) -> dt.datetime | None:
    return timezone.make_aware(dt.datetime.combine(day, dt.time())) if day else None


class _Dated(GivingForm):
    """With days: from the beginning of the first to the end of the last, by the shop's clock."""

    starts_at = _moment(pgettext_lazy("first day", "From"))
    ends_at = _moment(_("Last day"))

    def _begin(self, row: Any, languages: Iterable[str]) -> None:
        super()._begin(row, languages)
        if row is not None:
            self.initial["starts_at"] = row.starts_at and timezone.localdate(row.starts_at)
            self.initial["ends_at"] = row.ends_at and timezone.localdate(row.ends_at - dt.timedelta(microseconds=1))

    def written(self) -> dict[str, Any]:
        """With the moments."""
        last = self.cleaned_data["ends_at"]
        moments = {
            "starts_at": _begins(self.cleaned_data["starts_at"]),
            "ends_at": _begins(last + dt.timedelta(days=1) if last else None),
        }
        return super().written() | moments

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        told = super().clean()
        if told.get("starts_at") and told.get("ends_at") and told["ends_at"] < told["starts_at"]:
            self.add_error("ends_at", _("The last day is before the first."))
        return told


class RewardForm(_Dated):
    """One reward of the catalogue."""

    wallet = forms.ChoiceField(label=_("Paid with"))
    cost = forms.DecimalField(label=_("Costs"), min_value=SMALLEST, max_value=LARGEST, decimal_places=4)
    how = forms.ChoiceField(label=_("How it is given"), choices=Reward.How.choices)
    valid_days = forms.IntegerField(
        label=_("Coupon good for days"), min_value=1, max_value=LONGEST_VALID, required=False, initial=60
    )
    stock = forms.IntegerField(
        label=_("Pieces in all"), min_value=0, max_value=1_000_000_000, required=False,
        help_text=_("With those that were taken. Empty: as many as are wanted."),
    )  # fmt: skip
    each = forms.IntegerField(
        label=_("For each member"), min_value=1, max_value=1000, required=False, help_text=_("Empty: no limit.")
    )
    per = forms.ChoiceField(label=_("Counted"), choices=Reward.Per.choices)
    tiers = forms.MultipleChoiceField(
        label=_("Only for tiers"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("None: for all.")
    )
    position = forms.IntegerField(label=_("Place in the list"), min_value=0, max_value=10_000, initial=100)

    def __init__(self, data: Any = None, *, row: Any = None, wallets: Any = (), tiers: Any = ()) -> None:
        """Wallets and tiers are (key, name)."""
        super().__init__(data, row=row)
        self.fields["wallet"].choices = list(wallets)  # type: ignore[attr-defined]
        self.fields["tiers"].choices = list(tiers)  # type: ignore[attr-defined]
        if not tiers:
            del self.fields["tiers"]

    def clean_stock(self) -> int | None:
        """What was taken cannot be undone by a smaller number."""
        stock: int | None = self.cleaned_data["stock"]
        if self.row is not None and stock is not None and stock < self.row.taken:
            raise forms.ValidationError(_("%(taken)s were taken already.") % {"taken": self.row.taken})
        return stock

    def clean_key(self) -> str:
        """Each key once."""
        return _free(Reward, self.cleaned_data["key"])

    def written(self) -> dict[str, Any]:
        """The columns of the row."""
        told = self.cleaned_data
        plainly = {name: told[name] for name in ("wallet", "cost", "how", "stock", "each", "per", "position")}
        return super().written() | plainly | {"valid_days": told["valid_days"] or 60, "tiers": told.get("tiers", [])}


class PromotionForm(_Dated):
    """Codes that are nobody's own."""

    kind = forms.ChoiceField(label=_("Codes"), choices=Promotion.Kind.choices)
    word = forms.CharField(
        label=_("Code"), max_length=40, required=False, help_text=_("Letters and digits, such as SONGKRAN26.")
    )
    size = forms.IntegerField(
        label=_("How many codes"), min_value=1, max_value=promotions.MOST_CODES, required=False, initial=1000
    )
    total = forms.IntegerField(
        label=_("Uses in all"), min_value=1, max_value=1_000_000_000, required=False, help_text=_("Empty: no limit.")
    )
    each = forms.IntegerField(
        label=_("Uses by each customer"), min_value=1, max_value=1000, required=False, help_text=_("Empty: no limit.")
    )
    has_guests = forms.BooleanField(label=_("Also without naming a customer"), required=False, initial=True)
    is_first_order = forms.BooleanField(label=_("For the first order only"), required=False)

    def __init__(self, data: Any = None, *, row: Any = None, **_more: Any) -> None:
        """What the codes are stays as it is once they are made."""
        super().__init__(data, row=row)
        self.fields["gives"].choices = self.fields["gives"].choices[:3]  # type: ignore[attr-defined]
        if row is not None:
            for name in ("kind", "word", "size"):
                del self.fields[name]

    def clean_key(self) -> str:
        """Each key once."""
        return _free(Promotion, self.cleaned_data["key"])

    def clean(self) -> dict[str, Any]:
        """A word that can be a code."""
        told = super().clean()
        if told.get("kind") == Promotion.Kind.WORD and not promotions.word(told.get("word") or ""):
            self.add_error("word", _("Write 3 to 40 letters from A to Z and digits."))
        if told.get("kind") == Promotion.Kind.BATCH and not told.get("size"):
            self.add_error("size", _("Say how many."))
        return told

    def written(self) -> dict[str, Any]:
        """The columns of the row."""
        told = self.cleaned_data
        found = {name: told[name] for name in ("total", "each", "has_guests", "is_first_order")}
        if self.row is None:
            is_word = told["kind"] == Promotion.Kind.WORD
            found |= {
                "kind": told["kind"],
                "word": told["word"].strip().upper() if is_word else "",
                "size": 1 if is_word else told["size"],
            }
        return super().written() | found


class OfferForm(GivingForm):
    """An offer of personal coupons; coupons that are out keep what they were promised."""

    why = forms.ChoiceField(label=_("Given for"), choices=Offer.Why.choices)
    valid_days = forms.IntegerField(label=_("Good for days"), min_value=1, max_value=LONGEST_VALID, initial=60)

    def __init__(self, data: Any = None, *, row: Any = None, **_more: Any) -> None:
        """What the shop begins with keeps what it is for."""
        super().__init__(data, row=row)
        self.fields["gives"].choices = self.fields["gives"].choices[:3]  # type: ignore[attr-defined]
        self.fields[self.names[0]].required = False
        if row is not None and row.key == Offer.FIRST_ORDER:
            del self.fields["why"]

    def clean_key(self) -> str:
        """Each key once."""
        return _free(Offer, self.cleaned_data["key"])

    def written(self) -> dict[str, Any]:
        """The columns of the row."""
        told = self.cleaned_data
        return super().written() | {name: told[name] for name in ("why", "valid_days") if name in told}


def _free(model: Any, key: str) -> str:
    if model.objects.filter(key=key).exists():
        raise forms.ValidationError(_("There is one with this key already."))
    return key
