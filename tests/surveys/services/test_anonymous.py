"""Anonymous means anonymous: what the whole database tells, and the times of everything, match no answer to anybody."""

import datetime as dt
import hashlib
import itertools
import random
import re
import uuid
from collections import Counter, defaultdict

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from cdp.core import actors
from cdp.core.models import Source
from customers.rules.people import Person
from customers.services import identity, suppressions
from surveys.models import AnonymousResponse, AnonymousWaiting, RewardClaim, SpentClaim, Survey, WaitingClaim
from surveys.selectors.results import overview
from surveys.services import anonymous, answering, claims, publishing
from tests import factories
from tests.surveys import asking
from tests.surveys.rules.questionnaires import option, page, question, value

DAY = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)
CODES = [f"c{n}" for n in range(20)]
ABOUT = value(page("one", question("single", "who", options=[option(code) for code in CODES], required=True)))
POINTS = {"kind": "points", "points": 50}


def quiet(**changes) -> Survey:
    survey = asking.opened(ABOUT, slug="quiet", is_anonymous=True)
    Survey.objects.filter(id=survey.id).update(**changes)
    survey.refresh_from_db()
    return survey


def send(survey, code, *, at=DAY, **rest):
    run = asking.run(survey, **rest)
    return answering.take(run, {"who": code}, at=at, is_end=True, keeps_valid=True)


def kept():
    return AnonymousResponse.objects.count()


@pytest.mark.django_db
def test_what_tells_who_it_is_cannot_be_published_in_an_anonymous_one():
    asking.disclosed("named", is_anonymous=True)
    named = value(
        page(
            "one",
            question("contact", "mail", field="email"),
            question("single", "work", options=[option("office"), option("field")], maps_to="occupation"),
            question("consent", "news", purpose="marketing", channel="email"),
            question("nps", "score"),
        )
    )
    survey = asking.drafted(named, slug="named", is_anonymous=True)
    publishing.set_quotas(survey=survey.id, quotas={"all": ("", 5)}, actor=actors.SYSTEM, at=DAY)
    with pytest.raises(publishing.UnableToPublish) as refused:
        publishing.publish(survey=survey.id, actor=actors.SYSTEM, at=timezone.now())
    places = {problem.pointer.removeprefix("/pages/0/questions/") for problem in refused.value.problems}
    assert places == {"0/kind", "1/maps_to", "2/kind"}
    # As places are taken one by one, a quota of some answers would tell whose they are.
    with pytest.raises(publishing.UnableToChange):
        publishing.set_quotas(survey=survey.id, quotas={"low": ("{score} < 7", 5)}, actor=actors.SYSTEM, at=DAY)


@pytest.mark.django_db
def test_answers_wait_for_five_or_for_the_end_of_the_shops_day_and_are_sealed_meanwhile():
    survey = quiet()
    for code in CODES[:4]:
        send(survey, code)
    assert (kept(), AnonymousWaiting.objects.count()) == (0, 4)
    assert not any(CODES[0].encode() in bytes(row.sealed) for row in AnonymousWaiting.objects.all())
    send(survey, CODES[4])
    assert (kept(), AnonymousWaiting.objects.count()) == (5, 0)
    # 18:00 in London is the next day in Bangkok.
    send(survey, CODES[5], at=DAY.replace(hour=18))
    assert AnonymousWaiting.objects.get().day == dt.date(2026, 11, 24)
    assert anonymous.write_out_before(dt.date(2026, 11, 24)) == 0
    assert (anonymous.write_out_before(dt.date(2026, 11, 25)), kept()) == (1, 6)


@pytest.mark.django_db
def test_what_only_some_of_a_batch_share_is_left_out():
    survey = quiet()
    for code in CODES[:5]:
        send(survey, code, language="en", mode=asking.Response.Mode.KIOSK)
    assert set(AnonymousResponse.objects.values_list("language", "mode")) == {("en", "kiosk")}
    AnonymousResponse.objects.all().delete()
    for code, language in zip(CODES[:5], ("en", "en", "ko", "en", "en"), strict=True):
        send(survey, code, language=language)
    assert set(AnonymousResponse.objects.values_list("language", "mode")) == {("", "web")}
    AnonymousResponse.objects.all().delete()
    # Who is alone on a day shares everything with their batch.
    send(survey, CODES[0], language="ko")
    anonymous.write_out_before(DAY.date() + dt.timedelta(days=1))
    assert list(AnonymousResponse.objects.values_list("language", "mode")) == [("", "")]


