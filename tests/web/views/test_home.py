"""The home page, the search and the jobs tray."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.utils import timezone

from analytics.models import Segment
from analytics.services import membership, metrics, ready_made
from cdp.core import jobs, pipeline, remembered
from cdp.core.models import AccessEntry, Job
from cdp.web import figures
from commerce.models import ExchangeRate
from surveys.services import first, reviews
from tests import factories
from tests.surveys import answers

NOW = timezone.now()


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture
def admin(db, client):
    client.force_login(factories.staff("owner"))
    return client


@pytest.mark.parametrize("language", ["en", "th", "ko"])
def test_an_empty_shop_has_a_home(admin, language):
    response = admin.get(f"/?lang={language}")
    assert response.status_code == 200
    home = response.context["home"]
    assert (home.customers, home.orders, home.revenue, home.reachable_share) == (0, 0, 0, None)


def test_a_full_shop_shows_its_figures(admin):
    ann, bob = factories.customer(email="a@example.com"), factories.customer(email="b@example.com")
    factories.order(ann, placed_at=NOW - dt.timedelta(days=1), amount="100")
    factories.order(ann, placed_at=NOW - dt.timedelta(days=40), amount="50")
    factories.order(ann, placed_at=NOW - dt.timedelta(days=2), amount="7", currency="USD")
    factories.order(bob, placed_at=NOW - dt.timedelta(days=200), amount="10")
    factories.order(bob, placed_at=NOW - dt.timedelta(days=1), amount="999", is_counted=False)
    factories.consent(ann)
    metrics.update([ann.id, bob.id], NOW)
    home = admin.get("/").context["home"]
    assert (home.customers, home.orders, home.orders_before) == (2, 2, 1)
    assert (home.revenue, home.revenue_before, home.other_revenue) == (100, 50, [("USD", 7)])
    assert (home.reachable, home.lapsed, home.reachable_share) == (1, 1, 0.5)
    assert sum(home.weekly_revenue) == 150
    assert len(home.weeks) == figures.WEEKS
    assert sum(home.weekly_customers) == 2


def test_what_customers_wait_for_stands_on_the_home_until_it_is_done(admin):
    ann = factories.customer(email="a@example.com")
    assert admin.get("/").context["waiting"] == []
    month = NOW - dt.timedelta(days=30)
    bad = reviews.ReviewInput("1", "CUP", rating=Decimal(1), at=month, told_at=month, customer=ann.id, body="It broke")
    reviews.write_many(reviews=[bad], source="shop", now=month)
    lines = admin.get("/").context["waiting"]
    assert [(line["count"], line["tone"]) for line in lines] == [("1", "danger"), ("1", "")]
    for line in lines:
        assert "It broke" in admin.get(line["url"]).content.decode()


@pytest.mark.parametrize("hour", [0, 9, 18])
def test_new_customers_are_as_many_as_the_segment_of_them_has(db, hour):
    at = dt.datetime(2026, 3, 15, hour, 30, tzinfo=dt.UTC)
    for number, hours in enumerate((1, 29 * 24, 30 * 24 - 1, 30 * 24 + 1, 31 * 24 - 1, 31 * 24 + 1, 50 * 24)):
        factories.customer(email=f"p{number}@example.com", now=at - dt.timedelta(hours=hours))
    ready_made.ensure()
    membership.refresh_all(at)
    new = Segment.objects.get(key="new-this-month")
    assert (new.name, figures.home(now=at).new_customers) == ("New in the last 30 days", new.size)
    assert 3 <= new.size <= 5


def test_money_of_other_countries_counts_at_the_rate_of_its_day(admin):
    ann = factories.customer(email="a@example.com")
    for on, rate in ((NOW - dt.timedelta(days=300), "30"), (NOW - dt.timedelta(days=10), "40")):
        ExchangeRate.objects.create(currency="USD", on=on.date(), rate=rate)
    factories.order(ann, placed_at=NOW - dt.timedelta(days=20), amount="10", currency="USD")
    factories.order(ann, placed_at=NOW - dt.timedelta(days=2), amount="10", currency="USD")
    factories.order(ann, placed_at=NOW - dt.timedelta(days=2), amount="5", currency="EUR")
    response = admin.get("/")
    home = response.context["home"]
    assert (home.revenue, home.other_revenue) == (700, [("EUR", 5)])
    assert sum(home.weekly_revenue) == 700
    assert "no exchange rate" in response.content.decode()


def test_a_chart_says_what_it_shows_and_leaves_the_running_week_out(admin):
    for days in (8, 9, 10, 40):
        factories.customer(email=f"p{days}@example.com", now=NOW - dt.timedelta(days=days))
    factories.customer(email="today@example.com", now=NOW)
    response = admin.get("/")
    assert len(response.context["customers_chart"]["x"]) == figures.WEEKS - 1
    assert sum(response.context["customers_chart"]["series"][0]["data"]) == 4
    assert "new customers each week" in response.context["customers_title"]
    assert response.context["revenue_title"] == "Revenue per week holds steady"


def test_the_search_finds_a_ready_made_segment_by_the_name_the_reader_sees(admin):
    page = admin.post("/search/?lang=th", {"q": "ผู้ซื้อ"}).content.decode()
    assert "/segments/customers/" in page
    assert "/segments/customers/" in admin.post("/search/?lang=en", {"q": "buyer"}).content.decode()


def test_figures_are_kept_for_a_minute_and_computed_without_a_cache(admin, settings, monkeypatch):
    admin.get("/")
    factories.customer(email="a@example.com")
    assert admin.get("/").context["home"].customers == 0
    import redis

    def gone(*_, **__):
        raise redis.ConnectionError

    monkeypatch.setattr(remembered.cache, "get", gone, raising=False)
    assert figures.home(now=NOW).customers == 1


def test_nobody_but_staff_sees_the_home(db, client):
    assert client.get("/").status_code == 302


def test_search_finds_people_by_the_body_only(admin):
    ann = factories.customer(name="Annabella Smith", email="annabella@example.com")
    response = admin.post("/search/", {"q": "anna"})
    page = response.content.decode()
    assert str(ann.id) in page
    assert "anna" not in response.request["QUERY_STRING"]
    assert AccessEntry.objects.get().customer_ids == [ann.id]
    assert admin.get("/search/?q=anna").status_code == 405


def test_the_search_box_sends_its_words_by_post(admin):
    page = admin.get("/").content.decode()
    assert 'hx-post="/search/"' in page
    assert 'hx-get="/search/"' not in page
    assert "hx-push-url" not in page.split('hx-post="/search/"')[1].split(">")[0]


@pytest.mark.parametrize(
    "query", ["", " ", "\x00", "a\x00b", "%", "_", "'", "\\", "x" * 5000, "🎉", "ก" * 300, "a" + "\u200b" * 9]
)
def test_nonsense_in_the_search_is_answered(admin, query):
    assert admin.post("/search/", {"q": query}).status_code == 200


@pytest.mark.parametrize(("role", "home"), [("clerk", "/counter/"), ("marketer", "/"), ("owner", "/")])
def test_who_logs_in_begins_where_they_work(client, db, role, home):
    user = factories.staff(role)
    answer = client.post("/accounts/login/", {"login": user.email, "password": factories.PASSWORD})
    assert answer["Location"] == home
    page = client.get("/")
    assert page.get("Location", "/") == home
    assert (b"How the shop is doing" in page.content) is (home == "/")


def test_the_search_shows_only_what_the_role_may_open(db, client):
    client.force_login(factories.staff("clerk"))
    page = client.post("/search/", {"q": "im"}).content.decode()
    assert "/imports/" not in page


def test_the_tray_shows_ones_own_jobs_or_all_to_those_who_import(db, client, monkeypatch):
    monkeypatch.setitem(jobs._kinds, "trial", lambda job: None)
    clerk, steward = factories.staff("clerk"), factories.staff("steward")
    mine = jobs.submit("trial", title="mine", params={}, created_by=clerk.id)
    jobs.submit("trial", title="other", params={}, created_by=steward.id)
    client.force_login(clerk)
    assert [job["title"] for job in client.get("/jobs/").context["jobs"]] == [mine.title]
    client.force_login(steward)
    assert len(client.get("/jobs/").context["jobs"]) == 2
    assert pipeline.pending() == 0


def test_home_calls_a_file_that_was_only_checked_so_and_leads_on(admin):
    factories.order(factories.customer(email="a@example.com"), placed_at=NOW, amount="100")
    params = {"dry_run": True, "kind": "customers", "source": "fair", "file": {"path": "people.csv"}}
    job = jobs.submit("import", title="people.csv", params=params, state=Job.State.DONE)
    shown = admin.get("/").content.decode()
    assert "Checked" in shown
    assert f'href="/imports/{job.id}/">Continue' in shown


def test_home_says_how_likely_customers_are_to_recommend_the_shop_once_five_said_so_lately(admin):
    factories.customer()
    survey = first.ensure(at=NOW)
    answers.plant(survey, [{"score": 0}] * 9, at=NOW - dt.timedelta(days=95))
    answers.plant(survey, [{"score": 10}] * 4, at=NOW - dt.timedelta(days=2))
    assert admin.get("/").context["standing"] is None
    answers.plant(survey, [{"score": 3}], at=NOW - dt.timedelta(days=1))
    cache.clear()
    response = admin.get("/")
    standing = response.context["standing"]
    assert (standing.score, standing.n, standing.is_variant) == (60, 5, False)
    assert standing.interval[0] < 60 < standing.interval[1]
    assert 'href="/surveys/nps/results/"' in response.content.decode()
