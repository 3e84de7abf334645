"""Themes as pages show them: how many texts, how they feel, how it goes over time, some of the texts."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone, translation

from surveys.models import Theme
from surveys.rules.statistics import TOO_FEW
from surveys.rules.understanding import reader
from surveys.selectors.texts import sources, vocabulary
from surveys.selectors.texts.readings import Felt
from surveys.selectors.texts.sources import Place

MONTHS = 12
SHOWN_WORDS = 3
SAMPLES = 12

# A text belongs to a theme when it says one of its phrases. Anonymous answers are never shown, and counted only where
# as many of them as results need say the same in the same month.
_NAMED = "surveys_reading g WHERE g.at >= %(since)s AND g.model = ANY(%(models)s)"
_NAMELESS = "surveys_anonymousreading g WHERE g.at >= %(since)s::date AND g.model = ANY(%(models)s)"
_MONTH = "to_char(said.at AT TIME ZONE %(zone)s, 'YYYY-MM')"


@dataclass(frozen=True)
class Split:
    """How many texts, by feeling; `unread` are those in a language that is not read."""

    negative: int = 0
    neutral: int = 0
    positive: int = 0
    unread: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.negative + self.neutral + self.positive + self.unread

    def share(self, feeling: str) -> float:
        """Of those whose feeling was read."""
        read = self.total - self.unread
        return getattr(self, feeling) / read if read else 0.0

    @property
    def ends(self) -> tuple[float, float, float, float]:
        """Width of the negative part, of the neutral one, where the positive one begins and its width; of 100."""
        bad, good = 100 * self.share("negative"), 100 * self.share("positive")
        return bad, 100 * self.share("neutral"), 100 - good, good

    def plus(self, feeling: str, count: int) -> "Split":
        """With more of a feeling."""
        name = feeling or "unread"
        return Split(**{**self.__dict__, name: getattr(self, name) + count})


@dataclass(frozen=True)
class Shown:
    """A theme with its figures. `after` are texts since the day it was called solved, `before` as many days before."""

    theme: Theme
    name: str
    words: Mapping[str, Sequence[str]]
    split: Split = field(default_factory=Split)
    months: Mapping[str, Split] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)
    before: int = 0
    after: int = 0

    @property
    def goes_on(self) -> bool:
        """Whether people still complain of it after it was called solved."""
        return self.theme.solved_at is not None and self.after > 0


@dataclass(frozen=True)
class Sample:
    """One text of a theme."""

    kind: str
    text: str
    at: dt.datetime
    customer: uuid.UUID
    id: uuid.UUID
    felt: Felt


def name_of(theme: Theme, words: Mapping[str, Sequence[str]]) -> str:
    """What staff call it; else its most telling words, in the reader's language first."""
    if theme.name:
        return theme.name
    wanted = (translation.get_language() or settings.LANGUAGE_CODE)[:2]
    chosen: list[str] = []
    for code in (wanted, *(code for code in words if code != wanted)):
        for word in words.get(code, ()):
            # A phrase of words that are told already tells nothing new.
            if len(chosen) < SHOWN_WORDS and not any(set(word.split()) & set(other.split()) for other in chosen):
                chosen.append(word)
    return " · ".join(chosen) or "–"


def names() -> dict[uuid.UUID, str]:
    """What every theme that is shown is called."""
    opened = vocabulary.phrases()
    return {theme.id: name_of(theme, opened.words_of(theme)) for theme in Theme.objects.filter(is_hidden=False)}


def every(now: dt.datetime, *, kind: str = "", hidden: bool = False) -> list[Shown]:
    """All themes that texts of the last year tell of, the most told first; `kind` counts texts of one kind only."""
    themes = list(Theme.objects.filter(is_hidden=hidden))
    opened = vocabulary.phrases()
    found = [_shown(theme, now, opened) for theme in _with_figures(themes, now, kind)]
    return sorted((one for one in found if one.split.total), key=lambda one: (-one.split.total, one.theme.id))


def one(theme: Theme, now: dt.datetime) -> Shown:
    """One theme."""
    (found,) = _with_figures([theme], now, "")
    return _shown(found, now, vocabulary.phrases())


_Figures = tuple[Theme, dict[tuple[str, str, str], int]]


def _with_figures(themes: Sequence[Theme], now: dt.datetime, kind: str) -> list[_Figures]:
    """Each text once for each theme it belongs to, found by its phrases: all themes cost one look at all texts."""
    found: dict[uuid.UUID, dict[tuple[str, str, str], int]] = defaultdict(dict)
    phrases = "(SELECT h.id, unnest(h.terms) AS term FROM surveys_theme h WHERE h.id = ANY(%(themes)s)) phrase"
    joined = f"CROSS JOIN LATERAL unnest(g.terms) said (term) JOIN {phrases} ON phrase.term = said.term"
    named, nameless = (sql.replace(" WHERE ", f" {joined} WHERE ", 1) for sql in (_NAMED, _NAMELESS))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT said.theme, {_MONTH}, said.sentiment, said.kind, count(*)
            FROM (SELECT DISTINCT phrase.id AS theme, g.customer_id, g.text_id, g.at, g.sentiment, g.kind FROM {named}
                AND (%(kind)s = '' OR g.kind = %(kind)s)) said
            GROUP BY 1, 2, 3, 4
            UNION ALL
            SELECT said.theme, to_char(said.at, 'YYYY-MM'), said.sentiment, '', count(*)
            FROM (SELECT DISTINCT phrase.id AS theme, g.id, g.at, g.sentiment FROM {nameless}
                AND %(kind)s IN ('', 'answer')) said
            GROUP BY 1, 2, 3 HAVING count(*) >= %(least)s
            """,  # noqa: S608  (ours)
            {**_params(now), "themes": [theme.id for theme in themes], "kind": kind, "least": TOO_FEW},
        )
        for theme, month, sentiment, of_kind, count in cursor.fetchall():
            place = month, sentiment, of_kind or "answer"
            found[theme][place] = found[theme].get(place, 0) + count
    return [(theme, found[theme.id]) for theme in themes]


def since(now: dt.datetime) -> dt.datetime:
    """The first of the month eleven months ago, in the shop's zone: twelve months with this one."""
    local = timezone.localtime(now)
    year, month = divmod(local.year * 12 + local.month - MONTHS, 12)
    return local.replace(year=year, month=month + 1, day=1, hour=0, minute=0, second=0, microsecond=0)


