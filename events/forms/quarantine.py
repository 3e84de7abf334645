"""Looking for refused events, and mending one."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cdp.core import sources
from cdp.core.models import Source
from events.rules.tracking import Code

CODES = {
    Code.NOT_AN_OBJECT: _("Not a JSON object"),
    Code.INVALID_JSON: _("Not valid JSON"),
    Code.TOO_LARGE: _("Too large"),
    Code.TOO_DEEP: _("Nested too deeply"),
    Code.FORBIDDEN_CHARACTER: _("Forbidden character"),
    Code.WRONG_TYPE: _("A field of the wrong type"),
    Code.UNKNOWN_TYPE: _("Unknown type of call"),
    Code.MISSING_IDENTITY: _("Nobody is named"),
    Code.MISSING_NAME: _("No name of the event"),
    Code.INVALID_NAME: _("Name too long"),
    Code.MISSING_GROUP: _("No group id"),
    Code.MISSING_PREVIOUS: _("No previous id"),
    Code.INVALID_ID: _("Id too long"),
    Code.BAD_TIMESTAMP: _("Unreadable time"),
    Code.INDIGESTIBLE: _("Could not be stored"),
}
AWAY: dict[str, str | Promise] = {
    "invalid_write_key": _("No write key, or one that is not known"),
    "origin_not_allowed": _("A website that this source does not allow"),
    "too_large": _("A request that is too large"),
    "too_many_events": _("A batch with too many events"),
    "busy": _("Too much at once; the client sends it again"),
    "unavailable": _("Events could not be stored just then; the client sends them again"),
    "internal": _("Events could not be stored just then; the client sends them again"),
    "not_found": _("An address that does not exist"),
    "method_not_allowed": _("A request of the wrong kind"),
    "unknown_encoding": _("Packed in a way that cannot be read"),
    "invalid_gzip": _("Packed data that is damaged"),
    "missing_batch": _("A batch without events"),
}
"""Why whole requests were refused, beside the reasons for single events."""


class FilterForm(forms.Form):
    source = forms.ChoiceField(label=_("Source"), required=False)
    code = forms.ChoiceField(label=_("Reason"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the sources that may send."""
        super().__init__(*args, **kwargs)
        named = sources.names()
        keys = Source.objects.filter(write_key_digest__isnull=False).values_list("key", flat=True)[:200]
        choices = [("", _("All sources")), *((key, named.get(key, key)) for key in keys)]
        self.fields["source"].choices = choices  # type: ignore[attr-defined]
        self.fields["code"].choices = [  # type: ignore[attr-defined]
            ("", _("All reasons")),
            *((str(code), label) for code, label in CODES.items()),
        ]


class EventForm(forms.Form):
    event = forms.CharField(
        label=_("The event"),
        widget=forms.Textarea(attrs={"rows": 20, "spellcheck": "false", "class": "mono"}),
        max_length=1_000_000,
        strip=False,
    )
    context = forms.CharField(
        label=_("What its batch said for all its events"),
        help_text=_("The context under the event's own. Empty it to send the event in without."),
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "class": "mono"}),
        max_length=1_000_000,
        required=False,
    )

    def __init__(self, *args: Any, has_context: bool, **kwargs: Any) -> None:
        """Show the context only where there is one."""
        super().__init__(*args, **kwargs)
        if not has_context:
            del self.fields["context"]
