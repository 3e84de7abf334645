"""What our forms offer to choose from, in the words of the shop."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models import Model, Placement


class FormChoice(Model):
    """One answer of a list. It is never deleted: profiles of years past hold its key."""

    placement = Placement.SHARED

    class List(models.TextChoices):
        INTEREST = "interest", _("What are you interested in?")
        HEARD = "heard", _("How did you hear about us?")

    list = models.CharField(_("list"), max_length=10, choices=List.choices)
    key = models.SlugField(_("key"), max_length=50)
    name = models.JSONField(_("name"), default=dict)  # {"en": …, "th": …, "ko": …}
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("choice of the forms")
        verbose_name_plural = _("choices of the forms")
        ordering: ClassVar[list[str]] = ["list", "position", "key"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["list", "key"], name="customers_formchoice_once"),
        ]