@pytest.mark.django_db
def test_a_code_is_one_for_a_form_brought_once_and_written_nowhere_before():
    survey = quiet(reward=POINTS)
    ada = factories.customer(email="ada@example.com")
    herself, somebody = Person(email="ada@example.com"), Person(email="bo@example.com")
    first = send(survey, CODES[0], secret="one").claim
    assert send(survey, CODES[0], secret="one").claim == first
    other = send(survey, CODES[1], secret="two").claim
    assert first != other
    assert not WaitingClaim.objects.exists()
    for code in (first.lower().replace("-", " "), first):
        claims.bring(survey=survey, code=code, person=herself, at=DAY)
    waiting = WaitingClaim.objects.get()
    assert (waiting.id.version, waiting.month, b"ada" in bytes(waiting.sealed)) == (4, dt.date(2026, 11, 1), False)
    refused = [first, "x", other[:-1] + ("B" if other.endswith("A") else "A"), ""]
    for code in refused:
        with pytest.raises(claims.UnableToClaim):
            claims.bring(survey=survey, code=code, person=somebody, at=DAY)
    elsewhere = asking.opened(ABOUT, slug="else", is_anonymous=True)
    with pytest.raises(claims.UnableToClaim):
        claims.bring(survey=elsewhere, code=other, person=somebody, at=DAY)
    assert send(elsewhere, CODES[2]).claim == ""
    # Not within the month, nor after one in which hardly anybody answered while others still can.
    december, january = DAY.replace(month=12, day=1), DAY.replace(year=2027, month=1, day=1)
    anonymous.write_out_before(december.date())
    assert [claims.release(at=at) for at in (DAY, december)] == [0, 0]
    for code in CODES[2:6]:
        send(survey, code, at=december)
    anonymous.write_out_before(january.date())
    claims.bring(survey=survey, code=other, person=herself, at=december)
    # A copy of the database from before has nothing by which whoever is rewarded is found in it.
    waited = [waiting, *WaitingClaim.objects.exclude(id=waiting.id)]
    assert [claims.release(at=january), claims.release(at=january), WaitingClaim.objects.count()] == [2, 0, 0]
    rewarded = set(RewardClaim.objects.values_list("id", "code_digest")) | set(
        SpentClaim.objects.values_list("claim_id", "digest")
    )
    known = {value if isinstance(value, uuid.UUID) else bytes(value) for pair in rewarded for value in pair}
    assert not known & {value for one in waited for value in (one.id, bytes(one.code_digest))}
    mine = RewardClaim.objects.filter(customer_id=ada.id).values_list("promised", "month")
    assert sorted(mine, key=str) == sorted([({}, january.date()), (POINTS, january.date())], key=str)
    for who in (herself, somebody):
        with pytest.raises(claims.UnableToClaim):
            claims.bring(survey=survey, code=first, person=who, at=january)


@pytest.mark.django_db
def test_whoever_was_forgotten_after_they_brought_a_code_is_not_brought_back_by_it():
    survey = quiet(reward=POINTS)
    for name in ("ada", "bo"):
        code = send(survey, CODES[0], secret=name).claim
        claims.bring(survey=survey, code=code, person=Person(email=f"{name}@example.com"), at=DAY)
    # Whether it is open, paused or full: after a month in which nobody answered there is no reason to wait on.
    Survey.objects.filter(id=survey.id).update(state=Survey.State.CLOSED)
    assert claims.release(at=DAY.replace(month=12)) == 0
    source = Source.objects.get_or_create(key=claims.SOURCE, defaults={"name": "x", "kind": Source.Kind.FORM})[0]
    keys = identity.keys_of(Person(email="ada@example.com"), source)
    suppressions.suppress({key.digest: key.kind for key in keys}, at=DAY)
    assert claims.release(at=DAY.replace(year=2027, month=1)) == 1
    assert (RewardClaim.objects.count(), WaitingClaim.objects.count()) == (1, 0)


