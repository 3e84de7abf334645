"""Staff accounts and what is asked of them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cdp.core.models import Role, StaffPolicy

ROLE_HELP = _(
    "Viewers read and see contacts masked. Clerks serve customers. Marketers make segments and campaigns. Data "
    "stewards import and clean. The privacy officer answers requests and erases. Owners may do everything."
)


class InviteForm(forms.Form):
    """A new colleague, who gets a link to choose a password."""

    email = forms.EmailField(label=_("E-mail"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=120)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.CLERK, help_text=ROLE_HELP)


class AccountForm(forms.Form):
    """What an owner changes of an account."""

    name = forms.CharField(label=_("Name"), max_length=120)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, help_text=ROLE_HELP)
    is_active = forms.BooleanField(label=_("May log in"), required=False)


class PolicyForm(forms.Form):
    """The second factor, for the whole shop."""

    second_factor = forms.ChoiceField(
        label=_("Second factor"), choices=StaffPolicy.SecondFactor.choices, widget=forms.RadioSelect
    )
    roles = forms.MultipleChoiceField(
        label=_("Required of"), choices=Role.choices, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever has none yet is led to the page that sets one up, and sees nothing else before."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Required means required of somebody."""
        given = super().clean() or {}
        if given.get("second_factor") == StaffPolicy.SecondFactor.REQUIRED and not given.get("roles"):
            self.add_error("roles", _("Choose the roles that need a second factor."))
        return given
