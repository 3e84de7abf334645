"""What narrows the queue of reviews."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from surveys.models import Sentiment
from surveys.selectors import review_queue

ANY = ("", _("Any"))
STATES = {
    review_queue.WAITING: pgettext_lazy("review", "To be answered"),
    review_queue.ANSWERED: pgettext_lazy("review", "Answered"),
}
STARS = {"low": _("Two stars or fewer"), "middle": _("Between two and four"), "high": _("Four stars or more")}


class FiltersForm(forms.Form):
    """Offered are the usual values; what is no value of ours narrows nothing."""

    stars = forms.CharField(label=_("Stars"), required=False)
    sentiment = forms.CharField(label=_("Feeling"), required=False)
    sku = forms.CharField(
        label=_("Article number"), required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, given: dict[str, str]) -> None:
        """`given` are the filters in force."""
        super().__init__(initial=given)
        self.fields["stars"].widget = forms.Select(choices=[ANY, *STARS.items()])
        self.fields["sentiment"].widget = forms.Select(choices=[ANY, *Sentiment.choices])


def named(given: dict[str, str]) -> dict[str, tuple[Any, Any]]:
    """Label and words of the filters in force; the state stands in the tabs."""
    words = {
        "stars": (_("Stars"), STARS.get(given.get("stars", ""))),
        "sentiment": (_("Feeling"), dict(Sentiment.choices).get(given.get("sentiment", ""))),
        "sku": (_("Article number"), given.get("sku")),
    }
    return {name: (label, value) for name, (label, value) in words.items() if given.get(name) and value}
