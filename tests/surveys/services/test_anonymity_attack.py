"""Whose is which answer? Asked by somebody with every table, every line of the web log and all that the cache holds.

A shop runs as `make run` runs it. Sixty people are invited; forty answer through its web server, over many days on most
of which one or two do; some bring their code at once. A day ends here when the product is told that it has: the
attacker knows between which moments and between which transactions each day lay, which is more than any real one.

Every column of every table by which people can be put in an order is tried: moments and days, the order of rows and of
transactions, against every order of the answers, day by day and over all.

What chance does: a way of matching that knows nothing is a matching drawn at random, and of M answers it hits `h` or
more with a probability of at most C(M, h) (M-h)!/M! = 1/h!; where it knows the language, of g groups with at most
g^h/h!. Of S ways tried at least one does with at most S g^h/h!. `h` is taken so that this is under one in a million.
That the same attack wins where anything is kept that should not be is tried on the same shop.
"""

import datetime as dt
import html
import itertools
import json
import math
import random
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from collections import defaultdict
from collections.abc import Iterable

import psycopg
import pytest
import redis

from tests import running

pytestmark = pytest.mark.long
INVITED = 60
DAYS = [*[1] * 14, 2, 1, 3, 7, 2, 11, 1]  # how many answer on each
FIRST, SECOND = 20, 20  # two questions: four hundred answers, of which everybody gives one of their own
CLERK = """
import datetime as dt, json, sys, uuid
import django
django.setup()
from django.utils import timezone
from cdp.core import actors
from consent.services import grants
from surveys.models import Invitation, Survey
from surveys.services import anonymous, claims, inviting
from tests import factories
from tests.surveys import asking
from tests.surveys.rules.questionnaires import option, page, question, value

def begin(slug, first, second):
    asked = value(page("one", *(question("single", key, options=[option(f"{key}{n}") for n in range(count)], required=True)
                                for key, count in (("a", first), ("b", second)))))
    survey = asking.opened(asked, slug=slug, is_anonymous=True)
    Survey.objects.filter(id=survey.id).update(reward={"kind": "points", "points": 50}, wait_days=0)

def invite(slug, count):
    people = []
    for n in range(count):
        who = factories.customer(email=f"{slug}{n}@example.com", language=("th", "th", "ko", "en")[n % 4])
        grants.record(customer=who.id, purpose="marketing", channel="email", granted=True, source="shop", method="form",
                      at=timezone.now() - dt.timedelta(days=90), actor=actors.CUSTOMER)
        people.append(who.id)
    inviting.invite(survey=Survey.objects.get(slug=slug), customers=people, terms=inviting.Terms(), batch=uuid.uuid4(),
                    actor=actors.SYSTEM, at=timezone.now())
    return [str(who) for who in people]

def end_day():
    anonymous.write_out_before(timezone.localdate() + dt.timedelta(days=1))

def end_month(least):
    claims.BATCH = least
    return claims.release(at=timezone.now() + dt.timedelta(days=32))

for line in sys.stdin:
    name, given = json.loads(line)
    print("=" + json.dumps(globals()[name](*given)), flush=True)
"""


class Clerk:
    """Does inside of the product what no page does: the ends of days and months."""

    def __init__(self, shop: running.Shop) -> None:
        servers = shop.servers
        env = shop.env | {
            "DATABASE_URL": servers["database_url"],
            "REDIS_URL": servers["redis_url"],
            "DJANGO_SETTINGS_MODULE": "cdp.settings",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-c", CLERK], cwd=running.ROOT, env=env, stdin=-1, stdout=-1, stderr=-3, text=True
        )

    def __enter__(self):
        return self

    def __exit__(self, *_fault: object) -> None:
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def __call__(self, name: str, *given):
        self._process.stdin.write(json.dumps([name, given]) + "\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith("="):
                return json.loads(line[1:])
        raise AssertionError("the clerk has gone")


class Story:
    """What truly happened: who gave which answer, in which order, on which day."""

    def __init__(self, shop: running.Shop, clerk: Clerk, slug: str, *, end_months: bool = False) -> None:
        self.shop, self.clerk, self.slug = shop, clerk, slug
        self.clerk("begin", slug, FIRST, SECOND)
        self.invited = self.clerk("invite", slug, INVITED)
        self.languages = {who: ("th", "th", "ko", "en")[n % 4] for n, who in enumerate(self.invited)}
        dice = random.Random(20261123)
        people = dice.sample(self.invited, sum(DAYS))
        pairs = dice.sample([(a, b) for a in range(FIRST) for b in range(SECOND)], len(people))
        self.truth = {(f"a{a}", f"b{b}"): who for who, (a, b) in zip(people, pairs, strict=True)}
        self.said = {who: said for said, who in self.truth.items()}
        self.days: list[tuple[dt.datetime, dt.datetime, int]] = []
        self.order, self.claimed = people, []
        coming = iter(people)
        for day, count in enumerate(DAYS):
            since = self._now()
            for who in itertools.islice(coming, count):
                self._answer(who, brings=day % 8 != 7)
                if end_months:
                    self.clerk("end_month", 0)
            self.clerk("end_day")
            self.days.append((since, self._now(), int(shop.scalar("SELECT pg_current_xact_id()::text"))))

    def _now(self) -> dt.datetime:
        return self.shop.scalar("SELECT clock_timestamp()")

    def _answer(self, who: str, *, brings: bool) -> None:
        there = f"/s/{self.slug}/?lang={self.languages[who]}"
        fields = hidden(self.get(there)) | dict(zip(("q.a", "q.b"), self.said[who], strict=True))
        thanks = self.post(there, fields)
        code = html.unescape(re.search(r'class="voucher-code">([^<]+)<', thanks)[1])
        if brings:
            self.claimed.append(who)
            address = f"{self.slug}{self.invited.index(who)}@example.com"
            self.post(f"/s/{self.slug}/claim/", {"code": code, "email": address})

    def get(self, path: str) -> str:
        return self._read(urllib.request.Request(self.shop.url + path))

    def post(self, path: str, fields: dict[str, str]) -> str:
        body = urllib.parse.urlencode(fields).encode()
        return self._read(urllib.request.Request(self.shop.url + path, body))

    def _read(self, request: urllib.request.Request) -> str:
        with urllib.request.urlopen(request) as answer:
            # No session and nothing that names a run: only which language somebody reads.
            cookies = answer.headers.get_all("Set-Cookie") or []
            assert {cookie.partition("=")[0] for cookie in cookies} <= {"cdp_language"}
            return answer.read().decode()


def hidden(page: str) -> dict[str, str]:
    found = {}
    for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page):
        told = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        found[told["name"]] = html.unescape(told.get("value", ""))
    return found


