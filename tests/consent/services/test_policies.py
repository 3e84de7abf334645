"""Texts with versions: one draft, final once published at every door, and asking again exactly those it concerns."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from cdp.core import actors, jobs
from cdp.core.models import AuditEntry, Job, Notice
from cdp.core.outbox import composing
from consent.models import ConsentRecord, ConsentState, PolicyVersion, Purpose, ServedNotice
from consent.rules import notices as rules
from consent.selectors import asking, notices
from consent.services import gate, policies, reconsent, reference
from customers.models import ContactPoint
from tests import factories

pytestmark = pytest.mark.django_db
MARKETING = rules.of_purpose("marketing")
DAY = dt.timedelta(days=1)
SAID = {"en": "We say it otherwise.", "th": "เราเขียนใหม่", "ko": "문구를 바꾸었습니다."}


def at() -> dt.datetime:
    return timezone.now()


def draft(name: str = MARKETING, **changes: str) -> PolicyVersion:
    """A draft of that text with something in English changed."""
    version = policies.begin(name=name, actor=actors.SYSTEM, at=at())
    texts = notices.texts_of(version)
    old = texts["en"]
    parts = {**old.parts, rules.CHANGED: "We say it otherwise."}
    texts = {language: rules.Text(text.title, text.body, text.parts | {rules.CHANGED: SAID[language]}) for language, text in
             texts.items()}  # fmt: skip
    texts["en"] = rules.Text(changes.get("title", old.title), changes.get("body", "Other words."), parts)
    return policies.save(version=version, texts=texts, actor=actors.SYSTEM, at=at())


def publish(version: PolicyVersion, **choices: Any) -> PolicyVersion:
    return policies.publish(version=version, actor=actors.SYSTEM, at=at(), **choices)


def work() -> None:
    """The job that publishing began, run to its end here."""
    for job in Job.objects.filter(kind=reconsent.KIND, state=Job.State.WAITING):
        jobs.run(job.id)


def test_a_draft_begins_with_the_words_in_force_and_there_is_one() -> None:
    first = policies.begin(name=MARKETING, actor=actors.SYSTEM, at=at())
    assert policies.begin(name=MARKETING, actor=actors.SYSTEM, at=at()).id == first.id
    assert first.version == "2"
    assert set(notices.texts_of(first)) == {"en", "th", "ko"}
    assert notices.texts_of(first)["en"].parts[rules.REFUSAL]


def test_new_wording_is_what_forms_read_and_changes_nobodys_permission(say: Callable[..., ConsentRecord]) -> None:
    ann = factories.customer()
    say(ann.id, at=at() - DAY)
    publish(draft(title="Letters"))
    assert Purpose.objects.get(key="marketing").name["en"] == "Letters"
    assert Purpose.objects.get(key="marketing").meaning_since is None
    assert ConsentState.objects.get(customer=ann).is_granted
    assert not Job.objects.filter(kind=reconsent.KIND).exists()


def test_a_new_meaning_counts_at_once_and_asks_again_exactly_those_it_concerns(
    say: Callable[..., ConsentRecord],
) -> None:
    """Must show 8: who allowed it is asked, once; who refused, never answered or allows it since is not."""
    yes = factories.customer(email="yes@example.com", language="ko")
    no, silent, later, other = (factories.customer(email=f"{who}@example.com") for who in ("no", "silent", "on", "ot"))
    say(yes.id, at=at() - DAY)
    say(yes.id, at=at() - DAY, channel="sms")
    say(no.id, at=at() - DAY, granted=False)
    say(other.id, at=at() - DAY, purpose="measurement", channel="any")
    assert reconsent.concerned(["marketing"], before=at()) == 1
    version = publish(draft(), turns_meaning=True)
    say(later.id, at=at())
    ruled = gate.decide(customer=yes.id, purpose="marketing", channel="email", at=at())
    assert not ruled.is_allowed  # before any job ran
    meaning_since = Purpose.objects.get(key="marketing").meaning_since
    assert meaning_since == version.published_at
    work()
    states = {
        (state.customer_id, state.channel): (state.is_granted, state.status) for state in ConsentState.objects.all()
    }
    assert states == {
        (yes.id, "email"): (False, "expired"),
        (yes.id, "sms"): (False, "expired"),
        (no.id, "email"): (False, "denied"),
        (later.id, "email"): (True, "given"),
        (other.id, "any"): (True, "given"),
    }
    (notice,) = Notice.objects.filter(kind=reconsent.NOTICE)
    assert (notice.customer_id, notice.language) == (yes.id, "ko")
    assert not Notice.objects.filter(customer_id=silent.id).exists()
    assert ConsentRecord.objects.filter(status="expired", method="meaning").count() == 2
    job = Job.objects.get(kind=reconsent.KIND)
    assert (job.state, job.result) == (Job.State.DONE, {"asked": 1, "written_to": 1})
    assert version.turns_meaning


def test_everybody_is_asked_by_the_way_they_have_in_their_language(say: Callable[..., ConsentRecord]) -> None:
    """Who has a phone only is asked by it; who chose no language reads that of their country or of the shop."""
    phone = factories.customer(phone="+821012345678", country="KR")
    mail = factories.customer(email="a@example.com", country="DE")
    nowhere = factories.customer()
    for who in (phone, mail, nowhere):
        say(who.id, at=at() - DAY)
    version = publish(draft(), turns_meaning=True)
    work()
    sent = {row.customer_id: row for row in Notice.objects.all()}
    assert {who: (row.channel, row.language) for who, row in sent.items()} == {
        phone.id: ("sms", "ko"),
        mail.id: ("email", "en"),
    }
    assert Job.objects.get(kind=reconsent.KIND).result == {"asked": 3, "written_to": 2}
    shown = {row.customer_id: (row.place, row.language, row.versions) for row in ServedNotice.objects.all()}
    assert shown == {
        phone.id: ("sms.reconsent", "ko", {MARKETING: version.version}),
        mail.id: ("email.reconsent", "en", {MARKETING: version.version}),
    }


@pytest.mark.parametrize("kind", [reconsent.NOTICE, reconsent.NEWS])
@pytest.mark.parametrize("language", ["en", "th", "ko"])
def test_a_short_message_says_what_it_is_about_and_where_to_answer(kind: str, language: str) -> None:
    url = "https://shop.example/privacy/?lang=" + language
    outgoing = composing.Outgoing(
        id=uuid.uuid4(), kind=kind, customer=factories.customer().id, channel="sms", address="+66812345678",
        language=language, at=at(),
        data={"policy": "privacy", "purposes": ["News"], "document_url": url, "review_url": f"/review/x?lang={language}"},
    )  # fmt: skip
    short = composing.parts(outgoing).short
    assert ("/review/" if kind == reconsent.NOTICE else url) in short
    assert short.endswith(f"?lang={language}")
    assert len(short) < 400
    assert "\n" not in short


def test_the_job_goes_on_where_it_was_killed_and_asks_nobody_twice(
    say: Callable[..., ConsentRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        say(factories.customer(email=f"a{number}@example.com").id, at=at() - DAY)
    monkeypatch.setattr(reconsent, "PAGE", 2)
    publish(draft(), turns_meaning=True)
    job, pages, page = Job.objects.get(kind=reconsent.KIND), [], reconsent.page

    def once(**values: Any) -> reconsent.Reached:
        if pages:
            raise jobs.Interrupted
        pages.append(values)
        return page(**values)

    monkeypatch.setattr(reconsent, "page", once)
    jobs.run(job.id)
    assert Notice.objects.count() == 2
    monkeypatch.setattr(reconsent, "page", page)
    Job.objects.filter(id=job.id).update(state=Job.State.WAITING, claimed_by=None)
    jobs.run(job.id)
    assert Notice.objects.count() == 5
    assert Notice.objects.values("customer_id").distinct().count() == 5


def test_a_policy_asks_again_for_the_purposes_that_it_says_and_tells_the_others(
    say: Callable[..., ConsentRecord],
) -> None:
    asked, told = factories.customer(email="asked@example.com"), factories.customer(email="told@example.com")
    say(asked.id, at=at() - DAY, purpose="profiling", channel="any")
    say(told.id, at=at() - DAY)
    publish(draft("privacy"), concerns=["profiling"], is_announced=True)
    work()
    assert dict(Notice.objects.values_list("customer_id", "kind")) == {
        asked.id: reconsent.NOTICE,
        told.id: reconsent.NEWS,
    }
    assert ConsentState.objects.get(customer=told).is_granted
    assert not ConsentState.objects.get(customer=asked).is_granted


def test_a_policy_that_only_informs_asks_and_writes_to_nobody(say: Callable[..., ConsentRecord]) -> None:
    say(factories.customer(email="a@example.com").id, at=at() - DAY)
    publish(draft("privacy"))
    assert not Job.objects.filter(kind=reconsent.KIND).exists()


def test_what_is_published_is_refused_at_every_door_and_the_attempt_is_kept() -> None:
    version = publish(draft())
    with pytest.raises(policies.UnableToChange):
        policies.save(version=version, texts={"en": rules.Text("x", "y")}, actor=actors.SYSTEM, at=at())
    with pytest.raises(policies.UnableToChange):
        policies.discard(version=version, actor=actors.SYSTEM, at=at())
    assert AuditEntry.objects.filter(action="consent:policy:change_refused", object_id=str(version.id)).count() == 2


def test_a_meaning_does_not_turn_in_silence_for_the_readers_of_a_language() -> None:
    """Every language is written, or it is said that its readers are shown another; and each says what changed."""
    version = draft()
    texts = notices.texts_of(version)
    lonely = {"en": texts["en"], "th": rules.Text("ข่าว", "ข่าวสาร", {rules.REFUSAL: "ไม่", rules.CHANGED: "ใหม่"})}
    policies.save(version=version, texts=lonely, actor=actors.SYSTEM, at=at())
    with pytest.raises(policies.UnableToPublish, match="Korean is missing"):
        publish(version, turns_meaning=True)
    mute = {**lonely, "th": rules.Text("ข่าว", "ข่าวสาร", {rules.REFUSAL: "ไม่"})}
    policies.save(version=version, texts=mute, actor=actors.SYSTEM, at=at())
    with pytest.raises(policies.UnableToPublish, match="in Thai what changed"):
        publish(version, turns_meaning=True, shown_instead=["ko"])
    policies.save(version=version, texts=lonely, actor=actors.SYSTEM, at=at())
    done = publish(version, turns_meaning=True, shown_instead=["ko", "th"])
    assert done.shown_instead == {"ko": "en"}  # what is written is shown as it is written
    entry = AuditEntry.objects.filter(action="consent:policy:published").latest("at")
    assert entry.details["shown_instead"] == {"ko": "en"}
    other = policies.begin(name="form.signup", actor=actors.SYSTEM, at=at())
    words = {code: text for code, text in notices.texts_of(other).items() if code != "th"}
    policies.save(version=other, texts=words, actor=actors.SYSTEM, at=at())
    with pytest.raises(policies.UnableToPublish, match="Thai is missing"):  # a form says it in every language, always
        publish(other)


def test_before_a_meaning_turns_it_is_known_who_can_be_asked_by_which_way(
    say: Callable[..., ConsentRecord], django_assert_num_queries: Callable[..., Any]
) -> None:
    people = {
        "confirmed": factories.customer(email="a@example.com"),
        "mail": factories.customer(email="b@example.com"),
        "phone": factories.customer(phone="+66812345678"),
        "closed": factories.customer(email="c@example.com"),
        "both": factories.customer(email="d@example.com", phone="+66812345679"),
        "none": factories.customer(),
        "no": factories.customer(email="e@example.com"),
    }
    for name, person in people.items():
        say(person.id, at=at() - DAY, granted=name != "no")
    say(people["mail"].id, at=at() - DAY, channel="sms")
    mails = ContactPoint.objects.filter(kind="email")
    mails.filter(customer=people["confirmed"]).update(verified_at=at())
    mails.filter(customer__in=[people["closed"], people["both"]]).update(bounced_at=at())
    with django_assert_num_queries(1):
        one, other = asking.concerned(["marketing", "profiling"], before=at())
    assert (one.permissions, one.people, one.reachable, one.unreachable) == (7, 6, 4, 2)
    assert one.by_way == {"email": 1, "unconfirmed": 1, "sms": 2, "closed": 1, "none": 1}
    assert (other.people, other.by_way) == (0, {})
    assert dict(asking.unreachable(["marketing"], before=at())) == {
        people["closed"].id: "closed",
        people["none"].id: "none",
    }
    # As many as the job then writes to, by the ways it takes.
    publish(draft(), turns_meaning=True)
    work()
    assert Job.objects.get(kind=reconsent.KIND).result == {"asked": one.people, "written_to": one.reachable}


def test_asking_can_be_paused_and_goes_on_with_the_others(say: Callable[..., ConsentRecord]) -> None:
    people = [factories.customer(email=f"a{number}@example.com") for number in range(4)]
    for person in people:
        say(person.id, at=at() - DAY)
    version = publish(draft(), turns_meaning=True)
    assert reconsent.pause(version=version, actor=actors.SYSTEM, at=at())
    work()
    assert (Notice.objects.count(), asking.progress(version).is_paused) == (0, True)
    assert not gate.decide(customer=people[3].id, purpose="marketing", channel="email", at=at()).is_allowed
    assert reconsent.go_on(version=version, actor=actors.SYSTEM, at=at())
    assert not reconsent.go_on(version=version, actor=actors.SYSTEM, at=at())  # it goes on already
    work()
    assert Notice.objects.count() == 4
    say(people[0].id, at=at())
    say(people[1].id, at=at(), granted=False)
    cache.clear()  # a minute later
    found = asking.progress(version)
    assert (found.asked, found.written_to, found.yes, found.no, found.silent) == (4, 4, 1, 1, 2)
    actions = AuditEntry.objects.filter(action__startswith="consent:asking:").order_by("id")
    assert list(actions.values_list("action", flat=True)) == ["consent:asking:paused", "consent:asking:resumed"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consent_policyversion SET turns_meaning = NOT turns_meaning WHERE policy = 'purpose.marketing'",
        "UPDATE consent_policytext SET parts = '{}' WHERE title = 'News and offers'",
        "UPDATE consent_purpose SET name = '{\"en\": \"All\"}' WHERE key = 'marketing'",
        "UPDATE consent_policyversion SET withdrawn_at = now(), version = '9' WHERE policy = 'form.signup'",
    ],
)
def test_the_database_itself_keeps_what_people_were_shown(statement: str) -> None:
    with pytest.raises(DatabaseError, match=r"final|published version"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.parametrize(
    ("name", "texts", "reason"),
    [
        (MARKETING, {"th": rules.Text("ข่าว", "ข่าวสาร", {rules.REFUSAL: "ไม่"})}, "English is missing"),
        (MARKETING, {"en": rules.Text("News", "Text")}, "English is not complete"),
        ("form.signup", {"en": rules.Text("Your answers", "", {rules.USED_FOR: "x"})}, "English is not complete"),
        ("privacy", {"en": rules.Text("Policy", " ")}, "English is not complete"),
        ("privacy", {}, "at least one language"),
    ],
)
def test_what_lacks_words_is_not_published(name: str, texts: dict[str, rules.Text], reason: str) -> None:
    version = policies.begin(name=name, actor=actors.SYSTEM, at=at())
    policies.save(version=version, texts=texts, actor=actors.SYSTEM, at=at())
    with pytest.raises(policies.UnableToPublish, match=reason):
        publish(version)


def test_a_record_names_the_words_it_was_made_under(say: Callable[..., ConsentRecord]) -> None:
    before = say(factories.customer().id, at=at())
    publish(draft())
    after = say(factories.customer().id, at=at())
    assert (before.purpose_version, after.purpose_version) == ("1", "2")


def test_only_a_disclosure_can_be_withdrawn_and_its_form_opens_with_the_next() -> None:
    policies.withdraw(name="form.signup", actor=actors.SYSTEM, at=at())
    assert notices.disclosure("form.signup", language="en", at=at()) is None
    with pytest.raises(policies.UnableToWithdraw):
        policies.withdraw(name="form.signup", actor=actors.SYSTEM, at=at())
    with pytest.raises(policies.UnableToWithdraw):
        policies.withdraw(name="privacy", actor=actors.SYSTEM, at=at())
    version = policies.begin(name="form.signup", actor=actors.SYSTEM, at=at())
    publish(version)
    assert notices.disclosure("form.signup", language="ko", at=at()) is not None


def test_words_of_a_shop_from_before_there_were_versions_become_the_first_one() -> None:
    Purpose.objects.create(key="events", name={"en": "Events"}, description={"en": "Invitations"}, channels=["email"])
    reference.ensure()
    version = PolicyVersion.objects.get(policy="purpose.events")
    assert (version.version, notices.texts_of(version)["en"].title) == ("1", "Events")
