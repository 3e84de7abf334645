"""Who may share a wallet with whom, and the words they agree to. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LENGTH = 8
"""Letters of the code of an invitation."""


class Refusal(StrEnum):
    """Why two do not share."""

    NOT_OFFERED = "not_offered"
    NOT_MEMBER = "not_member"
    SAME = "same"
    TOGETHER = "together"
    ELSEWHERE = "elsewhere"
    FULL = "full"
    UNKNOWN_CODE = "unknown_code"


class Refused(Exception):
    """Nothing was changed; `reason` says why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


REASONS: Mapping[Refusal, Promise] = {
    Refusal.NOT_OFFERED: _("Members of this programme do not share."),
    Refusal.NOT_MEMBER: _("Only members can share."),
    Refusal.SAME: _("This is one and the same person."),
    Refusal.TOGETHER: _("They share already."),
    Refusal.ELSEWHERE: _("Whoever joins shares with others already, and would have to leave them first."),
    Refusal.FULL: _("There is no place left in this household."),
    Refusal.UNKNOWN_CODE: _("Nobody invites with this code. It is good once, and for a day: ask for a new one."),
}

WORDS = (
    _("Whoever of the household spends may spend of everything that all have earned: points and stamps, not credit."),
    _("Each sees what there is, who earned and who spent, but not what was bought."),
    _("Tiers stay each person's own; what somebody owes is paid by their own next earnings alone."),
    _("Anybody can bring in others, and anybody can leave at any time."),
    _("Whoever leaves keeps what is left of their own. What was spent until then is not reckoned back."),
)
"""What everybody is told before they share, sentence by sentence."""


def agreed() -> str:
    """The words as whoever agrees reads them now."""
    return "\n".join(str(sentence) for sentence in WORDS)


def refusal(*, limit: int, here: int, there: int, is_together: bool) -> Refusal | None:
    """Why somebody may not join; None where they may. `limit` is how many the programme lets share, `here` how many
    the household is now, and `there` how many share with who wants to join (1: nobody).
    """
    if limit < 2:
        return Refusal.NOT_OFFERED
    if is_together:
        return Refusal.TOGETHER
    if there > 1:
        return Refusal.ELSEWHERE
    return Refusal.FULL if here >= limit else None
