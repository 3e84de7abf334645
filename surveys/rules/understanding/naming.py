"""Finding names in texts: brands in any spelling, articles by name or number.

A name in a script with spaces stands as a word of its own ("Ace" is not in "place"); Korean puts particles behind it
("스타벅스가"), so only its beginning must be one. Thai writes without spaces: there a name counts where the text is cut
before and behind it, or, for names that the dictionary does not know, where neither side goes on inside of a cluster.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_SPACE = re.compile(r"\s+")
_PARTICLES = (
    "은 는 이 가 을 를 의 에 도 만 과 와 로 으로 에서 에게 한테 보다 까지 부터 처럼 이나 나 이랑 랑"
    " 하고 이라 라 이란 란 이라고 라고  이고 이네요 네요 입니다 이에요 예요 이며 들 님 께 측 점 매장"
    " 에서는 에서도 에는 에도 보단 보다는 보다도 으로는 로는 인데 이었 였"
)
_PARTICLE = re.compile(f"(?:{'|'.join(sorted(_PARTICLES.split(), key=len, reverse=True))}){{1,3}}(?![가-힣])")
# Marks that belong to the letter before them: a name cannot end in front of one.
_THAI_MARKS = frozenset("ะัาำิีึืฺุู็่้๊๋์ํ๎ๅๆ")
_THAI_LEADS = frozenset("เแโใไ")
SHORTEST = 2


@dataclass(frozen=True)
class Names:
    """Names to look for, made once for a list and asked for every text: by their first two letters (`begin`), the
    longest first, each with what it stands for.
    """

    begin: Mapping[str, Sequence[tuple[str, tuple[str, ...]]]] = field(default_factory=dict)

    def found(self, text: str) -> list[str]:
        """What is named, each once, in the order of the text. Inside of a longer name a shorter one is none."""
        return list(dict.fromkeys(ref for _start, _end, refs in self.spans(folded(text)) for ref in refs))

    def spans(self, told: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """Where a `folded` text names something: from, to, what."""
        at = 0
        while self.begin and at < len(told):
            for name, refs in self.begin.get(told[at : at + 2], ()):
                if told.startswith(name, at) and _is_whole(told, at, at + len(name)):
                    yield at, at + len(name), refs
                    at += len(name) - 1
                    break
            at += 1


def folded(text: str) -> str:
    """As names are compared: composed, of one width, lower case, one space."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text)).casefold()).strip()


def names(spelt: Iterable[tuple[str, str]]) -> Names:
    """A searcher for (spelling, what it stands for). Spellings of one letter are no names."""
    refs: dict[str, list[str]] = {}
    for spelling, ref in spelt:
        plain = folded(spelling)
        if len(plain) >= SHORTEST and any(map(str.isalnum, plain)):
            refs.setdefault(plain, []).append(ref)
    begin: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for name in sorted(refs, key=len, reverse=True):
        begin.setdefault(name[:2], []).append((name, tuple(dict.fromkeys(refs[name]))))
    return Names(begin)


def _is_whole(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return _begins(before, text[start]) and _ends(text, end, text[end - 1], after)


def _begins(before: str, first: str) -> bool:
    if not before or not (before.isalnum() or before in _THAI_MARKS):
        return True
    if _is_thai(first):
        return before not in _THAI_LEADS
    return _is_thai(before) or (_is_hangul(before) != _is_hangul(first) and not before.isdigit())


def _ends(text: str, end: int, last: str, after: str) -> bool:
    if not after or not (after.isalnum() or after in _THAI_MARKS):
        return True
    if _is_thai(last):
        return after not in _THAI_MARKS
    if _is_hangul(last):
        return not _is_hangul(after) or _PARTICLE.match(text, end) is not None
    return _is_thai(after) or _is_hangul(after)


def _is_thai(letter: str) -> bool:
    return "\u0e01" <= letter <= "\u0e4e"


def _is_hangul(letter: str) -> bool:
    return "\uac00" <= letter <= "\ud7a3"
