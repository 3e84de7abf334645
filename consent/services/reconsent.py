"""Asking again exactly those whose "yes" a new text concerns.

From the moment of publishing the gate counts no older "yes" (`Purpose.meaning_since`); this job writes `expired` beside
each and puts one notice for each person. Who refused, who never answered and who said "yes" since is left alone. It
works in pages, each in one transaction, and goes on where it was stopped: who is done has no old "yes" any more.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cdp.core import actors, audit, jobs, outbox
from cdp.core.actors import Actor
from cdp.core.models import Job
from consent.models import ConsentState, PolicyVersion, Purpose
from consent.rules import notices as rules
from consent.rules.gate import BY_MEANING
from consent.selectors import notices, reach
from consent.selectors import purposes as reading
from consent.services import expiring, links, served
from consent.services.purposes import BY_DAY, NIGHT
from customers.services import standing

KIND = "consent.reconsent"
NOTICE, NEWS = "reconsent", "policy-news"
PAGE = 300
TITLE = gettext_noop("Asking again after a new text")
TOLD_TITLE = gettext_noop("Telling customers of a new text")
MOST_TRIALS = 20
LASTS = dt.timedelta(days=30)
"""A notice that could not be delivered for so long is no news any more."""


class UnableToSend(Exception):
    """The trial cannot go out; the message says why."""


@dataclass(frozen=True)
class Reached:
    """How many people a page was about, and how many of them can be written to."""

    people: int = 0
    written_to: int = 0


def begin(
    *, version: PolicyVersion, purposes: Sequence[str], is_announced: bool, actor: Actor, at: dt.datetime
) -> Job | None:
    """Start the job of a version that was published in this transaction; None where nobody is to be asked or told."""
    if not purposes and not (is_announced and version.policy in rules.DOCUMENTS):
        return None
    return jobs.submit(
        KIND,
        title=TITLE if purposes else TOLD_TITLE,
        params={
            "version": str(version.id),
            "purposes": list(purposes),
            "is_announced": is_announced,
            "at": at.isoformat(),
            "actor": str(actor.id) if actor.id else "",
        },
        created_by=actor.id,
    )


def run(job: Job) -> None:
    """Work on it until nobody is left."""
    version = PolicyVersion.objects.filter(id=job.params["version"]).first()
    if version is None:
        raise jobs.JobFailed(gettext_noop("The text of this job is not there any more."))
    at = dt.datetime.fromisoformat(job.params["at"])
    wanted, everybody = list(job.params["purposes"]), bool(job.params["is_announced"])
    after = uuid.UUID(job.checkpoint.get("after", str(uuid.UUID(int=0))))
    done, written = job.done, int(job.checkpoint.get("written", 0))
    total = job.total or (known() if everybody else concerned(wanted, before=at))
    jobs.progress(job, done=done, total=total)
    while True:
        with transaction.atomic():
            people = _next_known(after) if everybody else _next_concerned(wanted, before=at, after=after)
            if not people:
                break
            reached = page(version=version, purposes=wanted, people=people, at=at, now=timezone.now())
            done, written, after = done + reached.people, written + reached.written_to, people[-1]
            job.result = {"asked": done, "written_to": written}
            jobs.progress(job, done=done, total=max(total, done), checkpoint={"after": str(after), "written": written})


def pause(*, version: PolicyVersion, actor: Actor, at: dt.datetime) -> bool:
    """Stop asking after the present page; whether there was anything to stop. What ended stays ended: the gate counts
    no older "yes" while it is paused.
    """
    return _turn(version, jobs.cancel, audit.Action.ASKING_PAUSED, {Job.State.WAITING, Job.State.RUNNING}, actor, at)


def go_on(*, version: PolicyVersion, actor: Actor, at: dt.datetime) -> bool:
    """Ask the others, from where it was paused or failed; whether there was anything to go on with."""
    return _turn(
        version,
        lambda job: jobs.go_on(job, params=job.params),
        audit.Action.ASKING_RESUMED,
        {Job.State.CANCELLED, Job.State.FAILED},
        actor,
        at,
    )


def _turn(
    version: PolicyVersion,
    turn: Callable[[Job], None],
    action: audit.Action,
    states: Collection[str],
    actor: Actor,
    at: dt.datetime,
) -> bool:
    with transaction.atomic():
        job = job_of(version)
        if job is None or job.state not in states:
            return False
        turn(job)
        audit.record(action, actor=actor, at=at, subject=version.id, details={"policy": version.policy})
    return True


def job_of(version: PolicyVersion) -> Job | None:
    """The job that asks or tells because of a version."""
    return Job.objects.filter(kind=KIND, params__version=str(version.id)).order_by("-id").first()


def send_trial(
    *, version: PolicyVersion, purposes: Sequence[str], address: str, language: str, answer_url: str, at: dt.datetime
) -> None:
    """Send the message that a version would bring to a member of staff alone. Raises UnableToSend."""
    if not address:
        raise UnableToSend(_("Your account has no e-mail address."))
    day = at - dt.timedelta(days=1)
    if outbox.recent(address=address, kinds=[NOTICE], since=day) >= MOST_TRIALS:
        raise UnableToSend(_("You had enough trials today."))
    texts = notices.texts_of(version)
    found = notices.in_language(texts, language)
    title = found[1].title if found else ""
    names = dict(Purpose.objects.filter(key__in=list(purposes)).values_list("key", "name"))
    if rules.kind_of(version.policy) == rules.PURPOSE:
        names = {key: {**name, language: title} for key, name in names.items()}
    told = letter(version, purposes, names, language=language)
    outbox.put(
        outbox.Draft(
            kind=NOTICE,
            address=address,
            key=f"{NOTICE}:trial:{version.id}:{at.isoformat()}",
            language=language,
            data={**told, "review_url": answer_url, "is_trial": True},
            valid_until=at + dt.timedelta(days=1),
        ),
        at=at,
    )


def page(
    *, version: PolicyVersion, purposes: Sequence[str], people: Sequence[uuid.UUID], at: dt.datetime, now: dt.datetime
) -> Reached:
    """Let the old "yes" of these people expire and put a notice for each who can be written to, in one transaction."""
    with transaction.atomic():
        held = standing.hold(set(people))
        who = sorted(set(held.values()))
        asked = set(
            ConsentState.objects.filter(
                customer_id__in=who, purpose__in=list(purposes), is_granted=True, at__lt=at
            ).values_list("customer_id", flat=True)
        )
        for purpose in purposes:
            expiring.expire(
                purpose=purpose, said_before=at, reason=BY_MEANING, actor=actors.SYSTEM, now=now, customers=who
            )
        # A permission for the night ends with what it was one of; no letter is about it alone.
        read = [key for key in purposes if key != NIGHT or BY_DAY not in purposes]
        names = dict(Purpose.objects.filter(key__in=read).values_list("key", "name"))
        ways = reach.ways(who)
        told = {language: letter(version, read, names, language=language) for language in
                {way.language for way in ways.values()}}  # fmt: skip
        outbox.put_many(
            [
                outbox.Draft(
                    kind=NOTICE if customer in asked else NEWS,
                    channel=way.channel,
                    address=way.address,
                    key=f"{NOTICE}:{version.id}",
                    language=way.language,
                    customer=customer,
                    data={
                        **told[way.language],
                        "review_url": links.review_url(
                            customer=customer, version=version.id, at=now, language=way.language
                        )
                        if customer in asked
                        else "",
                    },
                    valid_until=now + LASTS,
                )
                for customer, way in ways.items()
            ],
            at=now,
        )
        _keep_what_they_read(version, read, asked, ways, now=now)
    return Reached(len(who), len(ways))


def _keep_what_they_read(
    version: PolicyVersion,
    purposes: Sequence[str],
    asked: Collection[uuid.UUID],
    ways: Mapping[uuid.UUID, reach.Way],
    *,
    now: dt.datetime,
) -> None:
    """Which texts the notice of each of them tells of."""
    own = {version.policy: version.version}
    words = notices.in_force_of([rules.of_purpose(key) for key in purposes], at=now)
    served.show_many(
        [
            served.Showing(
                customer=customer,
                place=f"{way.channel}.{NOTICE if customer in asked else NEWS}",
                versions={**words, **own} if customer in asked else own,
                language=way.language,
            )
            for customer, way in ways.items()
        ],
        at=now,
    )


def letter(
    version: PolicyVersion, purposes: Sequence[str], names: Mapping[str, Mapping[str, str]], *, language: str
) -> dict[str, Any]:
    """What the message about a version says to every reader of a language; the link to answer is each one's own."""
    older = notices.before(version)
    path = notices.public_path(
        version.policy, language=language, version=version.version, against=older.version if older else ""
    )
    return {
        "policy": version.policy,
        "purposes": [reading.in_language(names[key], language) or key for key in sorted(purposes) if key in names],
        "changed": notices.what_changed(version, notices.texts_of(version), language),
        "document_url": f"{settings.CDP_BASE_URL}{path}",
    }


def concerned(purposes: Collection[str], *, before: dt.datetime) -> int:
    """How many people allowed one of these purposes before that time, and so would be asked again."""
    if not purposes:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM (
                SELECT customer_id FROM consent_consentstate
                WHERE is_granted AND purpose = ANY(%s) AND at < %s GROUP BY customer_id
            ) said
            """,
            [list(purposes), before],
        )
        return int(cursor.fetchone()[0])


def known() -> int:
    """How many people would be told where everybody is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM customers_customer WHERE status = 'known'")
        return int(cursor.fetchone()[0])


def _next_concerned(purposes: Collection[str], *, before: dt.datetime, after: uuid.UUID) -> list[uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT customer_id FROM consent_consentstate
            WHERE is_granted AND purpose = ANY(%s) AND at < %s AND customer_id > %s
            ORDER BY customer_id LIMIT %s
            """,
            [list(purposes), before, after, PAGE],
        )
        return [row[0] for row in cursor.fetchall()]


def _next_known(after: uuid.UUID) -> list[uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM customers_customer WHERE status = 'known' AND id > %s ORDER BY id LIMIT %s", [after, PAGE]
        )
        return [row[0] for row in cursor.fetchall()]
