"""What the preference centre offers and what a press of its button changes, on plain values."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from consent.rules.jurisdiction import Law
from consent.rules.packs import Basis

NEEDS = {"email": "email", "sms": "phone", "phone": "phone", "kakao": "phone", "line": "line"}
"""What of somebody has to be known so that a channel reaches them. What is not here reaches everybody or nobody."""
_NIGHTS = frozenset({"marketing_night"})
NEVER_ASKED = frozenset({"webhook", "push", "post"})
"""Channels that are offered only where somebody has said something about them, or the law asks for no word."""

HOME = {"line": frozenset({"TH", "JP", "TW"}), "kakao": frozenset({"KR"})}
"""Where people use a channel that is not used everywhere."""


def fits(channel: str, country: str) -> bool:
    """Whether people in that country use the channel at all."""
    return channel not in HOME or country in HOME[channel]


@dataclass(frozen=True, slots=True)
class Option:
    """One box: a purpose on a channel, and whether it is in use now."""

    purpose: str
    channel: str
    is_on: bool

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
) -> list[Option]:
    """The boxes: for each purpose (with its channels) that rests on a word or may be objected to, the channels that
    reach the person or that they have spoken of. `states` give whether it is granted and the status; `kinds` the kinds
    of contact that are known, `country` where they live. Without a word a box is on where the law asks for none.
    """
    found = []
    for purpose, channels in purposes.items():
        for channel in channels:
            basis = law.basis(purpose, channel)
            said = states.get((purpose, channel))
            if basis is Basis.CONTRACT and (said is None or said[0]):
                continue
            if purpose in _NIGHTS and not law.has_quiet_hours and said is None:
                continue  # where no hours are quiet nobody need allow them
            reaches = NEEDS.get(channel, "") in kinds if channel in NEEDS else channel not in NEVER_ASKED
            reaches = reaches and (fits(channel, country) or channel in kinds)
            if said is None and not reaches and basis is not Basis.LEGITIMATE_INTEREST:
                continue  # what happens without a word is always shown: it can be objected to
            is_silent = said is None or said[1] == "expired"
            is_on = basis is not Basis.CONSENT if is_silent else bool(said and said[0])
            found.append(Option(purpose, channel, is_on))
    return found


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
            wanted.append(Option(option.purpose, option.channel, is_on))
    return wanted
