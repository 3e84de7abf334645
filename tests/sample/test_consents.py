import collections
import datetime as dt

from cdp.sample import permissions


def test_every_record_has_every_column_and_words_of_proof(consents):
    for row in consents:
        assert tuple(row) == permissions.COLUMNS
        assert all(row.values())
        assert row["consent.granted"] in {"true", "false"}
        assert row["consent.purpose"] in {"marketing", "profiling", "measurement"}
        assert row["consent.channel"] in {"email", "sms", "line", "phone", "any"}


def test_about_three_in_five_allow_marketing_by_email(consents, people):
    latest = {}
    for row in consents:
        if (row["consent.purpose"], row["consent.channel"]) == ("marketing", "email"):
            latest[row["customer.external_id"]] = row["consent.granted"]
    shares = collections.Counter(latest.values())
    assert 0.58 < shares["true"] / len(people) < 0.66
    assert shares["false"] > 30


def test_records_of_a_row_follow_their_times(consents, people, sample):
    since = {row["customer.external_id"]: dt.datetime.fromisoformat(row["customer.created_at"]) for row in people}
    seen = {}
    for row in consents:
        at = dt.datetime.fromisoformat(row["consent.at"])
        assert since[row["customer.external_id"]] <= at <= sample.now
        assert at >= seen.get(row["customer.external_id"], at)
        seen[row["customer.external_id"]] = at


def test_a_channel_is_asked_only_of_who_has_it(consents, truth, people):
    contact = {row["customer.external_id"]: row for row in truth}
    line = {row["customer.external_id"]: row["customer.line_id"] for row in people}
    for row in consents:
        person = contact[row["customer.external_id"]]
        if row["consent.channel"] == "email":
            assert person["true_email"]
        elif row["consent.channel"] in {"sms", "phone"}:
            assert person["true_phone"]
        elif row["consent.channel"] == "line":
            assert line[row["customer.external_id"]]


def test_some_took_it_back_and_some_gave_it_again(consents):
    story = collections.defaultdict(list)
    for row in consents:
        if row["consent.purpose"] == "marketing":
            story[row["customer.external_id"], row["consent.channel"]].append(row["consent.granted"])
    stories = collections.Counter(tuple(granted) for granted in story.values())
    assert stories["true", "false"] > 50
    assert stories["true", "false", "true"] >= 3
    assert stories["false",] > 10


def test_proof_is_in_the_language_of_the_person(consents, people):
    language = {row["customer.external_id"]: row["customer.language"] for row in people}
    for row in consents:
        thai = any("\u0e00" <= sign <= "\u0e7f" for sign in row["consent.evidence"])
        assert thai == (language[row["customer.external_id"]] == "th")
