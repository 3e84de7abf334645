"""What narrows the lists of comments and posts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.rules import handles
from surveys.models import Sentiment, SocialAct
from surveys.rules.social import figures
from surveys.selectors.social import listing

ANY = ("", _("Any"))
WRITTEN = ("comment", "mention", "message", "share")
KINDS = {kind: label for kind, label in SocialAct.Kind.choices if kind in WRITTEN}
STATES = {
    listing.OPEN: pgettext_lazy("comments", "Open"),
    listing.ANSWERED: pgettext_lazy("comments", "Answered"),
    listing.NOTED: pgettext_lazy("comments", "Noted"),
    listing.RESOLVED: pgettext_lazy("comments", "Resolved"),
}


class FiltersForm(forms.Form):
    """Offered are the usual values; what is no value of ours narrows nothing."""

    platform = forms.CharField(label=_("Platform"), required=False)
    kind = forms.CharField(label=_("Kind of act"), required=False)
    sentiment = forms.CharField(label=_("Feeling"), required=False)
    followers = forms.CharField(
        label=_("Followers, at least"), required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    campaign = forms.CharField(
        label=_("Campaign"), required=False, max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, given: dict[str, str], *, names: tuple[str, ...] = ()) -> None:
        """`given` are the filters in force; `names` the fields of this list, all without."""
        super().__init__(initial=given)
        self.fields["platform"].widget = forms.Select(choices=[ANY, *handles.PLATFORMS.items()])
        self.fields["kind"].widget = forms.Select(choices=[ANY, *KINDS.items()])
        self.fields["sentiment"].widget = forms.Select(choices=[ANY, *Sentiment.choices])
        for name in set(self.fields) - set(names or self.fields):
            del self.fields[name]


def followers(text: str) -> int | None:
    """A figure as people write it; nothing where it is none."""
    try:
        return figures.followers(text)
    except figures.Unreadable:
        return None


def named(given: dict[str, str], post: str = "") -> dict[str, tuple[Any, Any]]:
    """Label and words of the filters in force; the state stands in the tabs."""
    words = {
        "platform": (_("Platform"), handles.PLATFORMS.get(given.get("platform", ""))),
        "kind": (_("Kind of act"), KINDS.get(given.get("kind", ""))),
        "sentiment": (_("Feeling"), dict(Sentiment.choices).get(given.get("sentiment", ""))),
        "followers": (_("Followers, at least"), given.get("followers")),
        "campaign": (_("Campaign"), given.get("campaign")),
        "post": (pgettext_lazy("social", "Post"), post),
    }
    return {name: pair for name, pair in words.items() if given.get(name) and pair[1]}
