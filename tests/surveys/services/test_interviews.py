"""Talks are held after the disclosure alone, the nameless leave no trace, and words are shown only while allowed."""

import datetime as dt
import json

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cdp.core import actors, audit, receipts
from cdp.core.models import AuditEntry
from consent.models import ConsentRecord, PolicyVersion
from consent.selectors import ledger
from consent.services import disclosures, grants
from consent.services.evidence import Given
from customers.services import buckets, erasing, merging
from surveys.models import GuideVersion, Interview, InterviewNote, Participant, Quote
from surveys.models import Testimonial as Asked
from surveys.selectors.interviews import shown, talks
from surveys.selectors.texts import sources
from surveys.selectors.texts.sources import Place
from surveys.services import disclosing
from surveys.services.interviews import guides, holding, testimonials
from surveys.services.interviews.holding import Seat
from tests import factories
from tests.surveys import talking

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
WORDS = "It saved my morning, every single day."


def published(now):
    return [one.words for one in shown.published(at=now)]


def test_a_guide_is_published_only_with_its_disclosure_in_every_language_and_never_changes_then():
    now = timezone.now()
    draft = guides.of_ready("visit")
    made = guides.create(slug="visit", draft=draft, actor=actors.SYSTEM, at=now)
    usual = dict(disclosing.usual(is_talk=True))
    with pytest.raises(guides.UnableToPublish) as unable:
        guides.publish(guide=made.id, disclosure={"en": usual["en"]}, actor=actors.SYSTEM, at=now)
    assert {one.pointer for one in unable.value.problems} == {"/disclosure/th", "/disclosure/ko"}
    gap = {**draft, "goal": {"en": "Why"}, "questions": [{**draft["questions"][0], "text": {"en": "?"}}]}
    guides.save(guide=made.id, draft=gap, seen=made.draft_at, actor=actors.SYSTEM, at=now)
    with pytest.raises(guides.UnableToPublish) as unable:
        guides.publish(guide=made.id, disclosure=usual, actor=actors.SYSTEM, at=now)
    assert {one.pointer for one in unable.value.problems} == {
        *("/goal/th", "/goal/ko", "/questions/0/text/th", "/questions/0/text/ko")
    }
    guides.save(guide=made.id, draft=draft, seen=now, actor=actors.SYSTEM, at=now)
    version = guides.publish(guide=made.id, disclosure=usual, actor=actors.SYSTEM, at=now)
    assert len(version.definition["questions"]) >= 3
    assert PolicyVersion.objects.get(policy="interview.visit").published_at == now
    with pytest.raises(IntegrityError), transaction.atomic():
        GuideVersion.objects.filter(id=version.id).update(number=7)


def test_nobody_is_asked_before_they_agreed_and_each_person_of_a_group_keeps_what_they_were_told():
    ada, bo = factories.customer(email="ada@example.com"), factories.customer(email="bo@example.com")
    guide, now = talking.guide(), timezone.now()
    begin = {"guide": guide, "language": "en", "held_on": now.date(), "place": "Shop", "actor": actors.SYSTEM}
    said = disclosures.require("interview", guide.slug, language="en", at=now).version
    wrong = [
        ([Seat(ada.id, has_agreed=True), Seat(bo.id, has_agreed=False)], said),
        ([Seat(ada.id, has_agreed=True)], "0"),
        ([Seat(ada.id, has_agreed=True), Seat(ada.id, has_agreed=True)], said),
        ([], said),
    ]
    for seats, version in wrong:
        with pytest.raises(holding.UnableToHold):
            holding.begin(**begin, kind=Interview.Kind.GROUP, seats=seats, said=version, at=now)
    assert not Interview.objects.exists()
    talk = talking.talk(guide, ada, None, bo)
    told = {row.seat: (row.disclosure, talks.owner(row)) for row in Participant.objects.all()}
    assert told == {0: ("", None), 1: (said, ada.id), 2: (said, None), 3: (said, bo.id)}
    key = guides.of_ready("product")["questions"][0]["key"]
    holding.note(interview=talk.id, question=key, notes={0: "All nodded", 1: "Smiled"})
    holding.note(interview=talk.id, question=key, notes={1: "Smiled widely"})
    holding.quote(interview=talk.id, question=key, seat=1, words=WORDS, themes=["Morning", "  MORNING ", "taste"])
    holding.quote(interview=talk.id, question=key, seat=2, words="Too dear", themes=["price"])
    whole = talks.whole(talk.id)
    assert whole.notes == {(key, 0): "All nodded", (key, 1): "Smiled widely"}
    assert [(one.seat, one.words, one.themes) for one in whole.quotes] == [
        (1, WORDS, ["morning", "taste"]),
        (2, "Too dear", ["price"]),
    ]
    assert dict(talks.themes()) == {"morning": 1, "price": 1, "taste": 1}
    assert [one.words for one in talks.quotes(talks.Filters(theme="price")).rows] == ["Too dear"]
    assert [row.id for row in talks.page(talks.Filters(people=[bo.id])).rows] == [talk.id]
    for table in (InterviewNote, Quote):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT string_agg(encode(words, 'escape'), '') FROM {table._meta.db_table}")
            assert "nodded" not in cursor.fetchone()[0]
    (text,) = sources.declared()["quote"].words([Place(ada.id, whole.quotes[0].id)]).values()
    assert text == WORDS
    # Who is forgotten takes their words along; the nameless and the group stay.
    erasing.erase(customer=ada.id, actor=actors.SYSTEM, at=timezone.now())
    whole = talks.whole(talk.id)
    assert (sorted(whole.people), [one.words for one in whole.quotes]) == ([0, 2, 3], ["Too dear"])


