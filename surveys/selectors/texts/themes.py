"""Themes as pages show them: how many texts, how they feel, how it goes over time, some of the texts.

A text is felt here where it speaks of the theme (`felt_of`): "late, but it smells lovely" blames the courier and
praises the scent.
"""

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
from surveys.selectors.texts import felt_of, sources, vocabulary
from surveys.selectors.texts.readings import Felt
from surveys.selectors.texts.sources import Place

MONTHS = 12
SHOWN_WORDS = 3
SAMPLES = 12
ALIKE = 3
"""So many texts are opened for each that is shown: customers write "fast delivery" again and again."""
EXPECTED = 3
"""So many negative texts must have been to be expected before their absence tells that a theme is solved."""
SOONEST, PACE = dt.timedelta(days=7), dt.timedelta(days=90)

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
    """A theme with its figures. `after` are negative texts since it was called solved, `before` those of as long
    before. `tells_from` is when nothing after it begins to mean something, None once it does.
    """

    theme: Theme
    name: str
    words: Mapping[str, Sequence[str]]
    split: Split = field(default_factory=Split)
    months: Mapping[str, Split] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)
    before: int = 0
    after: int = 0
    tells_from: dt.datetime | None = None

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
    """Each text once for each theme it belongs to, found by its phrases: all themes cost one look at all texts. Themes
    go by their place in the list there, which sorts twice as fast as an id.
    """
    found: dict[uuid.UUID, dict[tuple[str, str, str], int]] = defaultdict(dict)
    phrases = (
        "(SELECT o.n, unnest(h.terms) AS term FROM unnest(%(themes)s::uuid[]) WITH ORDINALITY o (id, n)"
        " JOIN surveys_theme h ON h.id = o.id) phrase"
    )
    joined = f"CROSS JOIN LATERAL unnest(g.terms, g.felt) s (term, felt) JOIN {phrases} ON phrase.term = s.term"
    named, nameless = (sql.replace(" WHERE ", f" {joined} WHERE ", 1) for sql in (_NAMED, _NAMELESS))
    # Of several phrases of one theme the worst feeling.
    once = f"DISTINCT ON (phrase.n, g.id) phrase.n AS theme, g.at, coalesce(s.felt, {felt_of.WHOLE}) AS felt"
    order = f"ORDER BY phrase.n, g.id, coalesce(s.felt, {felt_of.WHOLE})"
    felt = felt_of.word("said.felt")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT said.theme, {_MONTH}, {felt}, said.kind, count(*)
            FROM (SELECT {once}, g.kind FROM {named} AND (%(kind)s = '' OR g.kind = %(kind)s) {order}) said
            GROUP BY 1, 2, 3, 4
            UNION ALL
            SELECT said.theme, to_char(said.at, 'YYYY-MM'), {felt}, '', count(*)
            FROM (SELECT {once} FROM {nameless} AND %(kind)s IN ('', 'answer') {order}) said
            GROUP BY 1, 2, 3 HAVING count(*) >= %(least)s
            """,  # noqa: S608  (ours)
            {**_params(now), "themes": [theme.id for theme in themes], "kind": kind, "least": TOO_FEW},
        )
        for number, month, sentiment, of_kind, count in cursor.fetchall():
            theme, place = themes[number - 1].id, (month, sentiment, of_kind or "answer")
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
    before, after, tells_from = _since_solved(theme, now) if theme.solved_at else (0, 0, None)
    return Shown(theme, name_of(theme, words), words, split, months, dict(kinds), before, after, tells_from)


def _since_solved(theme: Theme, now: dt.datetime) -> tuple[int, int, dt.datetime | None]:
    """Before, after, and from when silence tells something: after as long as it took to write `EXPECTED` texts, by the
    pace of the last quarter of a year before it was called solved, and a week at least. None where it tells already.
    """
    assert theme.solved_at is not None  # noqa: S101  (the caller asked)
    before, after = _around(theme, now - theme.solved_at, theme.solved_at)
    paced, _later = _around(theme, PACE, theme.solved_at)
    needed = max(SOONEST, PACE * EXPECTED / paced) if paced else PACE
    begins = theme.solved_at + needed
    return before, after, begins if now < begins else None


def _around(theme: Theme, width: dt.timedelta, solved: dt.datetime) -> tuple[int, int]:
    """How many negative texts there were in this time before it was called solved, and since then."""
    told = f"g.terms && %(terms)s::bigint[] AND {felt_of.theme('%(terms)s::bigint[]')} = 'negative'"
    sides = "count(*) FILTER (WHERE g.at < %(solved)s), count(*) FILTER (WHERE g.at >= %(solved)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {sides} FROM {_NAMED} AND {told} UNION ALL SELECT {sides} FROM {_NAMELESS} AND {told}",  # noqa: S608
            {
                "since": solved - width,
                "solved": solved,
                "terms": theme.terms,
                "models": reader.versions(),
            },
        )
        named, nameless = cursor.fetchall()
    before, after = (one + other if other >= TOO_FEW else one for one, other in zip(named, nameless, strict=True))
    return before, after


# How sure it is is known of the feeling of the whole text.
_SHARE = (
    "CASE w.felt WHEN w.sentiment THEN CASE w.felt WHEN 'negative' THEN w.negative WHEN 'neutral' THEN w.neutral"
    " WHEN 'positive' THEN w.positive END END"
)
_COLUMNS = "g.kind, g.customer_id, g.text_id, g.at, g.language, g.sentiment, g.negative, g.neutral, g.positive"
# What somebody told the shop alone; chats of platforms are read with their tickets.
_PRIVATE = "(%(hides)s AND g.kind = 'ticket')"


def samples(theme: Theme, *, sentiment: str = "", hides_private: bool, limit: int = SAMPLES) -> list[Sample]:
    """The newest texts of a theme, or those that speak of it so, opened, the same words once. Anonymous ones are not
    among them.
    """
    felt = felt_of.theme("%(terms)s::bigint[]")
    found = _opened(
        f"""
        SELECT {_COLUMNS}, {felt} AS felt FROM surveys_reading g
        WHERE g.terms && %(terms)s::bigint[] AND g.model = ANY(%(models)s) AND NOT {_PRIVATE}
            AND (%(sentiment)s = '' OR {felt} = %(sentiment)s)
        ORDER BY g.at DESC, g.text_id LIMIT %(limit)s
        """,  # noqa: S608  (ours)
        {"terms": theme.terms, "sentiment": sentiment, "limit": limit * ALIKE, "hides": hides_private},
    )
    once = {sample.text: sample for sample in reversed(found)}
    return [sample for sample in found if once[sample.text] is sample][:limit]


def naming(about: str, ref: str, *, hides_private: bool, limit: int = SAMPLES) -> list[Sample]:
    """The newest texts that name it (`about` and `ref` as a mention has them), opened, with what they feel about it."""
    return _opened(
        f"""
        SELECT {_COLUMNS}, m.sentiment AS felt FROM surveys_mention m
        JOIN surveys_reading g ON g.customer_id = m.customer_id AND g.kind = m.kind AND g.text_id = m.text_id
        WHERE m.about = %(about)s AND m.ref = %(ref)s AND g.model = ANY(%(models)s) AND NOT {_PRIVATE}
        ORDER BY m.at DESC, m.text_id LIMIT %(limit)s
        """,  # noqa: S608  (ours)
        {"about": about, "ref": ref, "limit": limit, "hides": hides_private},
    )


def _opened(statement: str, params: Mapping[str, Any]) -> list[Sample]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT w.kind, w.customer_id, w.text_id, w.at, w.language, w.felt, {_SHARE} FROM ({statement}) w",  # noqa: S608
            {**params, "models": reader.versions()},
        )
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
