import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.core.leaving import Decision, Outcome
from consent.rules import gate
from consent.rules.gate import Standing, Word
from consent.rules.jurisdiction import Law
from consent.selectors import packs

KST = dt.timezone(dt.timedelta(hours=9))
YES, NO, GONE = Word(True, "given"), Word(False, "denied"), Word(False, "withdrawn")
NOON = dt.datetime(2026, 11, 21, 12, 0, tzinfo=KST)


def korea(hour: int, minute: int = 0, second: int = 0, micro: int = 0, day: int = 21) -> dt.datetime:
    return dt.datetime(2026, 11, day, hour, minute, second, micro, tzinfo=KST)


def decide(
    pack: str, purpose: str, channel: str, at: dt.datetime = NOON, status: str = "known", **words: Word
) -> Decision:
    standing = Standing(status=status, words=words)
    return gate.decide(standing, law=Law.of(packs.every()[pack]), purpose=purpose, channel=channel, at=at)


@pytest.mark.parametrize(
    ("pack", "purpose", "channel", "words", "expected"),
    [
        ("gdpr", "marketing", "email", {"marketing": YES}, (Outcome.ALLOWED, "", "gdpr:consent")),
        ("gdpr", "marketing", "email", {}, (Outcome.DENIED, "never_asked", "gdpr:consent")),
        ("gdpr", "marketing", "email", {"marketing": NO}, (Outcome.DENIED, "denied", "gdpr:consent")),
        ("gdpr", "marketing", "email", {"marketing": GONE}, (Outcome.DENIED, "withdrawn", "gdpr:consent")),
        ("gdpr", "marketing", "post", {}, (Outcome.ALLOWED, "", "gdpr:legitimate_interest")),
        ("gdpr", "marketing", "post", {"marketing": NO}, (Outcome.DENIED, "denied", "gdpr:objection")),
        ("pdpa_th", "marketing", "post", {}, (Outcome.DENIED, "never_asked", "pdpa_th:consent")),
        ("gdpr", "service", "email", {}, (Outcome.ALLOWED, "", "gdpr:contract")),
        ("pipa_kr", "service", "sms", {}, (Outcome.ALLOWED, "", "pipa_kr:contract")),
        ("pipa_kr", "service", "sms", {"service": NO}, (Outcome.DENIED, "denied", "pipa_kr:objection")),
        ("gdpr", "profiling", "any", {}, (Outcome.ALLOWED, "", "gdpr:legitimate_interest")),
        ("gdpr", "profiling", "any", {"profiling": NO}, (Outcome.DENIED, "denied", "gdpr:objection")),
        ("pipa_kr", "profiling", "any", {}, (Outcome.DENIED, "never_asked", "pipa_kr:consent")),
        ("gdpr", "third_party", "any", {}, (Outcome.DENIED, "never_asked", "gdpr:consent")),
        ("gdpr", "made_by_the_shop", "email", {}, (Outcome.DENIED, "never_asked", "gdpr:consent")),
        # A yes for one purpose is no yes for another.
        ("gdpr", "marketing", "email", {"profiling": YES}, (Outcome.DENIED, "never_asked", "gdpr:consent")),
    ],
)
def test_the_word_and_the_basis_decide(
    pack: str, purpose: str, channel: str, words: dict[str, Word], expected: tuple[Outcome, str, str]
) -> None:
    decision = decide(pack, purpose, channel, **words)
    assert (decision.outcome, decision.reason, decision.rule) == expected


@pytest.mark.parametrize(
    ("purpose", "channel", "is_stopped"),
    [
        ("service", "email", False),  # the answer to a request is one
        ("service", "sms", False),
        ("service", "webhook", True),
        ("service", "file", True),
        ("marketing", "email", True),
        ("marketing", "post", True),
        ("profiling", "any", True),
    ],
)
def test_a_restriction_lets_only_messages_of_a_contract_pass_to_the_person(
    purpose: str, channel: str, is_stopped: bool
) -> None:
    standing = Standing(status="known", is_restricted=True, words={purpose: YES})
    decision = gate.decide(standing, law=Law.of(packs.every()["gdpr"]), purpose=purpose, channel=channel, at=NOON)
    assert decision.is_denied is is_stopped
    if is_stopped:
        assert (decision.reason, decision.rule, decision.citation) == ("restricted", "gdpr:restriction", "gdpr-18")


@pytest.mark.parametrize(
    ("law", "born", "is_child"),
    [
        ("gdpr", dt.date(2010, 11, 22), True),  # sixteen tomorrow
        ("gdpr", dt.date(2010, 11, 21), False),
        ("pipa_kr", dt.date(2012, 11, 22), True),
        ("pipa_kr", dt.date(2012, 11, 21), False),
        ("pdpa_th", dt.date(2016, 11, 22), True),
        ("pdpa_th", dt.date(2016, 11, 21), False),
        ("gdpr", None, False),
    ],
)
def test_a_child_allows_nothing_without_a_guardian(law: str, born: dt.date | None, is_child: bool) -> None:
    for has_guardian in (False, True):
        standing = Standing(status="known", birth_date=born, words={"marketing": YES}, has_guardian=has_guardian)
        decision = gate.decide(standing, law=Law.of(packs.every()[law]), purpose="marketing", channel="email", at=NOON)
        assert (decision.reason == "child") is (is_child and not has_guardian)
        owed = gate.decide(standing, law=Law.of(packs.every()[law]), purpose="service", channel="email", at=NOON)
        assert owed.is_allowed


