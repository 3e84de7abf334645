"""What the preference centre offers and what a press of its button changes, on plain values."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from consent.rules.jurisdiction import Law
from consent.rules.packs import Basis

NEEDS = {"email": "email", "sms": "phone", "phone": "phone", "kakao": "phone", "line": "line", "post": "post"}
"""What of somebody has to be known so that a channel reaches them. What is not here reaches everybody or nobody."""
_NIGHTS = frozenset({"marketing_night"})
NEVER_ASKED = frozenset({"webhook", "push"})
"""Channels that nobody has a contact for: shown only where somebody allows them."""
ASKED_ON_PAPER = frozenset({"post"})
"""Channels that are offered only where somebody has said something about them, or the law asks for no word."""

HOME = {"line": frozenset({"TH", "JP", "TW"}), "kakao": frozenset({"KR"})}
"""Where people use a channel that is not used everywhere."""


def fits(channel: str, country: str) -> bool:
    """Whether people in that country use the channel at all."""
    return channel not in HOME or country in HOME[channel]


@dataclass(frozen=True, slots=True)
class Option:
    """One box: a purpose on a channel, whether it is in use now, and on what that rests: what rests on no word of the
    person is told as such and objected to, never shown as their "yes".
    """

    purpose: str
    channel: str
    is_on: bool
    basis: Basis = Basis.CONSENT

    @property
    def name(self) -> str:
        """Its name in the form."""
        return f"{self.purpose}:{self.channel}"


def options(
    purposes: Mapping[str, Sequence[str]],
    *,
    law: Law,
    states: Mapping[tuple[str, str], tuple[bool, str]],
    kinds: Collection[str],
    country: str,
    needs_guardian: Callable[[str, str], bool] = lambda _purpose, _channel: False,
) -> list[Option]:
    """The boxes: for each purpose (with its channels) that rests on a word or may be objected to, the channels that
    reach the person, and those they allow or once allowed. `states` give whether it is granted and the status; `kinds`
    the kinds of contact that are known ("post": an address), `country` where they live. Without a word a box is on
    where the law asks for none; what `needs_guardian` is off without one's word, whatever it rests on for others.
    """
    found = []
    for purpose, channels in purposes.items():
        for channel in channels:
            basis = law.basis(purpose, channel)
            said = states.get((purpose, channel))
            is_allowed = said is not None and said[0]
            if basis is Basis.CONTRACT and (said is None or is_allowed):
                continue
            if basis is Basis.LEGITIMATE_INTEREST and needs_guardian(purpose, channel):
                basis = Basis.CONSENT
            if purpose in _NIGHTS and not law.has_quiet_hours and not is_allowed:
                continue  # where no hours are quiet nobody need allow them
            is_expired = said is not None and said[1] == "expired"
            is_asked_here = channel not in ASKED_ON_PAPER or basis is not Basis.CONSENT or said is not None
            if not (is_allowed or is_expired) and not (is_asked_here and _reaches(channel, kinds, country)):
                continue  # a "no" to a way that does not reach them needs no box; what they allow can be taken back
            is_on = basis is not Basis.CONSENT if said is None or is_expired else is_allowed
            found.append(Option(purpose, channel, is_on, basis))
    return found


def _reaches(channel: str, kinds: Collection[str], country: str) -> bool:
    """Whether there is a contact for the channel, and people in that country use it."""
    if channel in NEEDS and NEEDS[channel] not in kinds:
        return False
    return channel not in NEVER_ASKED and (fits(channel, country) or channel in kinds)


def changes(offered: Collection[Option], *, shown: Mapping[str, bool], ticked: Collection[str]) -> list[Option]:
    """The options that the person changed, as they are wanted now. `shown` is what the page said of each box.

    A box that the page did not show is not spoken of. One that has changed meanwhile is only spoken of where the person
    touched it, so that an old page gives nothing back that was taken away since.
    """
    wanted = []
    for option in offered:
        if option.name not in shown:
            continue
        is_on = option.name in ticked
        if is_on is not shown[option.name] and is_on is not option.is_on:
            wanted.append(Option(option.purpose, option.channel, is_on, option.basis))
    return wanted
