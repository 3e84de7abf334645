"""What narrows the list of leads, and what staff write down about one."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cdp.core import sources
from customers.models import Lead
from customers.selectors import leads
from customers.services.leads.working import LONGEST_STEP

ANY = ("", _("Any"))
SINCE = {"7": _("The last 7 days"), "30": _("The last 30 days"), "90": _("The last 90 days")}


class FiltersForm(forms.Form):
    """Offered are the usual values; a link may name any other, so the choices are not checked."""

    platform = forms.CharField(label=_("Platform"), required=False)
    status = forms.CharField(label=pgettext_lazy("lead", "Status"), required=False)
    since = forms.CharField(label=_("Arrived"), required=False)
    source = forms.CharField(label=_("Source"), required=False)
    owner = forms.CharField(label=_("Looked after by"), required=False)

    def __init__(self, given: dict[str, str]) -> None:
        """`given` are the filters in force."""
        super().__init__(initial=given)
        choices: dict[str, list[tuple[str, Any]]] = {
            "platform": [ANY, *Lead.Platform.choices],
            "status": [ANY, *Lead.Status.choices],
            "since": [ANY, *SINCE.items()],
            "source": [ANY, *sources.names().items()],
            "owner": [ANY, *((str(user.id), str(user)) for user in leads.colleagues())],
        }
        for name, offered in choices.items():
            self.fields[name].widget = forms.Select(choices=offered)


class StatusForm(forms.Form):
    status = forms.ChoiceField(label=pgettext_lazy("lead", "Status"), choices=Lead.Status.choices)


class OwnerForm(forms.Form):
    owner = forms.ChoiceField(label=_("Looked after by"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["owner"]
        field.choices = [("", _("Nobody yet")), *((str(user.id), str(user)) for user in leads.colleagues())]

    @property
    def chosen(self) -> uuid.UUID | None:
        """Who was chosen; None for nobody."""
        text = self.cleaned_data["owner"]
        return uuid.UUID(text) if text else None


class StepForm(forms.Form):
    """What comes next; an empty text says that nothing does."""

    text = forms.CharField(
        label=_("Next step"),
        required=False,
        max_length=LONGEST_STEP,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    on = forms.DateField(
        label=pgettext_lazy("next step", "On"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
