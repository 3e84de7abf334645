"""The short steps in which staff make a campaign. What is right is decided by `campaigns.rules.definition`."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from campaigns.rules import definition
from campaigns.rules.definition import MessageStep, Problem
from campaigns.rules.starters import STARTERS
from cdp.core import spoken
from consent.selectors import purposes

CHANNEL = "email"


def purposes_by_mail() -> list[tuple[str, str]]:
    """The purposes in use that may be asked for e-mail, as customers read them."""
    return [(offer.key, offer.name) for offer in purposes.offered(get_language() or "en") if CHANNEL in offer.channels]


class NameForm(forms.Form):
    """What it is called, and what for: the purpose decides whose permission is needed."""

    name = forms.CharField(label=_("Name"), max_length=definition.LONGEST_NAME, help_text=_("Only staff see it."))
    purpose = forms.ChoiceField(
        label=_("Purpose"),
        help_text=_("Only people who allow this purpose by e-mail get a message."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the shop's purposes."""
        super().__init__(*args, **kwargs)
        choices = purposes_by_mail()
        self.fields["purpose"].choices = choices  # type: ignore[attr-defined]
        if any(key == "marketing" for key, _name in choices):
            self.fields["purpose"].initial = "marketing"


class StartForm(NameForm):
    """A new campaign: the kind to begin with."""

    starter = forms.ChoiceField(choices=[(starter.key, starter.label) for starter in STARTERS.values()])


class TriggerForm(forms.Form):
    """What sets the campaign off. Fields that do not belong to the chosen kind are not read."""

    kind = forms.ChoiceField(
        choices=[
            ("inactive", _("Inactive")),
            ("never_ordered", _("Never ordered")),
            ("points_expiring", _("Points about to end")),
            ("manual", _("By hand")),
        ]
    )
    days = forms.IntegerField(label=_("Days"), required=False, min_value=1, max_value=definition.MOST_DAYS)
    activity = forms.ChoiceField(
        label=_("What counts as activity"),
        choices=[("order", _("an order")), ("visit", _("a visit to the website")), ("login", _("a login"))],
        required=False,
    )
    minimum = forms.IntegerField(
        label=_("From how many points on"), required=False, min_value=1, max_value=definition.MOST_POINTS
    )
    clock = forms.ChoiceField(choices=[("live", _("By itself")), ("manual", _("When I say so"))], required=False)

    def clean(self) -> dict[str, Any]:
        """Days are needed unless the campaign is run by hand."""
        given = super().clean() or {}
        if given.get("kind") != "manual" and "days" not in self.errors and not given.get("days"):
            self.add_error("days", _("Give the number of days."))
        return given

    def as_json(self) -> dict[str, Any]:
        """The trigger of the contract."""
        given = self.cleaned_data
        if given["kind"] == "manual":
            return {"kind": "manual"}
        found = {"kind": given["kind"], "days": given["days"], "clock": given["clock"] or "live"}
        if given["kind"] == "points_expiring":
            return found | {"minimum": given["minimum"] or 1}
        return found | ({"activity": given["activity"] or "order"} if given["kind"] == "inactive" else {})

    @staticmethod
    def initial_of(trigger: definition.Trigger) -> dict[str, Any]:
        """The values of a trigger there is; sensible ones where it has none."""
        return {
            "kind": trigger.kind,
            "days": getattr(trigger, "days", 90),
            "activity": getattr(trigger, "activity", "order"),
            "minimum": getattr(trigger, "minimum", 1),
            "clock": trigger.clock,
        }


class LanguageText(forms.Form):
    """Subject and body in one language; both empty leaves the language out."""

    subject = forms.CharField(label=_("Subject"), max_length=definition.LONGEST_SUBJECT, required=False)
    body = forms.CharField(
        label=_("Message"),
        max_length=definition.LONGEST_BODY,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("A blank line begins a paragraph. **bold**, - lists and [words](https://…) are possible."),
    )


def texts(step: MessageStep, data: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """One form per language of the shop, filled from the step or from what was sent."""
    found = []
    for code, _name in settings.LANGUAGES:
        initial = {"subject": step.subject.get(code, ""), "body": step.body.get(code, "")}
        form = LanguageText(data, prefix=code, initial=initial, use_required_attribute=False)
        for field in form.fields.values():
            field.widget.attrs |= {"lang": code, "data-message": ""}
        found.append(
            {"code": code, "name": spoken.OWN_NAMES.get(code, code), "form": form, "is_empty": not initial["body"]}
        )
    return found


def template(step: MessageStep, forms_: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """The texts of all languages as the contract writes them; languages the editor does not show stay."""
    subject, body = dict(step.subject), dict(step.body)
    for one in forms_:
        for part, texts_ in (("subject", subject), ("body", body)):
            texts_.pop(one["code"], None)
            if written := one["form"].cleaned_data[part].replace("\r\n", "\n"):
                texts_[one["code"]] = written
    return {"subject": subject, "body": body}


def place_problems(forms_: Sequence[Mapping[str, Any]], problems: Sequence[Problem]) -> list[str]:
    """Put each problem at the field of its language; returns those without a field."""
    left = []
    by_code = {one["code"]: one["form"] for one in forms_}
    for problem in problems:
        _start, _sep, place = problem.pointer.partition("/template/")
        part, _slash, code = place.partition("/")
        if part in {"subject", "body"} and code in by_code:
            by_code[code].add_error(part, problem.detail)
        else:
            left.append(problem.detail)
    return left
