"""Asking for a file of people: what, of whom, what for, in which form and why."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from analytics.selectors import segments
from cdp.core.exports import asking, registry, writing
from cdp.core.imports import registry as imports
from consent.selectors import purposes

FORMATS = {
    "csv": _("CSV, for spreadsheets"),
    "parquet": _("Parquet, for analysts"),
    "jsonl": _("JSON, one line for each row"),
}
OWN_BOOKS = _("Our own books: serving customers, accounts, checks")
NAMES = {
    "marketing": _("Advertising"),
    "profiling": _("Analysing single people"),
    "measurement": _("Measuring"),
    "third_party": _("Somebody else, who uses it for their own ends"),
}


def purpose_names() -> dict[str, str]:
    """Every purpose a file may have, in the reader's language."""
    named = purposes.names(get_language() or "en")
    return {key: str(OWN_BOOKS) if key == "service" else named.get(key) or str(NAMES[key]) for key in asking.PURPOSES}


def column_names(kind: str) -> dict[str, str]:
    """Column → what people call it, as the import of that kind does; a column it does not know stays as it is."""
    what = registry.kinds()[kind]
    known = imports.kinds().get(kind)
    targets = known.targets if known else {}
    return {column: str(targets.get(column, column)) for column in what.columns}


class ExportForm(forms.Form):
    """One kind of file."""

    segment = forms.ChoiceField(label=_("Of whom"), required=False)
    purpose = forms.ChoiceField(
        label=_("What is the file for?"),
        help_text=_("Whoever did not allow this purpose is not in the file."),
        widget=forms.RadioSelect,
    )
    form = forms.ChoiceField(label=_("Form of the file"), widget=forms.RadioSelect, initial="csv")
    columns = forms.MultipleChoiceField(
        label=_("Columns"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Take only what is needed: what is not in a file cannot be lost with it."),
        error_messages={"required": _("Choose at least one column.")},
    )
    reason = forms.CharField(
        label=_("Why is it needed?"),
        max_length=asking.LONGEST_REASON,
        min_length=asking.SHORTEST_REASON,
        help_text=_("For example: labels for the spring letter. Kept with the export; name no customers here."),
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        """Offer what this kind has."""
        super().__init__(*args, **kwargs)
        what = registry.kinds()[kind]
        everybody = [("", _("Everybody we know"))]
        named = [(one.key, one.shown_name) for one in segments.live().order_by("name")]
        _choices(self, "segment", [*everybody, *named])
        _choices(self, "purpose", list(purpose_names().items()))
        _choices(self, "form", [(key, FORMATS[key]) for key in writing.FORMATS])
        _choices(self, "columns", list(column_names(kind).items()))
        self.fields["purpose"].initial = "service"
        self.fields["columns"].initial = list(what.columns)
        if not what.is_personal:
            for name in ("segment", "purpose"):
                self.fields[name].required = False
                self.fields[name].widget = forms.HiddenInput()
            self.fields["reason"].required = False


def _choices(form: forms.Form, name: str, choices: list[Any]) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined]
    form.fields[name].widget.choices = choices


class DecisionForm(forms.Form):
    """What the second person says."""

    why = forms.CharField(
        label=_("What should your colleague know?"), max_length=asking.LONGEST_REASON, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
