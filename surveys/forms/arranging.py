"""How people are asked: when it is open, how often, how many, and what is promised."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.models import Survey
from surveys.rules import rewards
from surveys.rules.kinds.base import KEY_PATTERN
from surveys.selectors import offers, wording

MOMENT = "%Y-%m-%dT%H:%M"
EARLIER = "earlier"
"""A draw that was promised before draws had keys."""


def _moment(label: Any, help_text: Any = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=False,
        input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        help_text=help_text,
    )


class ArrangeForm(forms.Form):
    """The settings of one questionnaire. Fields of a reward that was not chosen are not read."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("Only staff see it."))
    is_anonymous = forms.BooleanField(
        label=gettext_lazy("Anonymous: nobody can tell whose answer it is"),
        required=False,
    )
    opens_at = _moment(gettext_lazy("Opens"), gettext_lazy("Left empty, it is open as soon as it is published."))
    closes_at = _moment(gettext_lazy("Closes"))
    is_once = forms.BooleanField(
        label=gettext_lazy("One answer per person"),
        required=False,
        help_text=gettext_lazy("Holds for people we know. Whoever answers without a name cannot be told from others."),
    )
    wait_days = forms.IntegerField(
        label=gettext_lazy("Days before the same person is invited again"),
        required=False,
        min_value=0,
        max_value=3650,
        help_text=gettext_lazy("Left empty, the shop's rule over all surveys decides alone."),
    )
    sample = forms.IntegerField(
        label=gettext_lazy("Percent of people who are invited"),
        min_value=1,
        max_value=100,
        help_text=gettext_lazy("The same person stays in or out."),
    )
    reward = forms.ChoiceField(
        label=gettext_lazy("Promised for a whole answer"),
        choices=[
            ("", gettext_lazy("Nothing")),
            ("points", gettext_lazy("Loyalty points")),
            ("coupon", gettext_lazy("A coupon")),
            ("draw", gettext_lazy("A prize draw")),
        ],
        required=False,
    )
    points = forms.IntegerField(
        label=gettext_lazy("How many loyalty points"), required=False, min_value=1, max_value=rewards.MOST_POINTS
    )
    offer = forms.ChoiceField(
        label=gettext_lazy("Offer of the coupon"),
        required=False,
        help_text=gettext_lazy("Offers are made by data stewards, under Coupon offers."),
    )
    draw = forms.ChoiceField(
        label=gettext_lazy("Which draw"),
        required=False,
        help_text=gettext_lazy("Draws are made under Loyalty. Those that are announced and count answers stand here."),
    )

    def __init__(self, *args: Any, survey: Survey, **kwargs: Any) -> None:
        """Begin with what holds."""
        reward = survey.reward if isinstance(survey.reward, dict) else {}
        initial = {
            name: getattr(survey, name)
            for name in ("name", "is_anonymous", "opens_at", "closes_at", "is_once", "wait_days", "sample")
        }
        initial |= {"reward": reward.get("kind", ""), **{n: reward.get(n) for n in ("points", "offer", "draw")}}
        super().__init__(*args, **{"initial": initial, **kwargs})
        if survey.version:
            del self.fields["is_anonymous"]
        self.fields["offer"].choices = _offers(reward.get("offer") or "")  # type: ignore[attr-defined]
        self.held = reward if reward.get("kind") == "draw" else {}
        self.draws = {draw.key: draw for draw in offers.draws(timezone.now())}
        self.fields["draw"].choices = self._draws()  # type: ignore[attr-defined]
        if self.held and not self.held.get("draw"):
            self.initial["draw"] = EARLIER

    def _draws(self) -> list[tuple[str, str]]:
        """Those that can be promised, and what is promised already: also a draw that is closed or has no key."""
        found = [(draw.key, wording.text(draw.names)) for draw in self.draws.values()]
        key = self.held.get("draw", "")
        if self.held and key not in self.draws:
            found.append((key or EARLIER, wording.promised(self.held) or key))
        return [("", _("Choose")), *found]

    def clean(self) -> dict[str, Any]:
        """What a reward needs has to be there."""
        given = super().clean() or {}
        kind = given.get("reward", "")
        if kind == "points" and not given.get("points") and "points" not in self.errors:
            self.add_error("points", _("Give the number."))
        if kind == "coupon" and not given.get("offer") and "offer" not in self.errors:
            self.add_error("offer", _("Say which coupon."))
        if kind == "draw" and not given.get("draw") and "draw" not in self.errors:
            self.add_error("draw", _("Say which draw."))
        return given

    def promised(self) -> Mapping[str, Any]:
        """The JSON of the reward."""
        given = self.cleaned_data
        match given["reward"]:
            case "points":
                return rewards.written(rewards.Points(given["points"]))
            case "coupon":
                return rewards.written(rewards.Coupon(given["offer"]))
            case "draw":
                return self._place(given["draw"])
            case _:
                return {}

    def _place(self, key: str) -> Mapping[str, Any]:
        """A place in that draw, in the words it has now: from its announcement on they stay as they are."""
        draw = self.draws.get(key)
        if draw is None:
            return self.held
        return rewards.written(
            rewards.Draw(
                prize=draw.prizes,
                draws_on=draw.draws_on.isoformat(),
                draw=draw.key,
                names=draw.names,
                closes_at=draw.closes_at,
            )
        )


def _offers(held: str) -> list[tuple[str, str]]:
    """Those of which coupons are issued, and the one that is promised already."""
    found = [(offer.key, offer.name) for offer in offers.all_told() if offer.is_on or offer.key == held]
    gone = [(held, held)] if held and held not in dict(found) else []
    return [("", _("Choose")), *found, *gone]


class QuotaForm(forms.Form):
    """One quota; a line without a key is none."""

    key = forms.RegexField(label=gettext_lazy("Key"), regex=KEY_PATTERN, required=False, max_length=40)
    when = forms.CharField(label=gettext_lazy("Only those for whom"), required=False, max_length=2000)
    limit = forms.IntegerField(label=gettext_lazy("At most"), required=False, min_value=1, max_value=1_000_000_000)

    def clean(self) -> dict[str, Any]:
        """A quota has a key and a number."""
        given = super().clean() or {}
        key, limit = given.get("key"), given.get("limit")
        if key and limit is None and "limit" not in self.errors:
            self.add_error("limit", _("Give the number."))
        if not key and "key" not in self.errors and (limit is not None or given.get("when")):
            self.add_error("key", _("Give it a key."))
        return given


QuotaForms = forms.formset_factory(QuotaForm, extra=2, max_num=50, validate_max=True)