class Look:
    """Somebody with every table, in the order of rows and of transactions, and the times at which pages were opened."""

    def __init__(self, survey: Survey, opened: list[tuple[uuid.UUID, str]]) -> None:
        self.opened = opened  # who, with the language of their profile, in the order in which pages were opened
        self.rows = self._rows("surveys_anonymousresponse", "id::text, language")
        self.answers = self._rows("surveys_anonymousanswer", "response_id::text, code")
        self.claimed = [row[0] for row in self._rows("surveys_rewardclaim", "customer_id")]
        said = dict(self.answers)
        self.code = {row[0]: said[row[0]] for row in self.rows}
        self.batches = self._batches()

    def _rows(self, table: str, columns: str) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {columns} FROM {table} ORDER BY xmin::text::bigint, ctid")
            return cursor.fetchall()

    def _batches(self) -> list[tuple[list[uuid.UUID], list[str]]]:
        """Rows of one transaction, beside whoever answered between it and the one before."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT id::text, xmin::text::bigint, ctid FROM surveys_anonymousresponse ORDER BY 2, 3")
            rows = [list(group) for _key, group in itertools.groupby(cursor.fetchall(), key=lambda row: row[1])]
        people = iter(self.opened)
        return [([next(people) for _row in batch], [row[0] for row in batch]) for batch in rows]

    def guesses(self) -> dict[str, dict[uuid.UUID, str]]:
        """Each way of matching: person → answer."""
        answered = [row[0] for row in self.answers]
        ways = defaultdict(dict)
        for people, rows in self.batches:
            names = [who for who, _language in people]
            ways["order of rows"] |= zip(names, rows, strict=True)
            ways["backwards"] |= zip(names, reversed(rows), strict=True)
            ways["order of answers"] |= zip(names, sorted(rows, key=answered.index), strict=True)
            ways["order of ids"] |= zip(names, sorted(rows), strict=True)
            ways["order of claims"] |= zip(sorted(names, key=self.claimed.index), rows, strict=True)
            ways["languages"] |= self._by_language(people, rows)
        ways["order over all"] |= zip(
            [who for who, _language in self.opened], [row[0] for row in self.rows], strict=True
        )
        return {way: {who: self.code[row] for who, row in found.items()} for way, found in ways.items()}

    def _by_language(self, people, rows) -> dict[uuid.UUID, str]:
        speaks, found = dict(self.rows), {}
        left = list(rows)
        for who, language in sorted(people, key=lambda one: one[1]):
            row = next((row for row in left if speaks[row] == language), left[0])
            left.remove(row)
            found[who] = row
        return found


def simulated(count: int) -> tuple[dict[uuid.UUID, str], Look]:
    """So many people answer one after the other, at known times, over three days; each brings their code at once."""
    survey = quiet(reward=POINTS)
    dice = random.Random(20261123)
    truth, opened, before = {}, [], DAY.date()
    for n in range(count):
        who = factories.customer(email=f"p{n}@example.com").id
        language = dice.choice(("th", "th", "ko", "en"))
        at = DAY + dt.timedelta(days=n * 3 // count, minutes=n % (count // 3))
        if at.date() != before:
            anonymous.write_out_before(at.date())
        before = at.date()
        truth[who] = CODES[n % len(CODES)] if n // 5 % 2 else dice.choice(CODES)
        taken = send(survey, truth[who], at=at, language=language)
        claims.bring(survey=survey, code=taken.claim, person=Person(email=f"p{n}@example.com"), at=at)
        opened.append((who, language))
    anonymous.write_out_before((DAY + dt.timedelta(days=9)).date())
    assert (kept(), claims.release(at=DAY + dt.timedelta(days=30))) == (count, count)
    return truth, Look(survey, opened)


def expected(truth, look) -> tuple[float, float]:
    """Hits of guessing inside of batches, and their variance: of k people with k answers, over all matchings."""
    mean = spread = 0.0
    for people, rows in look.batches:
        size = len(rows)
        given = Counter(look.code[row] for row in rows)
        hits = sum(given[truth[who]] for who, _language in people) / size
        mean, spread = mean + hits, spread + hits
    return mean, spread


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_with_the_whole_database_and_all_times_answers_are_matched_no_better_than_by_chance():
    truth, look = simulated(122)
    assert sorted(look.code.values()) == sorted(truth.values())
    assert {len(rows) for _people, rows in look.batches} >= {5}
    mean, spread = expected(truth, look)
    hits = {way: sum(truth[who] == code for who, code in found.items()) for way, found in look.guesses().items()}
    # Five deviations: chance alone is above it less than once in a million runs; a leak in each batch is far above.
    assert {way: count for way, count in hits.items() if count > mean + 5 * spread**0.5} == {}
    assert mean + 5 * spread**0.5 < len(truth) / 2


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_the_attack_wins_where_answers_are_written_as_they_came(monkeypatch):
    monkeypatch.setattr(anonymous.CHANCE, "shuffle", lambda rows: None, raising=False)
    truth, look = simulated(60)
    hits = {way: sum(truth[who] == code for who, code in found.items()) for way, found in look.guesses().items()}
    mean, spread = expected(truth, look)
    assert hits["order of rows"] > mean + 5 * spread**0.5


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_the_web_log_the_cache_and_results_before_and_after_win_nothing_either(client, capfd):
    """What an attacker sees who also watches: every line of the log, every key of the cache with its time to live,
    the results after each sending. People come one after the other, from networks of their own.
    """
    survey, dice = quiet(), random.Random(5)
    truth, marks, changes = [], {}, []
    capfd.readouterr()
    before = counted(survey)
    for n in range(60):
        code = dice.choice(CODES)
        truth.append(code)
        there, address = f"/s/{survey.slug}/", f"10.1.{n // 200}.{n % 200 + 1}"
        slip = client.get(there, REMOTE_ADDR=address).context["slip"]
        sent = {"slip": slip, "page": "one", "shown": "who", "q.who": code}
        assert client.post(there, sent, REMOTE_ADDR=address).status_code == 200
        marks |= {key: n for key in cache_keys() if key not in marks}
        after = counted(survey)
        changes.append(list((after - before).elements()))
        before = after
    anonymous.write_out_before(timezone.localdate() + dt.timedelta(days=1))
    out, err = capfd.readouterr()
    assert [line for line in (out + err).splitlines() if survey.slug in line or "10.1." in line or "/s/" in line] == []
    # No key of the cache, and nothing made of one, stands in any row; nor an address in any key.
    rows = everything()
    for key in marks:
        name = key.rpartition(":")[2]
        assert name not in rows
        assert (
            hashlib.sha256(bytes.fromhex(name) if re.fullmatch("[0-9a-f]{64}", name) else name.encode()).hexdigest()
            not in rows
        )
        assert "10.1." not in key
    # Results move by whole batches: whoever sent last is no likelier to have given one of their answers than another.
    assert {len(change) for change in changes} == {0, anonymous.BATCH}
    hits = sum(
        truth[n] == change[0] for n, change in enumerate(changes) if change
    )  # fmt: skip
    batches = [change for change in changes if change]
    mean = sum(Counter(change)[truth[n]] / len(change) for n, change in enumerate(changes) if change)
    assert hits <= mean + 5 * mean**0.5
    assert len(batches) == 12


def counted(survey) -> Counter:
    """How often each answer stands on the results page."""
    (one,) = overview.read(survey).results or (None,)
    return Counter({bar.code: bar.count for bar in one.bars}) if one is not None else Counter()


def cache_keys() -> set[str]:
    """Every key there is."""
    return {key.decode() for key in cache._cache.get_client().scan_iter("*")}


def everything() -> str:
    """Every row of this room as text, bytes as hexadecimal digits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'surveys%%'")
        tables = [row[0] for row in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f"SELECT t::text FROM {table} t")
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)
