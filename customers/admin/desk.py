from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cdp.core import actors, audit
from cdp.core.crypto import subjects
from cdp.core.models import User
from customers.admin.opening import LookOnlyAdmin
from customers.models import Asked, Interaction, InteractionTopic, ProfileQuestion
from customers.rules import profiling
from customers.rules.trust import LABELS
from customers.selectors import questions

CONTEXTS = [
    (profiling.Context.COUNTER.value, _("Counter")),
    (profiling.Context.PHONE.value, _("Phone")),
    (profiling.Context.FORM.value, _("Forms")),
]


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()) or "en" not in value:
        raise forms.ValidationError(_('Write one text for each language, English at least: {"en": "…"}.'))
    return value


class TopicForm(forms.ModelForm):
    class Meta:
        model = InteractionTopic
        fields = ("key", "name", "position", "is_active")

    def clean_name(self) -> dict[str, str]:
        return _texts(self.cleaned_data["name"])


class QuestionForm(forms.ModelForm):
    level = forms.TypedChoiceField(
        label=_("trust level"), coerce=int, choices=[(level.value, label) for level, label in LABELS.items()]
    )
    contexts = forms.MultipleChoiceField(label=_("asked at"), choices=CONTEXTS, required=False)

    class Meta:
        model = ProfileQuestion
        fields = ("key", "position", "level", "contexts", "stale_after_days", "ask", "still", "is_active")

    def clean_ask(self) -> dict[str, str]:
        return _texts(self.cleaned_data["ask"])

    def clean_still(self) -> dict[str, str]:
        still = _texts(self.cleaned_data["still"]) if self.cleaned_data["still"] else {}
        if any(questions.PLACE in text for text in still.values()):
            raise forms.ValidationError(_("Ask, and do not tell: whoever hears this may be somebody else."))
        return still

    def clean_level(self) -> int:
        level = int(self.cleaned_data["level"])
        item = profiling.ITEMS.get(self.instance.key)
        if item and item.is_sensitive and level < profiling.SENSITIVE_FROM:
            raise forms.ValidationError(_("This is personal: it is asked only of people who are known well."))
        return level


class WordsAdmin(admin.ModelAdmin):
    """Rows that are put out of use instead of deleted: what was said under them stays readable."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("key",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's signature)
        super().save_model(request, obj, form, change)
        audit.record(
            audit.Action.ADMIN_CHANGED,
            actor=actors.staff(cast("User", request.user)),
            at=timezone.now(),
            subject=obj.key,
            details={"model": obj._meta.label, "fields": sorted(form.changed_data)},
        )


@admin.register(InteractionTopic)
class InteractionTopicAdmin(WordsAdmin):
    form = TopicForm
    list_display = ("key", "position", "is_active")


@admin.register(ProfileQuestion)
class ProfileQuestionAdmin(WordsAdmin):
    """The questions are the product's; the shop says in which order, from which trust on and in which words."""

    form = QuestionForm
    list_display = ("key", "position", "level", "stale_after_days", "is_active")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Interaction)
class InteractionAdmin(LookOnlyAdmin):
    list_display = ("id", "person", "kind", "topic", "outcome", "started_at", "follow_up_on")
    list_filter = ("kind", "outcome")
    fields = (
        "id",
        "person",
        "kind",
        "direction",
        "topic",
        "outcome",
        "started_at",
        "ended_at",
        "follow_up_on",
        "opened_text",
    )
    readonly_fields = ("id", "person", "opened_text")

    @admin.display(description=_("Text"))
    def opened_text(self, row: Interaction) -> str:
        keyring = subjects.load([row.customer_id])
        return keyring.open(row.text, table="customers_interaction", column="text", row=row.id)


@admin.register(Asked)
class AskedAdmin(LookOnlyAdmin):
    list_display = ("id", "person", "question", "reply", "at", "context")
    list_filter = ("reply", "context")
    fields = ("id", "person", "question", "reply", "at", "context", "source")
    readonly_fields = ("id", "person")
