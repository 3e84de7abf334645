"""What somebody allows, said to a member of staff: each box with the words that were read or shown.

The words are those of the register in the person's own language, and they are recorded with the policy's version, the
way they were put to the person and who did so. Nothing is ticked beforehand, and a "no" counts like a "yes".
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from cdp.core.actors import Actor
from consent.models import Channel
from consent.rules import notices as rules
from consent.selectors import notices, packs, policies, purposes
from consent.services import grants, served
from customers.rules.profiling import Context

ASKABLE = {"none", "granted", "expired"}
"""What a "no" has something to say to: whoever refused already is not asked to refuse again."""
READ, SHOWN = "read", "shown"
HOW = (READ, SHOWN)
NEEDS = {Channel.EMAIL: "email", Channel.SMS: "phone", Channel.PHONE: "phone", Channel.LINE: "line"}
OFFERED = (
    ("marketing", (Channel.EMAIL, Channel.SMS, Channel.LINE, Channel.PHONE)),
    ("profiling", (Channel.ANY,)),
)


@dataclass(frozen=True, slots=True)
class Box:
    """One purpose and channel: the words in the person's language, in the reader's own, and what holds now."""

    name: str
    purpose: str
    channel: str
    words: str
    description: str
    reader_words: str
    status: str
    at: datetime | None

    @property
    def told(self) -> str:
        """All that was read or shown of it: the words and what explains them."""
        return "\n".join(filter(None, (self.words, self.description)))

    @property
    def is_granted(self) -> bool:
        """Whether it is allowed now."""
        return self.status == "granted"


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said to the boxes they were offered, and how the words were put to them."""

    offered: Sequence[Box]
    granted: Collection[str]
    refused: Collection[str]
    how: str
    language: str
    country: str

    @property
    def is_silent(self) -> bool:
        """Whether nothing was ticked."""
        return not self.granted and not self.refused


class UnableToRecord(Exception):
    """Nothing was recorded; the message says why."""


def boxes(*, language: str, kinds: Collection[str], states: Sequence[object]) -> list[Box]:
    """What there is to ask somebody who can be reached by these kinds of contact; `states` are what was said before."""
    reader = translation.get_language() or "en"
    theirs = {one.key: one for one in purposes.offered(language)}
    ours = {one.key: one for one in purposes.offered(reader)}
    known = {(state.purpose, state.channel): state for state in states}  # type: ignore[attr-defined]
    found = []
    for purpose, channels in OFFERED:
        for channel in channels:
            if purpose not in theirs or channel not in theirs[purpose].channels:
                continue
            if channel in NEEDS and NEEDS[channel] not in kinds:
                continue
            state = known.get((purpose, channel))
            status = "none" if state is None else "granted" if state.is_granted else state.status  # type: ignore[attr-defined]
            found.append(
                Box(
                    name=f"{purpose}_{channel}",
                    purpose=purpose,
                    channel=channel,
                    words=_words(theirs[purpose], channel, language),
                    description=theirs[purpose].description,
                    reader_words=_words(ours[purpose], channel, reader),
                    status=status,
                    at=state.at if state else None,  # type: ignore[attr-defined]
                )
            )
    return found


def _words(purpose: purposes.Wording, channel: str, language: str) -> str:
    if channel == Channel.ANY:
        return purpose.name
    with translation.override(language):
        return gettext("%(purpose)s by %(channel)s") % {
            "purpose": purpose.name,
            "channel": purposes.channel_name(channel),
        }


def record(*, customer: uuid.UUID, said: Said, context: Context, actor: Actor, at: datetime, shown_at: datetime) -> int:
    """Write what was said and which texts were read or shown; how many statements were written. What holds already is
    not written again and no fault: somebody else may have written it meanwhile. `shown_at` is when the sheet was
    opened. Raises UnableToRecord.
    """
    chosen = _chosen(said)
    if any(is_yes for _box, is_yes in chosen) and packs.of_country(said.country).asks_twice(said.country):
        raise UnableToRecord(
            gettext("In this customer's country a yes counts only with a confirmation by mail. Use the sign-up form.")
        )
    shown = [box.told for box in said.offered]
    with transaction.atomic():
        version = policies.current_version("privacy", at=at)
        written = [
            grants.record(
                customer=customer,
                purpose=box.purpose,
                channel=box.channel,
                granted=is_yes,
                at=at,
                source=context.value,
                method=context.value,
                actor=actor,
                policy_version=version,
                language=said.language,
                form=context.value,
                evidence={"form": context.value, "text": box.told, "shown": shown, "how": said.how},
            ).id
            for box, is_yes in chosen
        ]
        if written:
            _keep_what_was_shown(customer, said, written, context=context, at=at, shown_at=shown_at)
    return len(chosen)


def _keep_what_was_shown(
    customer: uuid.UUID, said: Said, written: Sequence[uuid.UUID], *, context: Context, at: datetime, shown_at: datetime
) -> None:
    """The versions of all that was offered, for the person and as one more that was shown and answered."""
    names = {rules.of_purpose(box.purpose) for box in said.offered}
    versions = notices.in_force_of([*names, rules.PRIVACY], at=at)
    agreed = len({*said.granted})
    row = served.show(
        customer=customer, place=context.value, versions=versions, language=said.language, at=min(shown_at, at)
    )
    if row is not None:
        served.answer(customer=customer, notice=row, agreed=agreed, records=written, at=at)
    transaction.on_commit(
        lambda: served.count(
            place=context.value,
            language=said.language[:2],
            versions=versions,
            day=at.date(),
            shown=1,
            answered=1,
            agreed=int(bool(agreed)),
        )
    )


def _chosen(said: Said) -> list[tuple[Box, bool]]:
    by_name = {box.name: box for box in said.offered}
    granted, refused = {*said.granted}, {*said.refused}
    if not (granted | refused) <= by_name.keys() or said.how not in HOW:
        raise UnableToRecord(gettext("Please look at the boxes again."))
    if granted & refused:
        raise UnableToRecord(gettext("One line has a yes and a no. Keep one of them."))
    chosen = [(by_name[name], True) for name in sorted(granted) if not by_name[name].is_granted]
    return chosen + [(by_name[name], False) for name in sorted(refused) if by_name[name].status in ASKABLE]