@pytest.mark.parametrize("status", ["anonymous", "merged", "erased", "bucket", "unknown"])
@pytest.mark.parametrize("purpose", ["marketing", "service"])
def test_nobody_but_a_known_customer_is_reached(status: str, purpose: str) -> None:
    decision = decide("gdpr", purpose, "email", status=status, marketing=YES)
    assert decision.is_denied
    assert (decision.reason, decision.rule) == (status, "status")


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (korea(20, 59, 59, 999_999), None),
        (korea(21), korea(8, day=22)),
        (korea(21, 0, 0, 1), korea(8, day=22)),
        (korea(23, 59, 59, 999_999), korea(8, day=22)),
        (korea(0), korea(8)),
        (korea(7, 59, 59, 999_999), korea(8)),
        (korea(8), None),
        # The hours are the recipient's, whatever zone the clock of the sender is in.
        (dt.datetime(2026, 11, 21, 18, 59, 59, tzinfo=dt.timezone(dt.timedelta(hours=7))), None),
        (dt.datetime(2026, 11, 21, 19, 0, tzinfo=dt.timezone(dt.timedelta(hours=7))), korea(8, day=22)),
        (dt.datetime(2026, 11, 20, 22, 59, 59, tzinfo=dt.UTC), korea(8)),
        (dt.datetime(2026, 11, 20, 23, 0, tzinfo=dt.UTC), None),
        (dt.datetime(2026, 12, 31, 12, 0, tzinfo=dt.UTC), dt.datetime(2027, 1, 1, 8, 0, tzinfo=KST)),
    ],
)
def test_a_korean_advertisement_waits_from_nine_in_the_evening_to_eight(
    at: dt.datetime, until: dt.datetime | None
) -> None:
    decision = decide("pipa_kr", "marketing", "sms", at, marketing=YES)
    assert decision.until == until
    assert decision.is_allowed is (until is None)
    if until:
        assert (decision.outcome, decision.reason, decision.rule) == (
            Outcome.DEFERRED,
            "quiet_hours",
            "pipa_kr:quiet_hours",
        )


@pytest.mark.parametrize(
    ("pack", "purpose", "channel", "words"),
    [
        ("pipa_kr", "marketing", "email", {"marketing": YES}),  # exempt by decree
        ("pipa_kr", "marketing", "sms", {"marketing": YES, "marketing_night": YES}),
        ("pipa_kr", "service", "sms", {}),
        ("gdpr", "marketing", "sms", {"marketing": YES}),
        ("pdpa_th", "marketing", "line", {"marketing": YES}),
    ],
)
def test_the_night_stops_only_what_the_pack_names(
    pack: str, purpose: str, channel: str, words: dict[str, Word]
) -> None:
    assert decide(pack, purpose, channel, korea(23), **words).is_allowed


def test_night_consent_taken_back_makes_it_wait_again() -> None:
    assert decide("pipa_kr", "marketing", "sms", korea(23), marketing=YES, marketing_night=GONE).is_deferred


def test_night_consent_alone_allows_nothing() -> None:
    assert decide("pipa_kr", "marketing", "sms", korea(23), marketing_night=YES).reason == "never_asked"


@given(st.datetimes(timezones=st.just(dt.UTC), min_value=dt.datetime(2000, 1, 1), max_value=dt.datetime(2100, 1, 1)))  # noqa: DTZ001  (hypothesis wants naive bounds)
def test_asked_again_at_until_the_answer_is_yes(at: dt.datetime) -> None:
    decision = decide("pipa_kr", "marketing", "sms", at, marketing=YES)
    if decision.until:
        assert dt.timedelta(0) < decision.until - at.astimezone(dt.UTC) <= dt.timedelta(hours=11)
        assert decide("pipa_kr", "marketing", "sms", decision.until, marketing=YES).is_allowed


@pytest.mark.parametrize(
    ("law", "purpose", "said", "now", "is_child"),
    [
        # Born on 1 December 2012: fourteen in Korea on that day of 2026, sixteen in Europe two years later.
        ("pipa_kr", "marketing", "2026-11-20", "2026-11-30", True),
        ("pipa_kr", "marketing", "2026-11-20", "2026-12-02", True),  # a birthday makes no permission of it
        ("pipa_kr", "marketing", "2026-12-01", "2026-12-02", False),
        ("gdpr", "marketing", "2026-12-01", "2026-12-02", True),
        ("gdpr", "marketing", "2028-12-01", "2028-12-02", False),
        # In Thailand news are their own choice from ten on, sharing is not before twenty.
        ("pdpa_th", "marketing", "2026-11-20", "2026-11-30", False),
        ("pdpa_th", "third_party", "2026-11-20", "2026-11-30", True),
        ("pdpa_th", "third_party", "2026-11-20", "2032-12-02", True),
        ("pdpa_th", "third_party", "2032-12-01", "2032-12-02", False),
    ],
)
def test_a_yes_counts_that_was_said_at_an_age_to_say_it(
    law: str, purpose: str, said: str, now: str, is_child: bool
) -> None:
    at = dt.datetime.fromisoformat(f"{said}T12:00:00+09:00")
    words = {purpose: Word(True, "given", said_at=at)}
    for has_guardian in (False, True):
        standing = Standing(status="known", birth_date=dt.date(2012, 12, 1), words=words, has_guardian=has_guardian)
        moment = dt.datetime.fromisoformat(f"{now}T12:00:00+09:00")
        decision = gate.decide(standing, law=Law.of(packs.every()[law]), purpose=purpose, channel="email", at=moment)
        assert decision.is_denied is (is_child and not has_guardian)
        if decision.is_denied:
            assert (decision.reason, decision.rule) == ("child", f"{law}:child")
    profiled = gate.decide(
        Standing(status="known", birth_date=dt.date(2012, 12, 1)),
        law=Law.of(packs.every()["pdpa_th"]),
        purpose="profiling",
        channel="any",
        at=at,
    )  # rests on no consent of theirs
    assert profiled.is_allowed