def test_the_nameless_leave_neither_customer_nor_moment_nor_a_line_in_the_log():
    guide = talking.guide()
    lines = AuditEntry.objects.count()
    talk = talking.talk(guide, None)
    key = guides.of_ready("product")["questions"][0]["key"]
    quote = holding.quote(interview=talk.id, question=key, seat=1, words="Too dear", themes=[])
    holding.note(interview=talk.id, question=key, notes={1: "Hesitated"})
    rows = [talk, quote, Participant.objects.get(), InterviewNote.objects.get()]
    assert {row.id.version for row in rows} == {4}
    assert {row.customer_id for row in rows[1:]} <= buckets.ALL
    fields = {field for row in rows for field in row._meta.concrete_fields}
    assert not [field.name for field in fields if field.get_internal_type() == "DateTimeField"]
    assert AuditEntry.objects.count() == lines
    with pytest.raises(testimonials.UnableToShow):
        testimonials.ask(quote=quote.id, words="Too dear", name="Somebody", actor=actors.SYSTEM, at=timezone.now())


def spoken(person, guide=None):
    talk = talking.talk(guide or talking.guide(), person)
    key = guides.of_ready("product")["questions"][0]["key"]
    return holding.quote(interview=talk.id, question=key, seat=1, words=WORDS, themes=["morning"])


def ask(quote, words=WORDS, name="Ada, Bangkok"):
    row = testimonials.ask(quote=quote.id, words=words, name=name, actor=actors.SYSTEM, at=timezone.now())
    return row, testimonials.link(row).rsplit("/", 1)[-1]


def answer(token, *, agrees):
    return testimonials.answer(
        token=token, agrees=agrees, proof={"ip": "203.0.113.0"}, language="en", at=timezone.now()
    )


def show(row, *, is_shown=True):
    return testimonials.publish(testimonial=row.id, is_shown=is_shown, actor=actors.SYSTEM, at=timezone.now())


def test_an_interview_becomes_a_published_testimonial_only_after_consent_and_comes_down_with_it():
    ada = factories.customer(email="ada@example.com")
    row, token = ask(spoken(ada))
    with pytest.raises(testimonials.UnableToShow):
        show(row)
    with pytest.raises(IntegrityError), transaction.atomic():  # nor past the program
        Asked.objects.filter(id=row.id).update(state="published")
    # A yes to something else, or to the purpose without these words, is none to these.
    grants.record(
        customer=ada.id, purpose="testimonial", channel="any", granted=True, at=timezone.now(), source="shop",
        method="api", actor=actors.SYSTEM,
    )  # fmt: skip
    with pytest.raises(testimonials.UnableToShow):
        show(row)
    assert testimonials.read(token, at=timezone.now()).words == WORDS
    assert ConsentRecord.objects.filter(form="testimonial").count() == 0  # looking decides nothing
    answer(token, agrees=True)
    answer(token, agrees=True)
    record = ConsentRecord.objects.get(form="testimonial")
    told = ledger.evidence(record, ledger.keys(record))
    assert (told["text"], told["name"], told["testimonial"]) == (WORDS, "Ada, Bangkok", str(row.id))
    assert published(timezone.now()) == []  # allowed is not shown yet
    show(row)
    assert published(timezone.now()) == [WORDS]

    # Taken back anywhere, it is gone at once, before any worker ran; and another yes does not bring it back.
    grants.record(
        customer=ada.id, purpose="testimonial", channel="any", granted=False, at=timezone.now(), source="preferences",
        method="form", actor=actors.CUSTOMER,
    )  # fmt: skip
    assert published(timezone.now()) == []
    other, other_token = ask(spoken(ada, talking.guide("again")), words="Lovely.")
    answer(other_token, agrees=True)
    show(other)
    assert published(timezone.now()) == ["Lovely."]
    with pytest.raises(testimonials.UnableToShow):
        show(row)
    testimonials.look_after([ada.id], timezone.now())
    assert dict(Asked.objects.values_list("id", "state")) == {row.id: "withdrawn", other.id: "published"}
    # Back by the link: the last one allowed, so the ledger hears it too.
    answer(other_token, agrees=False)
    assert (published(timezone.now()), ledger.states([ada.id]).get().is_granted) == ([], False)