def months(now: dt.datetime) -> list[str]:
    """The twelve months as YYYY-MM."""
    first = since(now)
    count = first.year * 12 + first.month - 1
    return [f"{at // 12:04d}-{at % 12 + 1:02d}" for at in range(count, count + MONTHS)]


def _params(now: dt.datetime) -> dict[str, Any]:
    return {"since": since(now), "models": reader.versions(), "zone": settings.TIME_ZONE}


def _shown(figures: _Figures, now: dt.datetime, opened: vocabulary.Phrases) -> Shown:
    theme, counts = figures
    split, months, kinds = Split(), dict[str, Split](), defaultdict[str, int](int)
    for (month, sentiment, of_kind), count in sorted(counts.items()):
        split = split.plus(sentiment, count)
        months[month] = months.get(month, Split()).plus(sentiment, count)
        kinds[of_kind] += count
    words = opened.words_of(theme)
    before, after = _around(theme, now) if theme.solved_at else (0, 0)
    return Shown(theme, name_of(theme, words), words, split, months, dict(kinds), before, after)


def _around(theme: Theme, now: dt.datetime) -> tuple[int, int]:
    """How many negative texts there were as long before it was called solved as have passed since, and since then."""
    assert theme.solved_at is not None  # noqa: S101  (the caller asked)
    begun = theme.solved_at - (now - theme.solved_at)
    told = "g.terms && %(terms)s AND g.sentiment = 'negative'"
    sides = "count(*) FILTER (WHERE g.at < %(solved)s), count(*) FILTER (WHERE g.at >= %(solved)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {sides} FROM {_NAMED} AND {told} UNION ALL SELECT {sides} FROM {_NAMELESS} AND {told}",  # noqa: S608
            {**_params(now), "since": begun, "solved": theme.solved_at, "terms": theme.terms},
        )
        named, nameless = cursor.fetchall()
    before, after = (one + other if other >= TOO_FEW else one for one, other in zip(named, nameless, strict=True))
    return before, after


_SHARE = (
    "CASE g.sentiment WHEN 'negative' THEN g.negative WHEN 'neutral' THEN g.neutral WHEN 'positive' THEN g.positive END"
)
# What somebody told the shop alone; chats of platforms are read with their tickets.
_PRIVATE = "(%(hides)s AND g.kind = 'ticket')"


def samples(theme: Theme, *, sentiment: str = "", hides_private: bool, limit: int = SAMPLES) -> list[Sample]:
    """The newest texts of a theme, opened. Anonymous ones are not among them."""
    return _opened(
        """
        SELECT g.kind, g.customer_id, g.text_id, g.at, g.language, g.sentiment, {share} FROM surveys_reading g
        WHERE g.terms && %(terms)s AND g.model = ANY(%(models)s) AND NOT {private}
            AND (%(sentiment)s = '' OR g.sentiment = %(sentiment)s)
        ORDER BY g.at DESC, g.text_id LIMIT %(limit)s
        """,
        {"terms": theme.terms, "sentiment": sentiment, "limit": limit, "hides": hides_private},
    )


def naming(about: str, ref: str, *, hides_private: bool, limit: int = SAMPLES) -> list[Sample]:
    """The newest texts that name it (`about` and `ref` as a mention has them), opened."""
    return _opened(
        """
        SELECT g.kind, g.customer_id, g.text_id, g.at, g.language, g.sentiment, {share} FROM surveys_mention m
        JOIN surveys_reading g ON g.customer_id = m.customer_id AND g.kind = m.kind AND g.text_id = m.text_id
        WHERE m.about = %(about)s AND m.ref = %(ref)s AND g.model = ANY(%(models)s) AND NOT {private}
        ORDER BY m.at DESC, m.text_id LIMIT %(limit)s
        """,
        {"about": about, "ref": ref, "limit": limit, "hides": hides_private},
    )


def _opened(statement: str, params: Mapping[str, Any]) -> list[Sample]:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(share=_SHARE, private=_PRIVATE), {**params, "models": reader.versions()})
        rows = cursor.fetchall()
    words: dict[uuid.UUID, str] = {}
    for name, source in sources.declared().items():
        places = [Place(row[1], row[2]) for row in rows if row[0] == name]
        if places:
            words.update(source.words(places))
    return [
        Sample(
            name, words[text], at, customer, text, Felt(language, felt, None if share is None else round(share / 10))
        )
        for name, customer, text, at, language, felt, share in rows
        if text in words
    ]
