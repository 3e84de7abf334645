"""What the kinds of questions are called, and their icons, in the order in which they are offered."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(NamedTuple):
    """A kind on the pages of staff."""

    key: str
    label: str | Promise
    icon: str


KINDS = {
    kind.key: kind
    for kind in (
        Kind("nps", _("NPS: would recommend us"), "speakerphone"),
        Kind("csat", _("CSAT: how satisfied"), "mood-smile"),
        Kind("ces", _("CES: how easy"), "scale"),
        Kind("stars", _("Stars"), "star"),
        Kind("points", _("Number on a scale"), "list-numbers"),
        Kind("emoji", _("Faces"), "mood-happy"),
        Kind("like", _("Thumbs up or down"), "thumb-up"),
        Kind("yes_no", _("Yes or no"), "check"),
        Kind("single", _("One of a list"), "radio"),
        Kind("multiple", _("Several of a list"), "checkbox"),
        Kind("ranking", _("Order of preference"), "sort-descending"),
        Kind("matrix", _("Matrix: one for each line"), "table"),
        Kind("poll", _("Pictures to choose from"), "photo"),
        Kind("text", _("Free text"), "text-caption"),
        Kind("date", _("Date"), "calendar"),
        Kind("contact", _("Name or contact"), "address-book"),
        Kind("consent", _("Permission"), "shield-check"),
    )
}