class Attacker:
    """Has everything but the truth: people who were invited, when the days were, and the whole database."""

    def __init__(self, story: Story) -> None:
        self.invited, self.languages, self.days = set(story.invited), story.languages, story.days
        self.url = story.shop.servers["database_url"]
        with psycopg.connect(self.url, autocommit=True) as self.connection:
            self.answers = self._answers(story.slug)
            self.people = dict(self._sequences())

    def _answers(self, slug: str) -> list[tuple[tuple[str, str], int, str, str]]:
        """Each answer, in the order of transactions and rows: what was said, on which day, in which language, its id."""
        rows = self.connection.execute(
            """
            SELECT r.id::text, r.language, r.xmin::text::bigint,
                (SELECT code FROM surveys_anonymousanswer a WHERE a.response_id = r.id AND question = 'a'),
                (SELECT code FROM surveys_anonymousanswer a WHERE a.response_id = r.id AND question = 'b'),
                (SELECT min(a.ctid) FROM surveys_anonymousanswer a WHERE a.response_id = r.id)::text
            FROM surveys_anonymousresponse r JOIN surveys_survey s ON s.id = r.survey_id
            WHERE s.slug = %s ORDER BY 3, r.ctid
            """,
            [slug],
        ).fetchall()
        ends = [end for _since, _until, end in self.days]
        return [
            ((a, b), next(n for n, end in enumerate(ends) if xmin < end), language, (row, place))
            for row, language, xmin, a, b, place in rows
        ]

    def _sequences(self) -> Iterable[tuple[str, list[tuple[str, int | None]]]]:
        """Of each table that names people, each order it knows of them: `(who, on which day, if it tells)`."""
        tables = self.connection.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns JOIN pg_tables"
            " ON tablename = table_name AND schemaname = 'public' WHERE table_schema = 'public' ORDER BY 1, 2"
        ).fetchall()
        columns = defaultdict(dict)
        for table, column, kind in tables:
            columns[table][column] = kind
        for table, kinds in columns.items():
            owners = [column for column, kind in kinds.items() if kind == "uuid"]
            # Whatever can be put in an order: moments, days, numbers, ids; and where a row lies.
            orders = [
                *(column for column, kind in kinds.items() if kind in ORDERED),
                "xmin::text::bigint",
                "ctid",
            ]
            for owner in owners:
                named = f'SELECT "{owner}"::text FROM "{table}" WHERE "{owner}" = ANY(%s::uuid[]) LIMIT 1'
                if not self.connection.execute(named, [sorted(self.invited)]).fetchone():
                    continue
                for order in orders:
                    yield f"{table}.{owner} by {order}", self._sequence(table, owner, order)

    def _sequence(self, table: str, owner: str, order: str) -> list[tuple[str, int | None]]:
        column = order if order in {"xmin::text::bigint", "ctid"} else f'"{order}"'
        rows = self.connection.execute(
            f'SELECT "{owner}"::text AS who, {column} AS value FROM "{table}" WHERE "{owner}" = ANY(%s::uuid[])'
            f" AND {column} IS NOT NULL ORDER BY 2, ctid",
            [sorted(self.invited)],
        ).fetchall()
        found = {}
        for who, value in rows:  # the last word on somebody is the one that answering would have left
            found.pop(who, None)
            found[who] = self._day(value, is_transaction=order.startswith("xmin"))
        return list(found.items())

    def _day(self, value: object, *, is_transaction: bool) -> int | None:
        if is_transaction:
            return next((n for n, (*_when, end) in enumerate(self.days) if value < end), None)
        if isinstance(value, dt.datetime):
            return next((n for n, (since, until, _end) in enumerate(self.days) if since <= value <= until), None)
        return None

    def ways(self) -> Iterable[tuple[str, int, dict[tuple[str, str], str]]]:
        """Each way of matching: its name, how many groups of languages it tells apart, and `{answer: who}`."""
        orders = {
            "as they lie": self.answers,
            "by id": sorted(self.answers, key=lambda one: one[3][0]),
            "by their pieces": sorted(self.answers, key=lambda one: (one[1], one[3][1])),
        }
        for name, people in self.people.items():
            for order, answers in orders.items():
                told = [(said, day, language) for said, day, language, _place in answers]
                yield f"{name}, {order}", 1, matched(told, people)
                yield f"{name}, {order}, day by day", 1, self._by_day(told, people)
                yield f"{name}, {order}, by language", 4, self._by_language(told, people)

    def _by_day(self, told, people) -> dict[tuple[str, str], str]:
        found = {}
        for day in range(len(self.days)):
            found |= matched([one for one in told if one[1] == day], [one for one in people if one[1] == day])
        return found

    def _by_language(self, told, people) -> dict[tuple[str, str], str]:
        found = {}
        for language in {language for _said, _day, language in told}:
            those = [one for one in people if not language or self.languages[one[0]] == language]
            found |= matched([one for one in told if one[2] == language], those)
        return found

    def most(self, story: Story) -> tuple[int, float, dict[str, int]]:
        """How many ways were tried, and which of them hit as often as chance does not."""
        ways = list(self.ways())
        beyond = {}
        for name, groups, found in ways:
            hits = sum(story.truth[said] == who for said, who in found.items())
            if hits >= bound(len(ways), groups):
                beyond[name] = hits
        return len(ways), bound(len(ways), 1), beyond