def test_one_no_does_not_end_what_was_allowed_of_other_words_and_merging_or_erasing_carries_all():
    ada, twin = factories.customer(email="ada@example.com"), factories.customer(email="twin@example.com")
    row, token = ask(spoken(ada))
    answer(token, agrees=True)
    show(row)
    _other, other_token = ask(spoken(ada, talking.guide("again")), words="Not for others.")
    assert answer(other_token, agrees=False).row.state == "refused"
    assert (published(timezone.now()), ledger.states([ada.id]).get().is_granted) == ([WORDS], True)
    merging.merge(survivor=twin.id, absorbed=ada.id, reason="same person", actor=actors.SYSTEM, at=timezone.now())
    assert published(timezone.now()) == [WORDS]
    assert testimonials.read(token, at=timezone.now()).row.customer_id == twin.id
    show(row, is_shown=False)
    assert published(timezone.now()) == []
    show(row)
    erasing.erase(customer=twin.id, actor=actors.SYSTEM, at=timezone.now())
    assert (published(timezone.now()), Asked.objects.count(), Quote.objects.count()) == ([], 0, 0)
    with pytest.raises(testimonials.Gone):
        testimonials.read(token, at=timezone.now())


def test_words_of_a_talk_go_back_with_who_talked_and_what_was_allowed_for_both_shows_them_no_longer():
    ada, bo = factories.customer(email="ada@example.com"), factories.customer(email="bo@example.com")
    first = spoken(ada)
    log = merging.merge(survivor=bo.id, absorbed=ada.id, reason="steward", actor=actors.SYSTEM, at=timezone.now())
    holding.quote(interview=first.interview_id, question=first.question, seat=1, words="Said later", themes=["x"])
    holding.note(interview=first.interview_id, question=first.question, notes={1: "Smiled"})
    row, token = ask(first)
    answer(token, agrees=True)
    show(row)
    assert published(timezone.now()) == [WORDS]
    merging.unmerge(merge_log=log.id, actor=actors.SYSTEM, at=timezone.now())
    for model, count in ((Participant, 1), (Quote, 2), (InterviewNote, 1), (Asked, 1)):
        assert list(model.objects.values_list("customer_id", flat=True)) == [ada.id] * count, model
    assert published(timezone.now()) == []
    erasing.erase(customer=ada.id, actor=actors.SYSTEM, at=timezone.now())
    assert (Asked.objects.count(), Quote.objects.count()) == (0, 0)


def test_what_was_signed_on_paper_stands_in_the_ledger_with_its_file():
    ada, now = factories.customer(email="ada@example.com"), timezone.now()
    row, _token = ask(spoken(ada))
    page = receipts.read_token(receipts.new_token("staff.statement", now=now - MINUTE), "staff.statement", now=now)
    scan = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 40
    testimonials.sign(
        testimonial=row.id,
        way="paper",
        said_at=now,
        files=[Given("form.png", scan)],
        token=page,
        actor=actors.SYSTEM,
        now=now,
    )
    record = ConsentRecord.objects.get()
    assert (record.method, len(record.files)) == ("paper", 1)
    assert WORDS in json.dumps(ledger.evidence(record, ledger.keys(record)))
    show(row)
    assert published(timezone.now()) == [WORDS]
    assert AuditEntry.objects.filter(action=audit.Action.TESTIMONIAL_PUBLISHED).count() == 1
