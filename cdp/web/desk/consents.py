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
from consent.selectors import jurisdiction, notices, policies, purposes, reach
from consent.services import confirming, evidence, grants, served
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
    files: Sequence[evidence.Given] = ()  # what proves it: a photographed form, a recording

    @property
    def is_silent(self) -> bool:
        """Whether nothing was ticked and nothing laid beside."""
        return not self.granted and not self.refused and not self.files


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many statements were written, and how many a "yes" waits for the customer's own confirmation."""

    written: int
    waiting: int = 0


class UnableToRecord(Exception):
    """Nothing was recorded; the message says why. `for_guardian` are the boxes that only a guardian may allow."""

    def __init__(self, detail: str, *, for_guardian: Sequence[tuple[str, str]] = ()) -> None:
        """Say why in words."""
        super().__init__(detail)
        self.for_guardian = for_guardian


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


def record(
    *, customer: uuid.UUID, said: Said, context: Context, actor: Actor, at: datetime, shown_at: datetime
) -> Recorded:
    """Write what was said and which texts were read or shown. What holds already is not written again and no fault:
    somebody else may have written it meanwhile. Where the law wants a second step, a "yes" is asked for by a message to
    the customer's own address and written once they confirm it. `shown_at` is when the sheet was opened.

    Raises UnableToRecord.
    """
    chosen = _chosen(said)
    law = jurisdiction.of_customer(customer)
    wanted = [box for box, is_yes in chosen if is_yes]
    _check_age(customer, wanted, at=at)
    asks_twice = confirming.is_asked_twice(law)
    if said.files and not chosen:
        raise UnableToRecord(gettext("A file proves a yes or a no. Tick what the customer said."))
    if said.files and wanted and asks_twice:
        raise UnableToRecord(
            gettext("A grant that waits for its confirmation takes no files: the confirmation proves it.")
        )
    with transaction.atomic():
        files = _kept(customer, said, actor=actor, at=at)
        version = policies.current_version("privacy", at=at)
        waiting = _ask(customer, wanted, said, context=context, version=version, at=at) if asks_twice and wanted else 0
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
                evidence=_evidence(box, said, context),
                files=files,
            ).id
            for box, is_yes in chosen
            if not (is_yes and asks_twice)
        ]
        if written or waiting:
            _keep_what_was_shown(customer, said, written, context=context, at=at, shown_at=shown_at)
    return Recorded(len(written), waiting)


def _evidence(box: Box, said: Said, context: Context) -> dict[str, object]:
    return {"form": context.value, "text": box.told, "shown": [one.told for one in said.offered], "how": said.how}


def _check_age(customer: uuid.UUID, wanted: Sequence[Box], *, at: datetime) -> None:
    if too_young := jurisdiction.needing_guardian([(customer, box.purpose) for box in wanted], on=at.date()):
        purposes_ = {purpose for _customer, purpose in too_young}
        raise UnableToRecord(
            gettext(
                "By their date of birth a guardian has to allow this. Help them name one on their preferences page."
            ),
            for_guardian=[(box.purpose, box.channel) for box in wanted if box.purpose in purposes_],
        )


def _ask(
    customer: uuid.UUID, wanted: Sequence[Box], said: Said, *, context: Context, version: str, at: datetime
) -> int:
    """Write to the customer's own address; how many boxes wait for it."""
    way = reach.ways([customer]).get(customer)
    if way is None:
        raise UnableToRecord(
            gettext("In this customer's country a yes counts only once they confirm it. Add an e-mail address first.")
        )
    confirming.ask(
        confirming.Question(
            customer=customer,
            boxes=[confirming.Asked(box.purpose, box.channel, box.told) for box in wanted],
            email=way.address if way.channel == "email" else "",
            phone=way.address if way.channel == "sms" else "",
            source=context.value,
            method=context.value,
            language=said.language,
            policy_version=version,
            evidence=_evidence(wanted[0], said, context),
            at=at,
            form=context.value,
        )
    )
    return len(wanted)


def _kept(customer: uuid.UUID, said: Said, *, actor: Actor, at: datetime) -> list[evidence.Kept]:
    try:
        return evidence.keep(customer=customer, files=said.files, actor=actor, at=at) if said.files else []
    except evidence.UnableToKeep as unable:
        raise UnableToRecord(str(unable)) from unable


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
