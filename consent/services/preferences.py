"""What somebody decides in the preference centre: what is allowed, how often, in which language; and taking it back."""

import datetime as dt
import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from cdp.core import pipeline
from cdp.core.actors import CUSTOMER
from cdp.core.crypto import tokens
from consent.models import ConsentRecord, ConsentState, ContactWish
from consent.rules.ledger import REFUSALS, YES
from consent.rules.packs import Basis
from consent.rules.preferences import Option
from consent.rules.wishes import Wish
from consent.selectors import jurisdiction, ledger, policies, purposes, wishes
from consent.services import grants, showing, taking_back
from customers.selectors import lineage
from customers.services import standing

METHOD = "preferences"
SOURCE = "preferences"
UNDO_FOR = dt.timedelta(hours=1)
_UNDO = "consent.preferences.undo"


class UnableToChange(Exception):
    """Nothing was changed: the person is not there any more, or it is too late to take back."""


@dataclass(frozen=True)
class Choice:
    """What is wanted: boxes to change with their words, and how often. `proof` is that of the request, `shown_at`
    when the page was shown; where nobody knows, no "yes" counts.
    """

    customer: uuid.UUID
    options: Sequence[Option]
    words: Mapping[str, str]
    wish: Wish
    language: str
    shown_at: dt.datetime | None
    proof: Mapping[str, Any]
    place: str = showing.PREFERENCES
    versions: Mapping[str, str] | None = None  # of the texts that stood there; None: those of the words


@dataclass(frozen=True)
class Changed:
    """How many statements were written, and the token that takes all of it back for an hour (empty: nothing to).
    `asked_again` names the boxes that wait for a second press, because their words changed since they were shown.
    """

    written: int
    undo: str = ""
    asked_again: frozenset[str] = frozenset()


def choose(choice: Choice, *, at: dt.datetime) -> Changed:
    """Write what was changed, and which texts the page showed. Writing it again writes nothing. Raises UnableToChange.

    A "yes" to words that changed since the page was shown is not written; a "no" and a wish always are.
    """
    turned = {
        option.name
        for option in choice.options
        if option.is_on
        and (choice.shown_at is None or showing.is_changed([option.purpose], since=choice.shown_at, now=at))
    }
    with transaction.atomic():
        customer = _held(choice.customer)
        before = wishes.of(customer)
        wanted = [option for option in choice.options if option.name not in turned]
        records = [
            (option, _write(customer, option, choice=choice, at=at).id) for option in _new(customer, wanted, at=at)
        ]
        is_wish_new = choice.wish != before
        if is_wish_new:
            set_wish(customer, choice.wish, at=at)
        if records:
            showing.keep(
                customer=customer,
                place=choice.place,
                shown=showing.Moment(choice.shown_at or at, choice.language),
                versions=choice.versions or showing.versions({name.partition(":")[0] for name in choice.words}, at=at),
                records=[record for _option, record in records],
                agreed=sum(option.is_on for option, _record in records),
                at=at,
            )
    if not records and not is_wish_new:
        return Changed(0, asked_again=frozenset(turned))
    undo = _undo_token(customer, records, before if is_wish_new else None, at=at)
    return Changed(len(records), undo, frozenset(turned))


def withdraw_all(
    customer: uuid.UUID,
    offered: Collection[Option],
    *,
    words: Mapping[str, str],
    language: str,
    shown_at: dt.datetime | None,
    proof: Mapping[str, Any],
    at: dt.datetime,
) -> Changed:
    """Stop everything that is in use, in one press, but what a contract owes: codes, receipts, answers to requests.

    Raises UnableToChange.
    """
    law, known = jurisdiction.of_customer(customer), purposes.channels()
    on = {(option.purpose, option.channel) for option in offered if option.is_on}
    # What rests on no word is done also where the page has no box for it: letters, before an address is known.
    on |= {
        (purpose, channel)
        for purpose, channels in known.items()
        for channel in channels
        if law.basis(purpose, channel) is Basis.LEGITIMATE_INTEREST
    }
    # What is not asked by any more would count again on the day it is: stopping everything stops that, too.
    on |= {
        (purpose, channel)
        for purpose, channel in ConsentState.objects.filter(customer_id=customer, is_granted=True).values_list(
            "purpose", "channel"
        )
        if purpose in known and law.basis(purpose, channel) is not Basis.CONTRACT
    }
    off = [Option(purpose, channel, is_on=False) for purpose, channel in sorted(on)]
    wish = wishes.of(customer)
    return choose(Choice(customer, off, words, wish, language, shown_at, {**proof, "way": "all"}), at=at)


