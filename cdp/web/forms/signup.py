"""The public sign-up form. Interests and "how did you hear of us" are the shop's own lists (admin, choices)."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from cdp.core import minimising
from cdp.web.forms.public import PublicForm, Screen
from customers.models import FormChoice
from customers.rules import dates, unreadable
from customers.selectors import choices
from loyalty.models import Offer
from loyalty.selectors import coupons as offers
from loyalty.selectors import joining

COUPON_REASON = _("Needed, because the coupon for your first order is given under them.")
MEMBERS_REASON = _("Needed, because coupons are given, and members collect, under them.")


class SignupForm(PublicForm):
    """Who somebody is and what they like."""

    key = "signup"
    terms_reason = COUPON_REASON
    screens: ClassVar[Sequence[Screen]] = (
        Screen(_("Who are you?"), ("name", "email", "phone"), _("One way to reach you is enough.")),
        Screen(_("What do you like?"), ("interests", "heard"), _("Skip what you would rather not say."), asks=True),
        Screen(
            _("When is your birthday?"),
            ("birth_date",),
            _(
                "To wish you well on the day, perhaps with a gift."
                " Who is too young to agree alone needs a guardian's yes."
            ),
        ),
        Screen(_("Would you like to collect?"), ("joins",), _("You can leave at any time.")),
        Screen(
            _("May we write to you?"),
            text=_("Tick what you like. You can change your mind at any time, as easily as today."),
            consents=True,
        ),
    )

    interests = forms.MultipleChoiceField(
        label=_("What are you interested in?"), required=False, widget=forms.CheckboxSelectMultiple
    )
    heard = forms.ChoiceField(label=_("How did you hear about us?"), required=False)
    birth_date = forms.CharField(
        label=_("Date of birth"),
        required=False,
        max_length=40,
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}),
    )

    joins = forms.BooleanField(required=False)
    friend = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the shop's lists; one that is empty, or a field that is not collected any more, is not asked. Where
        there is a loyalty programme, signing up is joining it, or a box of its own.
        """
        self.programme = joining.now(timezone.now())
        if self.programme:
            self.terms_reason = MEMBERS_REASON
        super().__init__(*args, **kwargs)
        if self.programme and not self.programme.is_by_signup:
            self.fields["joins"].label = gettext("I want to join “%(name)s”") % {"name": self.programme.name}
            self.fields["joins"].help_text = gettext("You collect with every purchase and get a card for your phone.")
        else:
            del self.fields["joins"]
        language = get_language() or "en"
        interests = choices.offered(FormChoice.List.INTEREST, language)
        heard = choices.offered(FormChoice.List.HEARD, language)
        self.fields["interests"].choices = interests  # type: ignore[attr-defined]
        self.fields["heard"].choices = [("", _("Choose one")), *heard]  # type: ignore[attr-defined]
        for name, offered in (("interests", interests), ("heard", heard)):
            if not offered or name in minimising.stopped():
                del self.fields[name]

    def _terms(self) -> bool:
        """Only where there is a coupon or a programme, which is what they are about."""
        return super()._terms() and (self.programme is not None or offers.offer(Offer.FIRST_ORDER) is not None)

    def _named(self) -> Sequence[str]:
        """What the programme wants to know of its members."""
        return self.programme.fields if self.programme else ()

    @property
    def is_joining(self) -> bool:
        """Whether whoever sends it becomes a member by it."""
        return self.programme is not None and (self.programme.is_by_signup or bool(self.cleaned_data.get("joins")))

    @property
    def pages(self) -> list[dict[str, Any]]:
        """Without the screen of what is not offered."""
        return [page for page in super().pages if page["fields"] or page["consents"]]

    def names_on(self, screen: str) -> Sequence[str]:
        """By the number of the screen as it is shown."""
        shown = [str(at) for at, one in enumerate(self.screens) if one.consents or self._names(one)]
        return super().names_on(shown[int(screen)]) if screen.isdecimal() and int(screen) < len(shown) else []

    def clean(self) -> dict[str, Any]:
        """Add interests, birthday and where somebody heard of us to the person."""
        data = super().clean()
        self.person.interests = tuple(data.get("interests") or ())
        if data.get("heard"):
            self.person.tags = (*self.person.tags, f"heard:{data['heard']}")
        if data.get("birth_date"):
            try:
                today = timezone.localdate()
                self.person.birth_date = dates.birth_date(data["birth_date"], dayfirst=True, today=today)
            except unreadable.Unreadable as problem:
                self.add_error("birth_date", str(problem.reason))
        return data
