"""What is kept as evidence is told by the bytes, whatever a file is called."""

import pytest

from consent.rules import evidence
from tests import papers


@pytest.mark.parametrize("kind", sorted(papers.ALL))
def test_each_kind_is_known_by_its_content(kind):
    assert evidence.kind_of(papers.ALL[kind]).key == kind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>1</script>",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        b"MZ\x90\x00" + bytes(100),
        b"\x7fELF" + bytes(100),
        b"PK\x03\x04" + bytes(100),
        b"%PDF-1.7 without an end",
        b"RIFF\x00\x00\x00\x00AVI " + bytes(100),
        b"\x00\x00\x00\x14ftypqt  " + bytes(100),
        b"ID3\x04\x00\x00\xff\xff\xff\xff" + bytes(100),
        b"ID3\x04\x00\x00\x00\x00\x00\x00<html><script>1</script>",
        b"\xff\xfb\x90\x00<html>" + bytes(1000),
        papers.M4A + b"....vide....",
    ],
    ids=lambda content: content[:12].hex() or "empty",
)
def test_nothing_that_runs_or_is_something_else_is_kept(content):
    assert evidence.kind_of(content) is None
