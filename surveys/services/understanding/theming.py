"""Finding themes: every night, from the phrases of the newest texts. What is known keeps its id and goes on."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from cdp.core import ids, locks
from customers.services import buckets
from surveys.models import Theme
from surveys.rules.understanding import clauses, concepts, grouping, phrases, reader
from surveys.selectors.texts import sources, vocabulary
from surveys.selectors.texts.sources import Place

BACK = timedelta(days=365)
MOST_TEXTS = 20_000
"""The newest are grouped: about ten seconds and 200 MB."""
OPENED = 30
"""Texts of a theme that are opened to find the words behind its numbers."""
WORDS = 6
"""The most telling words that are kept for each language."""
_LOCK = 0x0CD_5A5E
_BUCKETS = frozenset(buckets.IDS)


def find(now: datetime) -> int:
    """Find new themes and what newly belongs to known ones. Returns how many there are now. One at a time."""
    with locks.alone(_LOCK) as is_ours:
        return _find(now) if is_ours else Theme.objects.count()


def find_first(now: datetime) -> None:
    """Where there are no themes yet nobody waits for the night."""
    if not Theme.objects.exists():
        find(now)


def _find(now: datetime) -> int:
    numbers = vocabulary.phrases()
    texts = _texts(now)
    known = {theme.id: theme for theme in Theme.objects.order_by("found_at", "id")}
    groups = grouping.group(
        [(who, parts) for who, parts, _place in texts],
        [(theme.id, theme.terms) for theme in known.values()],
        frozenset(numbers.numbers(concepts.ALL)),
    )
    holding: dict[int, list[int]] = defaultdict(list)
    for at, (_who, parts, _place) in enumerate(texts):
        for term in {term for part in parts for term in part}:
            holding[term].append(at)
    everywhere = Counter({term: len(held) for term, held in holding.items()})
    with transaction.atomic():
        for group in groups:
            theme = known.get(group.known) if isinstance(group.known, uuid.UUID) else None
            if theme is not None and list(group.terms) == theme.terms and theme.words:
                continue
            if theme is None:
                theme = Theme(id=ids.uuid7(), found_at=now, changed_at=now)
            theme.terms = list(group.terms)
            words = _words(theme, texts, holding, everywhere, numbers)
            if not words:
                continue  # nobody can say what it is: its texts are gone, or anonymous ones only
            theme.words = numbers.seal_words(words, theme=theme.id)
            theme.changed_at = now
            theme.save()
    return Theme.objects.count()


_Text = tuple[object, list[list[int]], tuple[str, uuid.UUID, uuid.UUID] | None]
"""Who said it (each of nobody's texts is somebody of their own), the phrases of its clauses, where it lies."""


def _texts(now: datetime) -> list[_Text]:
    found: list[_Text] = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id, kind, text_id, terms, clauses FROM surveys_reading WHERE at >= %s AND model = ANY(%s)"
            " ORDER BY at DESC, text_id LIMIT %s",
            [now - BACK, reader.versions(), MOST_TEXTS],
        )
        for customer, kind, text, terms, places in cursor.fetchall():
            who = text if customer in _BUCKETS else customer
            found.append((who, _parted(terms, places), (kind, customer, text)))
        cursor.execute(
            "SELECT id, terms, clauses FROM surveys_anonymousreading WHERE at >= %s AND model = ANY(%s)"
            " ORDER BY id LIMIT %s",
            [(now - BACK).date(), reader.versions(), MOST_TEXTS],
        )
        found += [(row, _parted(terms, places), None) for row, terms, places in cursor.fetchall()]
    return found


def _parted(terms: Sequence[int], places: Sequence[int]) -> list[list[int]]:
    """The phrases of each clause."""
    found: dict[int, list[int]] = defaultdict(list)
    for term, clause in zip(terms, places, strict=True):
        found[clause].append(term)
    return list(found.values())


def _words(
    theme: Theme,
    texts: Sequence[_Text],
    holding: Mapping[int, Sequence[int]],
    everywhere: Counter[int],
    numbers: vocabulary.Phrases,
) -> dict[str, list[str]]:
    """The most telling words of a theme in each language, found in some of its texts."""
    said = Counter({term: len(holding.get(term, ())) for term in theme.terms})
    chosen: dict[str, list[Place]] = defaultdict(list)
    for term in theme.terms:
        for at in holding.get(term, ())[: OPENED // 2]:
            place = texts[at][2]
            if place is not None and (spot := Place(place[1], place[2])) not in chosen[place[0]]:
                chosen[place[0]].append(spot)
    told: dict[str, dict[int, str]] = defaultdict(dict)
    for kind, places in chosen.items():
        source = sources.declared().get(kind)
        for text in source.words(places).values() if source else ():
            code = reader.language.language_of(text)
            for phrase in (phrase for clause in clauses.of(text, code) for phrase in phrases.of(clause, code)):
                number = numbers.number(phrase)
                if number in said:
                    told[code][number] = phrase
                # A concept has no words of its own: what people wrote for it names it. It is a word of our list, so it
                # tells of nobody, however few wrote it.
                elif any(numbers.number(one) in said for one in concepts.of([phrase])):
                    told[code][number] = phrase
                    said[number] = len(holding[number])
    return {
        code: [
            words[term]
            for term in grouping.telling(
                [(term, said[term]) for term in words], everywhere, texts=len(texts), most=WORDS
            )
        ]
        for code, words in told.items()
        if words
    }
