"""What staff call a source, and the key it has."""

import pytest

from cdp.core import sources
from cdp.core.models import Source

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Web shop", "web-shop"),
        ("  Café   Nord ", "cafe-nord"),
        ("old_till", "old_till"),
        ("ร้านออนไลน์", "source-1"),
        ("온라인 스토어", "source-1"),
        ("สาขา A", "a"),
        ("พนักงาน Staff", "staff-1"),
        ("ร" * 120, "source-1"),
    ],
)
def test_a_name_of_any_script_gets_a_key(name, key):
    made = sources.called(name, kind=Source.Kind.FILE)
    assert (made.key, made.name) == (key, " ".join(name.split()))


def test_a_name_finds_its_source_again_and_never_another_one():
    first = sources.called("ร้านออนไลน์", kind=Source.Kind.FILE)
    branch = sources.called("สาขา A", kind=Source.Kind.FILE)
    assert sources.called(" ร้านออนไลน์ ", kind=Source.Kind.FILE) == first
    assert sources.called("source-1", kind=Source.Kind.FILE) == first
    assert sources.called("ร้าน A", kind=Source.Kind.FILE).key == "a-1"
    assert sources.called("A", kind=Source.Kind.FILE).key == "a-2"
    assert sources.called("สาขา a", kind=Source.Kind.FILE) == branch


@pytest.mark.parametrize("name", ["", "  ", "–!?", "ร" * 121])
def test_what_is_no_name_is_refused_in_words(name):
    with pytest.raises(sources.UnableToUse, match="letter or digit"):
        sources.called(name, kind=Source.Kind.FILE)


def made(key, name):
    return Source.objects.create(key=key, name=name, kind=Source.Kind.FILE)


def test_a_key_that_a_source_of_another_name_has_gets_a_number():
    made("web-shop", "Old shop")
    assert sources.called("Web shop", kind=Source.Kind.FILE).key == "web-shop-1"
    assert sources.called("web shop", kind=Source.Kind.FILE).key == "web-shop-1"
    assert sources.called("C", kind=Source.Kind.FILE).key == "c"
    assert sources.called("C++", kind=Source.Kind.FILE).key == "c-1"
    assert sources.called("Kiosk!", kind=Source.Kind.FILE).key == "kiosk-1"


def test_a_source_that_a_program_made_is_found_by_what_its_key_says():
    sources.ensure("old-till")
    assert sources.called("Old till", kind=Source.Kind.FILE).key == "old-till"


@pytest.mark.parametrize(
    ("there", "text", "offered"),
    [
        ({"shopify": "Shopify TH", "shop-2": "shopify"}, "Shopify", "shopify (shop-2)"),
        ({"a": "Shop", "b": "shop"}, "SHOP", "Shop (a), shop (b)"),
    ],
)
def test_a_text_that_may_mean_two_sources_is_refused_with_what_to_write(there, text, offered):
    for key, name in there.items():
        made(key, name)
    exact = text if text.lower() not in there else text.lower()
    with pytest.raises(sources.UnableToUse, match="more than one") as problem:
        sources.called(exact, kind=Source.Kind.FILE)
    assert offered in str(problem.value)
    assert {sources.known(label) for label in sources.labels().values()} == set(there)
    assert Source.objects.count() == len(there)


@pytest.mark.parametrize(
    "name", ["staff", "Staff", "พนักงาน", "QR counter", "Old Shop", "WEB-SHOP", "Web shop", "Wéb shop!"]
)
def test_a_name_that_another_source_has_or_would_have_is_taken(name):
    made("web-shop", "Old shop")
    assert sources.is_taken(name)
    assert not sources.is_taken("Web shop", besides="web-shop")
    assert not sources.is_taken("ร้านชา")
