"""Asking for a file of people: what, of whom, what for, in which form and why."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from analytics.selectors import segments
from cdp.core.exports import asking, leading, registry, writing
from cdp.core.imports import registry as imports
from consent.selectors import purposes

FORMATS = {
    "csv": _("CSV, for spreadsheets"),
    "parquet": _("Parquet, for analysts"),
    "jsonl": _("JSON, one line for each row"),
}
SLASH = "/"
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


def use_words(purpose: str, channel: str, names: Mapping[str, str]) -> str:
    """What a file is for, with the channel of a list. `names`: `purpose_names`."""
    name = names.get(purpose, purpose)
    return gettext("%(purpose)s, by %(channel)s") % {"purpose": name, "channel": _way(channel)} if channel else name


def _way(channel: str) -> str:
    """A channel within a sentence."""
    name = purposes.channel_name(channel)
    return name if any(letter.isupper() for letter in name[1:]) else name[:1].lower() + name[1:]


def uses(kind: registry.Kind) -> list[tuple[str, str]]:
    """What a file of that kind may be for: a purpose, or a purpose and a channel where people allow each by itself."""
    found, names = [], purpose_names()
    for purpose in asking.PURPOSES:
        ways = leading.ways(kind, purpose)
        found += [
            (SLASH.join(filter(None, (purpose, channel))), use_words(purpose, channel, names))
            for channel in ([""] if ways is None else ways)
        ]
    return found


def column_names(what: registry.Kind) -> dict[str, str]:
    """Column → what people call it, as the import of that kind does; a column it does not know stays as it is."""
    known = imports.kinds().get(what.key)
    targets = known.targets if known else {}
    return {column: str(targets.get(column, what.headings.get(column, column))) for column in what.columns}


class ExportForm(forms.Form):
    """One kind of file."""

    segment = forms.ChoiceField(label=_("Of whom"), required=False)
    purpose = forms.ChoiceField(
        label=_("What is the file for?"),
        help_text=_(
            "Whoever did not allow this is not in the file. Advertising is allowed channel by channel, so a list is for"
            " one: it holds names, the language and the address of that channel, and nothing else."
        ),
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

    def __init__(self, *args: Any, what: registry.Kind, **kwargs: Any) -> None:
        """Offer what this kind has."""
        super().__init__(*args, **kwargs)
        everybody = [("", _("Everybody we know"))]
        named = [(one.key, one.shown_name) for one in segments.live().order_by("name")]
        _choices(self, "segment", [*everybody, *named])
        _choices(self, "purpose", uses(what))
        _choices(self, "form", [(key, FORMATS[key]) for key in writing.FORMATS])
        _choices(self, "columns", list(column_names(what).items()))
        self.fields["purpose"].initial = "service"
        self.fields["columns"].initial = list(what.columns)
        if not what.is_personal:
            for name in ("segment", "purpose"):
                self.fields[name].required = False
                self.fields[name].widget = forms.HiddenInput()
            self.fields["reason"].required = False

    def clean(self) -> dict[str, Any]:
        """The purpose and the channel apart."""
        given = super().clean() or self.cleaned_data
        purpose, _slash, given["channel"] = given.get("purpose", "").partition(SLASH)
        given["purpose"] = purpose or leading.OWN
        return given


def _choices(form: forms.Form, name: str, choices: list[Any]) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined]
    form.fields[name].widget.choices = choices


class DecisionForm(forms.Form):
    """What the second person says."""

    why = forms.CharField(
        label=_("What should your colleague know?"), max_length=asking.LONGEST_REASON, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