def undo(token: str, *, customer: uuid.UUID, proof: Mapping[str, Any], at: dt.datetime) -> int:
    """Take one change back: each box that nobody has touched since is as it was, silent where nothing had been said.
    Returns how many are.

    Raises UnableToChange when the token is none of this person's or older than UNDO_FOR.
    """
    try:
        told = json.loads(tokens.read(_UNDO, token))
    except (tokens.BadToken, ValueError) as error:
        raise UnableToChange("no such change") from error
    if dt.datetime.fromisoformat(told["at"]) < at - UNDO_FOR:
        raise UnableToChange("too late")
    with transaction.atomic():
        holder = _held(customer)
        if _held(uuid.UUID(told["customer"])) != holder:
            raise UnableToChange("somebody else's")
        done = taking_back.take_back(
            [uuid.UUID(record) for _purpose, _channel, record in told["records"]],
            customer=holder,
            source=SOURCE,
            method=METHOD,
            actor=CUSTOMER,
            evidence={"page": METHOD, "way": "undo", **proof},
            at=at,
        )
        if told["wish"] is not None:
            frequency, until = told["wish"]
            set_wish(holder, Wish(frequency, dt.datetime.fromisoformat(until) if until else None), at=at)
    return done


def undo_of_last(customer: uuid.UUID, *, at: dt.datetime) -> str:
    """The token that takes back what the last press in the centre said, for who opens the page anew within UNDO_FOR;
    empty where nothing of it is still the last word. How often they want to hear from us stays as it is.
    """
    said = ConsentState.objects.filter(customer_id=customer).values("record_id")
    rows = ConsentRecord.objects.filter(
        customer_id__in=lineage.of(customer),
        id__in=said,
        source=SOURCE,
        method=METHOD,
        recorded_at__gt=at - UNDO_FOR,
    ).values_list("recorded_at", "purpose", "channel", "id")
    found = list(rows)
    last = max((row[0] for row in found), default=None)
    if last is None:
        return ""
    of_last = [row for row in found if row[0] == last]
    records = [(Option(purpose, channel, is_on=False), record) for _moment, purpose, channel, record in of_last]
    return _undo_token(customer, records, None, at=last)


def set_wish(customer: uuid.UUID, wish: Wish, *, at: dt.datetime) -> None:
    """Keep how often somebody wants to hear from us, in place of what was kept. In a transaction that holds them."""
    ContactWish.objects.filter(customer_id=customer).delete()
    if wish != Wish():
        ContactWish.objects.create(
            customer_id=customer, frequency=wish.frequency, paused_until=wish.paused_until, changed_at=at
        )
    pipeline.mark([customer], cause="consent")


def _new(customer: uuid.UUID, options: Sequence[Option], *, at: dt.datetime) -> list[Option]:
    """Without those that say already what is wanted: two presses of a button are one."""
    states = list(ConsentState.objects.filter(customer_id=customer))
    outdated = ledger.outdated(states, at=at)
    # What expired is neither: where the law asks for no word only a refusal stops it.
    said = {(one.purpose, one.channel): one.status for one in states if (one.purpose, one.channel) not in outdated}
    return [
        option
        for option in options
        if said.get((option.purpose, option.channel), "") not in (YES if option.is_on else REFUSALS)
    ]


def _write(customer: uuid.UUID, option: Option, *, choice: Choice, at: dt.datetime) -> Any:
    return grants.record(
        customer=customer,
        purpose=option.purpose,
        channel=option.channel,
        granted=option.is_on,
        at=at,
        source=SOURCE,
        method=METHOD,
        actor=CUSTOMER,
        policy_version=policies.current_version("privacy", at=at),
        language=choice.language,
        evidence={"page": METHOD, "text": choice.words.get(option.name, ""), **choice.proof},
    )


def _held(customer: uuid.UUID) -> uuid.UUID:
    found = standing.hold([customer]).get(customer)
    if found is None:
        raise UnableToChange("nobody is there any more")
    return found


def _undo_token(
    customer: uuid.UUID, records: Sequence[tuple[Option, uuid.UUID]], wish: Wish | None, *, at: dt.datetime
) -> str:
    told = {
        "customer": str(customer),
        "at": at.isoformat(),
        "records": [[option.purpose, option.channel, str(record)] for option, record in records],
        "wish": None
        if wish is None
        else [wish.frequency, wish.paused_until.isoformat() if wish.paused_until else None],
    }
    return tokens.make(_UNDO, json.dumps(told).encode())
