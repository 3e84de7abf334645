from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cdp.core import sources
from cdp.core.models import Source
from events.forms import connecting
from events.models import SourceLimits


class LimitsFormSet(forms.BaseInlineFormSet):
    @classmethod
    def get_default_prefix(cls) -> str:
        """The limits have no name on a source that the fields of the page could begin with."""
        return "limits"


class LimitsInline(admin.StackedInline):
    """What this source may send at once, where it differs from the defaults."""

    model = SourceLimits
    formset = LimitsFormSet
    fk_name = "source"
    extra = 0


class SourceForm(forms.ModelForm):
    only_fills_now = False

    def clean_allowed_origins(self) -> list[str]:
        """Origins as browsers send them, read like those of the source's own page."""
        return connecting.origins(self.cleaned_data["allowed_origins"])

    def clean(self) -> dict[str, Any]:
        """The first origins make a source one that only fills; a source that has some may be set as one likes."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "allowed_origins" in cleaned and "known_people" in cleaned:
            stands = Source(known_people=cleaned["known_people"], allowed_origins=self.initial["allowed_origins"])
            self.only_fills_now = sources.open_to_pages(stands, cleaned["allowed_origins"])
            cleaned["known_people"] = stands.known_people
        return cleaned


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):
    """Where facts come from. Keys never change: facts name them."""

    form = SourceForm
    list_display = ("key", "name", "kind", "consent_mode", "without_consent", "known_people", "may_track")
    list_filter = ("kind",)
    search_fields = ("key", "name")
    fields = (
        "key",
        "name",
        "kind",
        "allowed_origins",
        "consent_mode",
        "without_consent",
        "known_people",
        "created_at",
    )
    readonly_fields = ("key", "created_at")
    inlines = (LimitsInline,)

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:  # noqa: FBT001 Django's
        """Whoever saves hears what a key in pages may do now."""
        super().save_model(request, obj, form, change)
        if form.only_fills_now:
            told = _(
                "Pages may send now, so everybody can read the write key: from now on only what is empty is filled."
            )
            messages.warning(request, told)
        elif obj.allowed_origins and obj.known_people == Source.KnownPeople.UPDATE:
            told = _("Anybody who knows a customer's e-mail address can rename that customer with this write key.")
            messages.warning(request, told)

    @admin.display(description=_("Write key"), boolean=True)
    def may_track(self, source: Source) -> bool:
        return source.write_key_digest is not None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # `create_source` makes one and shows its write key

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # facts name it
