"""Naughty strings through REST: what is told of a customer comes back as it was told, or is refused at its place."""

import pytest
from django.core.cache import cache

from customers.rules import identifiers, names, people, unreadable
from tests import naughty

WORST = (*naughty.OWN, "a\x00b", "\ud800", "y" * 2000)
TEXTS = ("name", "city", "street", "company", "job_title")


@pytest.fixture
def fast(store, settings):
    settings.API_BURST = settings.API_RATE_PER_SECOND = 10**6
    cache.clear()
    return store


def refused_at(response):
    """The fields that an answer complains about, each with a sentence."""
    problem = response.json()
    assert (response.status_code // 100, response["Content-Type"]) == (4, "application/problem+json"), response.content
    assert problem["detail"]
    assert all(one["detail"] for one in problem["errors"])
    return {one["pointer"].removeprefix("#").strip("/").split("/")[0] for one in problem["errors"]}


def name_of(text):
    """The text as a name is kept; a dash says that there is none."""
    try:
        return names.normalise(text)
    except unreadable.Unreadable as problem:
        return "" if problem.code == "missing" else text


def lost(store, texts):
    """What was neither answered as it was told nor refused at its place."""
    wrong = []
    for number, text in enumerate(texts):
        told = {"external_id": f"n-{number}"} | dict.fromkeys(TEXTS, text)
        response = store.post("customers", told)
        while response.status_code >= 400:  # half a character is told of one place at a time
            bad = refused_at(response)
            assert bad & told.keys() & set(TEXTS), (ascii(text)[:60], response.content)
            told = {field: value for field, value in told.items() if field not in bad}
            response = store.post("customers", told)
        if response.status_code not in {200, 201}:
            wrong.append((response.status_code, ascii(text)[:60], response.content[:200]))
            continue
        again = store.get(f"customers/{response.json()['id']}").json()
        wrong += [
            (field, ascii(text)[:60], ascii(again[field]))
            for field in told.keys() & set(TEXTS)
            if (again[field] or "") != (name_of(text) if field == "name" else people.plain(text))
        ]
    return wrong


def misnamed(store, texts):
    """Ids that were taken and lead to nobody or to somebody else."""
    wrong, whose = [], {}
    for text in texts:
        response = store.post("customers", {"external_id": text})
        if response.status_code >= 400:
            refused_at(response)
            continue
        try:
            kept = identifiers.external_id(text)
        except unreadable.Unreadable as problem:
            wrong.append((ascii(text)[:60], "taken", problem.code))
            continue
        answer = response.json()
        found = store.post("customers/lookup", {"external_id": text, "source": "shop"}).json()
        if [one["id"] for one in found["results"]] != [answer["id"]]:
            wrong.append((ascii(text)[:60], "not found"))
        if whose.setdefault(kept, answer["id"]) != answer["id"] or kept not in {
            one["value"] for one in answer["external_ids"]
        }:
            wrong.append((ascii(text)[:60], "somebody else"))
    if len(set(whose.values())) != len(whose):
        wrong.append(("joined", len(whose) - len(set(whose.values()))))
    return wrong


@pytest.mark.long
@pytest.mark.parametrize("judge", [lost, misnamed])
def test_the_whole_list_told_over_rest_comes_back_or_is_refused_at_its_place(fast, judge):
    assert not judge(fast, (*naughty.whole(), *WORST))
