"""The public form for reviews."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cdp.web.forms.products import ProductInput
from cdp.web.forms.public import PublicForm, Screen

LONGEST = 5_000


class FeedbackForm(PublicForm):
    """How many stars, what for and why, and by whom: words are kept under their writer, who can have them deleted."""

    key = "feedback"
    screens: ClassVar[Sequence[Screen]] = (
        Screen(_("How was it?"), ("stars", "words", "product")),
        Screen(
            _("Who are you?"),
            ("name", "email", "phone"),
            _("So that we can answer you. What you write is kept under your name. One way to reach you is enough."),
        ),
        Screen(
            _("May we write to you?"),
            text=_("Your review counts whether you tick something or not."),
            consents=True,
        ),
    )

    stars = forms.TypedChoiceField(
        label=pgettext_lazy("review", "Stars"),
        coerce=int,
        choices=[
            (5, pgettext_lazy("review", "★★★★★ Very good")),
            (4, pgettext_lazy("review", "★★★★ Good")),
            (3, pgettext_lazy("review", "★★★ So-so")),
            (2, pgettext_lazy("review", "★★ Bad")),
            (1, pgettext_lazy("review", "★ Very bad")),
        ],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=pgettext_lazy("review", "Why?"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
    )
    product = forms.CharField(
        label=_("Product"),
        max_length=120,
        required=False,
        widget=ProductInput,
        help_text=_("If it is about one. Choose it, or describe it in your words."),
    )

    @property
    def said(self) -> dict[str, Any]:
        """Stars, words and product as they were filled in."""
        return {name: self.cleaned_data[name] for name in ("stars", "words", "product")}
