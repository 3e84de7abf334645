"""Why staff or a store's system gave or took points by hand: a short list, so that reports can be made of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Why(models.TextChoices):
    """The reason of an adjustment; words beside it say more."""

    GOODWILL = "goodwill", _("Goodwill")
    COMPLAINT = "complaint", _("After a complaint")
    FORGOTTEN = "forgotten", _("A purchase that was not counted")
    MISTAKE = "mistake", _("A mistake of ours")
    MISUSE = "misuse", _("Misuse")
    SUGGESTION = "suggestion", _("A useful suggestion")
    EVENT = "event", _("An event or a campaign")
    OTHER = "other", _("Another reason")
