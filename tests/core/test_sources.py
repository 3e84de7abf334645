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
    assert sources.called("A", kind=Source.Kind.FILE) == branch
    assert sources.called("สาขา a", kind=Source.Kind.FILE) == branch


@pytest.mark.parametrize("name", ["", "  ", "–!?", "ร" * 121])
def test_what_is_no_name_is_refused_in_words(name):
    with pytest.raises(sources.UnableToUse, match="letter or digit"):
        sources.called(name, kind=Source.Kind.FILE)
