"""What the access log is asked for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from consent.selectors import look_places
from consent.selectors.looks import Filters


class LooksForm(forms.Form):
    """The filters of the page, from its address."""

    staff = forms.UUIDField(required=False, widget=forms.Select, label=_("Who looked"))
    on = forms.DateField(required=False, label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    room = forms.ChoiceField(required=False, choices=look_places.ROOMS, label=_("Where"))
    with_reason = forms.BooleanField(required=False, label=_("Only looks that gave a reason"))
    customer = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, colleagues: list[tuple[str, str]], **kwargs: object) -> None:
        """Offer these colleagues, as (id, name)."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["staff"].widget.choices = [("", _("Everybody")), *colleagues]

    @property
    def filters(self) -> Filters:
        """What is asked for; a filter that cannot be read asks for nothing."""
        self.is_valid()
        asked = self.cleaned_data
        return Filters(
            staff=asked.get("staff"),
            customer=asked.get("customer"),
            on=asked.get("on"),
            room=asked.get("room", ""),
            with_reason=asked.get("with_reason", False),
        )