ORDERED = {"timestamp with time zone", "date", "integer", "bigint", "smallint", "uuid"}


def matched(told, people) -> dict[tuple[str, str], str]:
    return {said: who for (said, *_rest), (who, _day) in zip(told, people, strict=False)}


def bound(ways: int, groups: int) -> int:
    """How many hits chance does not reach once in a million attacks of so many ways."""
    return next(h for h in itertools.count(1) if ways * groups**h / math.factorial(h) < 1e-6)


def test_nobody_with_the_database_the_log_and_the_cache_matches_answers_to_people_better_than_chance():
    with running.shop() as shop, Clerk(shop) as clerk:
        story = Story(shop, clerk, "quiet")
        assert clerk("end_month", 5) == len(story.claimed)
        attacker = Attacker(story)
        assert len(attacker.answers) == len(story.truth) == sum(DAYS)
        assert [sum(day == n for _said, day, *_rest in attacker.answers) for n in range(len(DAYS))] == DAYS
        count, needed, beyond = attacker.most(story)
        print(f"{count} ways of matching, none of them with {needed} hits or more of {len(story.truth)}")
        assert any(name.startswith("surveys_invitation.customer_id by made_at") for name in attacker.people)
        assert any(name.startswith("surveys_rewardclaim.customer_id by month") for name in attacker.people)
        assert beyond == {}
        # The log has no line of it, and the cache holds nobody.
        assert [line for line in shop.lines if "/s/" in line or "ask:" in line or story.slug in line] == []
        held = cached(shop)
        told = [*story.invited, "127.0.0.1", *(f"{story.slug}{n}@example.com" for n in range(INVITED))]
        assert [one for one in told if one in held] == []

        # The attack would win if an invitation kept when its link was opened …
        with psycopg.connect(attacker.url) as connection:
            for n, who in enumerate(story.order):
                day = story.days[next(d for d, end in enumerate(itertools.accumulate(DAYS)) if n < end)]
                connection.execute(
                    "UPDATE surveys_invitation SET opened_at = %s WHERE customer_id = %s AND batch_id IS NOT NULL",
                    [day[0] + dt.timedelta(microseconds=n), who],
                )
        won = Attacker(story).most(story)[2]
        assert any(name.startswith("surveys_invitation.customer_id by opened_at") for name in won), won

        # … and if the reward of a code were written when it is brought.
        shop.flush_queue()  # forty codes in ten minutes are all that one network may bring
        hasty = Story(shop, clerk, "hasty", end_months=True)
        won = Attacker(hasty).most(hasty)[2]
        assert any(name.startswith("surveys_rewardclaim.customer_id by xmin") for name in won), won


def cached(shop: running.Shop) -> str:
    """All keys and values of Valkey as text."""
    with redis.Redis.from_url(shop.servers["redis_url"]) as client:
        found = []
        for key in client.scan_iter("*"):
            value = client.dump(key)
            found.append(f"{key!r} {value!r}")
    return "\n".join(found)
