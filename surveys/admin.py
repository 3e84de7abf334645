"""The stewards' desk of this room: which accounts on social platforms are the shop's own, and what opens tickets."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cdp.core import actors, audit
from cdp.core.models import User
from customers.rules import handles
from customers.rules.unreadable import Unreadable
from surveys.models import OwnAccount, SocialAct
from surveys.rules.social import naming, opening


class OwnAccountForm(forms.ModelForm):
    platform = forms.ChoiceField(label=_("Platform"), choices=list(handles.PLATFORMS.items()))
    handle = forms.CharField(label=_("Account name"), max_length=300)
    tickets = forms.MultipleChoiceField(
        label=_("Opens a ticket, beside messages"),
        choices=[(kind, label) for kind, label in SocialAct.Kind.choices if kind in opening.CHOICES],
        required=False,
    )

    class Meta:
        model = OwnAccount
        fields = ("platform", "handle", "tickets")

    def clean(self) -> dict[str, Any]:
        """The name as acts carry it, once for each platform."""
        told = super().clean() or {}
        if {"platform", "handle"} <= told.keys():
            try:
                told["handle"] = naming.shown(told["platform"], told["handle"])
            except Unreadable as problem:
                self.add_error("handle", str(problem.reason))
        return told


@admin.register(OwnAccount)
class OwnAccountAdmin(admin.ModelAdmin):
    """What these write is a reply of the shop and nobody's act."""

    form = OwnAccountForm
    list_display = ("platform", "handle", "tickets")
    list_per_page = 50

    def save_model(self, request: HttpRequest, obj: OwnAccount, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's signature)
        super().save_model(request, obj, form, change)
        self._note(request, obj, sorted(form.changed_data))

    def delete_model(self, request: HttpRequest, obj: OwnAccount) -> None:
        self._note(request, obj, ["deleted"])
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for obj in queryset:
            self.delete_model(request, obj)

    @staticmethod
    def _note(request: HttpRequest, obj: OwnAccount, fields: list[str]) -> None:
        audit.record(
            audit.Action.ADMIN_CHANGED,
            actor=actors.staff(cast("User", request.user)),
            at=timezone.now(),
            subject=obj.id,
            details={"model": obj._meta.label, "fields": fields},
        )
