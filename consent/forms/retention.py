"""How long one kind of data is kept."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cdp.core.retention import Action, Term, Unit
from cdp.core.retention.registry import ACTIONS
from consent.models.retention import UNITS
from consent.rules.retention import Ruling

FOREVER, FOR = "forever", "for"


class RuleForm(forms.Form):
    """A period, or as long as the person is a customer; and what becomes of it then."""

    how = forms.ChoiceField(
        label=_("Keep it"),
        choices=[(FOR, _("for a period")), (FOREVER, _("as long as the person is a customer"))],
        widget=forms.RadioSelect,
    )
    amount = forms.IntegerField(label=_("Period"), min_value=1, max_value=36525, required=False)
    unit = forms.ChoiceField(label=_("Unit"), choices=UNITS, required=False)
    action = forms.ChoiceField(label=_("Afterwards"), widget=forms.RadioSelect)

    def __init__(self, ruling: Ruling, data: Any = None) -> None:
        """Begin with what holds now."""
        term = ruling.term
        super().__init__(
            data,
            initial={
                "how": FOR if term else FOREVER,
                "amount": term.amount if term else None,
                "unit": (term.unit if term else Unit.YEARS).value,
                "action": ruling.action.value,
            },
        )
        action = self.fields["action"]
        assert isinstance(action, forms.ChoiceField), "declared above"  # noqa: S101
        action.choices = [(one.value, str(ACTIONS[one])) for one in ruling.kind.actions]

    def clean(self) -> dict[str, Any]:
        """A period needs its number."""
        cleaned = super().clean() or {}
        if cleaned.get("how") == FOR and not cleaned.get("amount") and "amount" not in self.errors:
            self.add_error("amount", _("Say how long."))
        return cleaned

    @property
    def term(self) -> Term | None:
        """What was chosen; None keeps it."""
        if self.cleaned_data["how"] == FOREVER:
            return None
        return Term(self.cleaned_data["amount"], Unit(self.cleaned_data["unit"] or Unit.YEARS))

    @property
    def chosen(self) -> Action:
        """What becomes of it."""
        return Action(self.cleaned_data["action"])
