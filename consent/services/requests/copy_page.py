"""The page of a copy that people read: what we know of them in plain words, in their language, calendar and time.

It opens without a network, without scripts, on a phone and on paper. Ids and codes of programs stay in the folders json
and csv; of long lists the page has the newest, the rest of them folded away, as are the proofs behind a row and the
details of each use; paper shows all of it.
"""

import html
import re
import uuid
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cdp.core import readable, written_dates, written_numbers
from cdp.core.readable import Reading
from consent.services.requests import about

Row = Mapping[str, Any]
Put = Callable[[str], object]
SHOWN, OPEN = 200, 8
"""Rows of a table on the page, the newest; and how many of them stand open."""
MOST_PARTS = 4000
MOST_LINES = 30
MOST_READ = 140
"""Letters of a cell beyond which only its first line stands open."""
LINES = "lines"
"""The column in which a row shows what belongs to it, such as the articles of an order."""
_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """One file of the copy: its rows can be read as often as there are formats.

    `newest(most)` gives (id, row) of the newest, `parts(parents, most)` (parent's id, row); without them the rows come
    in the order of time. `choices` are the words of codes by column.
    """

    name: str
    columns: Sequence[str]
    titles: Mapping[str, str]
    rows: Callable[[], Iterator[Row]] = field(repr=False)
    reading: Reading
    newest: Callable[[int], list[tuple[Any, Row]]] | None = field(default=None, repr=False)
    parts: Callable[[Collection[Any], int], list[tuple[Any, Row]]] | None = field(default=None, repr=False)
    choices: Mapping[str, Mapping[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """What goes on it. `counts` are the rows per table, `zone` the clock of the person's law."""

    reference: str
    tables: Sequence[Table]
    counts: Mapping[str, int]
    told: Sequence[about.Section]
    made_at: datetime
    zone: tzinfo

    def parts_of(self, table: Table) -> list[Table]:
        """Tables whose rows are shown within the rows of this one."""
        return [one for one in self.tables if _key(one.reading.part_of) == table.name]


def _key(model: str) -> str:
    return model.lower().replace(".", "_")


def write(page: Page, put: Put) -> None:
    """Write the page piece by piece, in the language in force."""
    shown = [table for table in page.tables if page.counts.get(table.name) and not table.reading.part_of]
    title = _("Your data at %(shop)s") % {"shop": settings.CDP_SHOP_NAME}
    lead = _("Made on %(day)s for the request %(number)s.") % {
        "day": written_dates.moment_in_full(page.made_at, page.zone),
        "number": page.reference,
    }
    clock = _("All times are %(zone)s.") % {"zone": written_dates.zone_name(page.zone)}
    put(f'<!doctype html><html lang="{translation.get_language() or "en"}"><head><meta charset="utf-8">')
    put('<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">')
    put(f"<title>{_text(title)}</title><style>{STYLE}</style></head><body><main>")
    put(f"<header><h1>{_text(title)}</h1><p>{_text(lead)} {_text(clock)}</p>")
    files = _("The folders json and csv hold all of it for programs and spreadsheets, with every technical number.")
    put(f"<p>{_text(files)}</p></header>")
    contents, uses = _("What is in it"), _("How your data are used")
    put(f'<nav aria-label="{_text(contents)}"><ul>')
    for table in shown:
        count = written_numbers.number(page.counts[table.name])
        put(f'<li><a href="#{table.name}">{_text(table.reading.title)}</a> <span>{_text(count)}</span></li>')
    if page.told:
        put(f'<li><a href="#about">{_text(uses)}</a></li>')
    put("</ul></nav>")
    for table in shown:
        _section(page, table, put)
    if page.told:
        _uses(page.told, put)
    put("</main></body></html>")


def _section(page: Page, table: Table, put: Put) -> None:
    total = page.counts[table.name]
    found = table.newest(SHOWN) if table.newest else _last(table)
    cells = _cells(page, table, found)
    columns = [name for name in table.reading.columns if any(row.get(name) for row in cells)]
    put(f'<section id="{table.name}"><h2>{_text(table.reading.title)}</h2>')
    if total > len(cells):
        told = _("These are the newest %(shown)s of %(all)s. All of them are in the file %(file)s.") % {
            "shown": written_numbers.number(len(cells)),
            "all": written_numbers.number(total),
            "file": f"csv/{table.name}.csv",
        }
        put(f"<p>{_text(told)}</p>")
    if not columns:
        nothing = _("Nothing that a person can read: it is in the folder json.")
        put(f"<p>{_text(nothing)}</p>")
    elif not table.reading.newest and len(cells) <= 3:
        for row in cells:
            put("<dl>")
            for name in columns:
                if row[name]:
                    put(f"<dt>{_text(table.reading.columns[name])}</dt><dd>{_text(row[name])}</dd>")
            put("</dl>")
    else:
        _table(table, columns, cells[:OPEN], put)
        if more := cells[OPEN:]:
            told = ngettext("%(n)s more", "%(n)s more", len(more)) % {"n": written_numbers.number(len(more))}
            put(f"<details><summary>{_text(told)}</summary>")
            _table(table, columns, more, put)
            put("</details>")
    put("</section>")


def _last(table: Table) -> list[tuple[Any, Row]]:
    newest = deque(table.rows(), maxlen=SHOWN)
    return [(number, row) for number, row in enumerate(reversed(newest))]


def _table(table: Table, columns: Sequence[str], rows: Sequence[Mapping[str, str]], put: Put) -> None:
    labels = {name: _text(table.reading.columns[name]) for name in columns}
    put("<table><thead><tr>" + "".join(f'<th scope="col">{labels[name]}</th>' for name in columns) + "</tr></thead>")
    put("<tbody>")
    for row in rows:
        # On a phone each cell names its column itself; what is empty takes no line there.
        put(
            "<tr>"
            + "".join(
                f'<td data-label="{labels[name]}"{_classes(table, name, row[name])}>{_cell(row[name])}</td>'
                for name in columns
            )
            + "</tr>"
        )
    put("</tbody></table>")


def _cell(text: str) -> str:
    """The words of a cell; of many lines the first, the others behind it."""
    first, _line, rest = text.partition("\n")
    if not rest or len(text) <= MOST_READ:
        return _text(text)
    return f"<details><summary>{_text(first)}</summary>{_text(rest)}</details>"


def _classes(table: Table, name: str, text: str) -> str:
    names = [*(["none"] if not text else []), *(["num"] if name in table.reading.money else [])]
    return f' class="{" ".join(names)}"' if names else ""


def _cells(page: Page, table: Table, found: Sequence[tuple[Any, Row]]) -> list[dict[str, str]]:
    """Column → text, for each row."""
    reading = table.reading
    names = {name: look_up() for name, look_up in reading.names.items() if name in reading.columns}
    lines = _lines(page, table, dict(found))
    cells = []
    for key, row in found:
        told = {}
        for name in reading.columns:
            if name == LINES:
                told[name] = "\n".join(lines.get(key, ()))
            elif name in reading.told:
                told[name] = reading.told[name](row)
            elif name in reading.money:
                told[name] = _money(row[name], row.get(reading.money[name]) or "")
            else:
                told[name] = _shown(row[name], {**table.choices.get(name, {}), **names.get(name, {})}, page.zone)
        cells.append(told)
    return cells


def _lines(page: Page, table: Table, rows: Mapping[Any, Row]) -> dict[Any, list[str]]:
    """Row's id → what belongs to it, a line each."""
    found: dict[Any, list[str]] = defaultdict(list)
    for part in page.parts_of(table):
        if part.parts is None or part.reading.line is None:
            continue
        for parent, row in part.parts(list(rows), MOST_PARTS):
            if len(found[parent]) < MOST_LINES:
                found[parent].append(part.reading.line(row, rows[parent]))
            elif len(found[parent]) == MOST_LINES:
                found[parent].append("…")
    return found


def _money(amount: Any, currency: str) -> str:
    if amount is None:
        return ""
    return written_numbers.money(amount, currency) if currency else written_numbers.number(amount)


def _shown(value: Any, words: Mapping[Any, Any], zone: tzinfo) -> str:
    """A value as people read it; an id is nothing to read."""
    if value is None or value == "":
        return ""
    if isinstance(value, (str, int, bool, uuid.UUID)) and (told := _named(value, words)):
        return told
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return written_dates.moment_in_full(value, zone)
    if isinstance(value, date):
        return written_dates.in_full(value)
    if isinstance(value, (int, Decimal)):
        return written_numbers.number(value)
    if isinstance(value, (list, tuple, dict)):
        return readable.flat(value)
    return "" if _ID.fullmatch(str(value)) else str(value)


def _named(value: str | float | uuid.UUID, words: Mapping[Any, Any]) -> str:
    """What a code stands for; empty where nobody says."""
    if value in words:
        return str(words[value])
    kind, colon, rest = str(value).partition(":")
    if not colon or f"{kind}:" not in words:
        return ""
    named = str(words[f"{kind}:"])
    return named if _ID.fullmatch(rest) else f"{named} {rest}"


def _uses(told: Sequence[about.Section], put: Put) -> None:
    title = _("How your data are used")
    put(f'<section id="about"><h2>{_text(title)}</h2>')
    common = about.common(told)
    for section in told:
        if section.is_use and section is next(one for one in told if one.is_use) and common:
            usual = _("The same for every use below that says nothing else")
            put(f"<h3>{_text(usual)}</h3>{_list(common)}")
        if section.is_use:
            own = [line for line in section.lines if line not in common]
            put(f"<details><summary>{_text(section.title)}</summary>{_list(own)}</details>")
        else:
            put(f"<h3>{_text(section.title)}</h3>{_list(section.lines)}")
    put("</section>")


def _list(lines: Sequence[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{_text(what)}</dt><dd>{_text(is_)}</dd>" for what, is_ in lines) + "</dl>"


def _text(value: object) -> str:
    return html.escape(str(value)).replace("\n", "<br>")


STYLE = (
    ":root{--ink:#14211e;--soft:#53635d;--line:#d5ddd9;--head:#f3f6f4;--ground:#fff;--link:#0b6b4f}"
    "*{box-sizing:border-box}html{-webkit-text-size-adjust:100%}"
    "body{font:16px/1.6 system-ui,'Noto Sans Thai','Noto Sans KR',sans-serif;margin:0;color:var(--ink);"
    "background:var(--ground)}main{max-width:64rem;margin:0 auto;padding:1.5rem 1.25rem 4rem}a{color:var(--link)}"
    "h1{font-size:1.6rem;line-height:1.3;margin:.5rem 0}h2{font-size:1.2rem;line-height:1.4;margin:0 0 .5rem}"
    "h3{font-size:1rem;margin:1.5rem 0 .3rem}section{margin-top:2.75rem}p{margin:.4rem 0}header p{color:var(--soft)}"
    "nav ul{list-style:none;padding:0;margin:1.25rem 0 0;columns:17rem;column-gap:2rem}"
    "nav li{padding:.2rem 0;break-inside:avoid}nav span{color:var(--soft);font-size:.85rem}"
    "dl{margin:.5rem 0;display:grid;grid-template-columns:minmax(9rem,14rem) 1fr;gap:.35rem 1.25rem}"
    "dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}"
    "table{border-collapse:collapse;width:100%;font-size:.92rem}th,td{text-align:left;vertical-align:top;"
    "padding:.5rem .75rem .5rem 0;border-bottom:1px solid var(--line);overflow-wrap:break-word}"
    "th{font-weight:600;color:var(--soft)}td.num{font-variant-numeric:tabular-nums;white-space:nowrap}"
    "summary{cursor:pointer;padding:.75rem 0;color:var(--link)}td summary{padding:0}:lang(ko){word-break:keep-all}"
    "@media(max-width:44rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.6rem}thead{display:none}"
    "table,tbody,tr{display:block}tr{border:1px solid var(--line);border-radius:10px;padding:.5rem .9rem;"
    "margin:.6rem 0}td{display:flow-root;border:0;padding:.15rem 0 .15rem 7.25rem}"
    "td.none{display:none}td::before{content:attr(data-label);float:left;width:6.75rem;margin-left:-7.25rem;"
    "color:var(--soft);font-size:.85rem}}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6ece9;--soft:#a3b3ac;--line:#2c3733;--head:#1a2320;"
    "--ground:#101614;--link:#7fd1b4}}"
    "@media print{:root{--ink:#000;--soft:#444;--line:#bbb;--ground:#fff;--link:#000}body{font-size:10.5pt}"
    "nav{display:none}main{max-width:none;padding:0}thead{display:table-header-group}tr,dt{break-inside:avoid}"
    "h2{break-after:avoid}details::details-content{content-visibility:visible;display:block;height:auto}}"
)
