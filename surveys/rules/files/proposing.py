"""What a file of answers seems to ask: a question for each column or block of columns, proposed from names and values.

Nothing is sure here: staff see each proposal and change it before a questionnaire is made of it. Known are shapes of
SurveyMonkey (two header rows, blocks of columns) and of Google Forms (a time first, grids as “Question [Line]”, several
choices in one cell). What is left is judged by its values alone.
"""

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from surveys.rules.files import flat, ladders
from surveys.rules.files.flat import same
from surveys.rules.kinds.base import LONGEST_TEXT

MOST_VALUES = 400
"""Different values of a column that are remembered; beyond it is free text."""
ROWS_KEPT = 500
MOST_OPTIONS = 100
MOST_LINES = 50
LONGEST_LABEL = 200
ALWAYS = 5
"""In how many answers two pieces of a cell stand side by side before they can be one label with a comma inside."""
PAGE = 10
_PART = re.compile(r"(?P<question>.+?)\s*\[(?P<part>[^\[\]]+)\]", re.DOTALL)
_COPY = re.compile(r" \(\d+\)\Z")
_WHOLE = re.compile(r"\d{1,3}(?:\.0+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ].*)?|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}")
_RECOMMEND = re.compile(r"recommend|แนะนำ|บอกต่อ|추천", re.IGNORECASE)
_STARS = re.compile(r"\bstars?\b|ดาว|별점|별 개수", re.IGNORECASE)
_SATISFIED = re.compile(r"satisf|พึงพอใจ|พอใจ|만족", re.IGNORECASE)
_OTHER = re.compile(r"\bother\b|please specify|อื่น|โปรดระบุ|기타", re.IGNORECASE)
_NOTHING = frozenset({"-", "--", "n/a", "na", "none", "ไม่มี", "없음"})
NUMBERS = frozenset({
    "respondentid", "responseid", "submissionid", "responsenumber", "id", "no", "entryid", "รหัสผู้ตอบ", "ลำดับ",
    "ลำดับที่", "응답자id", "응답id", "번호", "응답번호", "순번",
})  # fmt: skip
BEGUN = frozenset(
    {"timestamp", "startdate", "startedat", "datecreated", "ประทับเวลา", "เวลาที่ตอบ", "타임스탬프", "시작일"}
)
ENDED = frozenset({"enddate", "endedat", "submittedat", "submitdate", "datesubmitted", "datemodified", "completedat", "종료일", "제출일"})  # fmt: skip # noqa: E501
EMAIL = frozenset({"emailaddress", "email", "username", "useremail", "อีเมล", "ที่อยู่อีเมล", "이메일", "이메일주소", "사용자이름"})  # fmt: skip # noqa: E501
CUSTOMER = frozenset({"customerid", "customernumber", "customerno", "รหัสลูกค้า", "หมายเลขลูกค้า", "고객번호", "고객id"})
NOT_OURS = frozenset({"collectorid", "ipaddress", "ip", "customdata1", "networkid"})
"""What tools add that nobody asked: an address of a network is not taken in."""
LEFT_OUT = ""
QUESTION = "question"
KINDS = ("single", "multiple", "yes_no", "points", "stars", "csat", "nps_0_10", "nps_1_10", "date", "text")
"""What one column can be made a question of."""


@dataclass
class Look:
    """What all rows of a file say of each column; some rows whole, for what only a row can tell."""

    names: Sequence[str]
    values: list[Counter[str]] = field(default_factory=list)
    filled: list[int] = field(default_factory=list)
    longest: list[int] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        """Nothing seen yet."""
        width = len(self.names)
        self.values = [Counter() for _name in range(width)]
        self.filled, self.longest = [0] * width, [0] * width

    def look(self, rows: Iterable[Sequence[str]]) -> None:
        """Take in rows as wide as the names."""
        for cells in rows:
            self.count += 1
            if len(self.rows) < ROWS_KEPT:
                self.rows.append(list(cells))
            for position, cell in enumerate(cells):
                if text := cell.strip():
                    self.filled[position] += 1
                    self.longest[position] = max(self.longest[position], len(text))
                    seen = self.values[position]
                    if text in seen or len(seen) <= MOST_VALUES:
                        seen[text] += 1


@dataclass(frozen=True)
class Proposal:
    """Columns that belong together. `target`: QUESTION, a target of the import, or LEFT_OUT. `question` is its JSON.
    `parts`: what each column is of it.
    """

    positions: tuple[int, ...]
    name: str
    target: str
    question: dict[str, Any] = field(default_factory=dict)
    parts: tuple[str, ...] = ("",)
    kind: str = ""


def propose(look: Look, *, language: str) -> list[Proposal]:
    """One proposal for each column or block, in the order of the file. Keys of questions are unique."""
    found: list[Proposal] = []
    position = 0
    while position < len(look.names):
        one = _block(look, position, language) or _column(look, position, language)
        found.append(one)
        position = one.positions[-1] + 1
    if not any(one.target == "response.external_id" for one in found):
        found = _with_number(found, look)
    return _keyed(found)


def as_kind(one: Proposal, kind: str, look: Look, *, language: str) -> Proposal:
    """A single column as another kind, or as something that is no question (a target, LEFT_OUT)."""
    if kind not in KINDS:
        return replace(one, target=kind, question={}, kind="")
    made = _question(kind, one.name, look, one.positions[0], language)
    return replace(one, target=QUESTION, question={**made, "key": one.question.get("key", "")}, kind=kind)


def definition(proposals: Sequence[Proposal], *, title: str, language: str) -> dict[str, Any]:
    """The questionnaire they come to, as JSON."""
    questions = [one.question for one in _keyed(list(proposals)) if one.target == QUESTION]
    size = max(PAGE, -(-len(questions) // 50))
    pages = [questions[start : start + size] for start in range(0, len(questions), size)]
    return {
        "schema": 1,
        "title": {language: title},
        "languages": [language],
        "pages": [{"key": f"page_{number}", "questions": some} for number, some in enumerate(pages, 1)],
    }


def language_of(names: Iterable[str]) -> str:
    """The language that the names of the columns are written in."""
    text = " ".join(names)
    thai, korean = len(re.findall("[ก-๛]", text)), len(re.findall("[가-힣]", text))
    latin = len(re.findall("[A-Za-z]", text))
    if max(thai, korean) * 2 < latin:
        return "en"
    return "th" if thai >= korean and thai else "ko" if korean else "en"


def heading(name: str) -> str:
    """A column's name as people read it: without markup."""
    return " ".join(re.sub(r"<[^<>]*>|<[^<>]*$", " ", name).split())


def plain(name: str) -> str:
    """A column's name as it is compared: letters and digits alone."""
    folded = unicodedata.normalize("NFKC", heading(name)).casefold()
    return "".join(sign for sign in folded if sign.isalnum() or unicodedata.category(sign).startswith("M"))


def slug(text: str, *, fallback: str, letter_first: bool = False) -> str:
    """A key near to the text."""
    plain_text = unicodedata.normalize("NFKD", heading(text)).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9]+", "_", plain_text).strip("_")[:40].strip("_")
    return found if found and (found[0].isalpha() or not letter_first) else fallback


# --- one column ---


def _column(look: Look, position: int, language: str) -> Proposal:
    name = look.names[position]
    one = Proposal((position,), name, LEFT_OUT)
    called = plain(_COPY.sub("", name))
    target = _meant(called, look, position)
    if target is not None:
        return replace(one, target=target)
    if not look.filled[position]:
        return one
    kind = _kind(look, position)
    return replace(one, target=QUESTION, question=_question(kind, name, look, position, language), kind=kind)


def _meant(called: str, look: Look, position: int) -> str | None:
    """What a column is that is no question; None for one."""
    if called in NUMBERS and len(look.values[position]) >= min(look.filled[position], MOST_VALUES):
        return "response.external_id"
    if called in NOT_OURS:
        return LEFT_OUT
    if called in CUSTOMER:
        return "customer.external_id"
    if called in EMAIL and any("@" in value for value in look.values[position]):
        return "customer.email"
    are_dates = all(_DATE.match(value) for value in list(look.values[position])[:50])
    if called in BEGUN and are_dates:
        return "response.started_at"
    if called in ENDED and are_dates:
        return "response.ended_at"
    return None


def _kind(look: Look, position: int) -> str:
    values, name = look.values[position], look.names[position]
    told = {value for value in values if same(value) not in _NOTHING}
    if told and all(_DATE.fullmatch(value) for value in told):
        return "date"
    if told == set(values) and {same(value) for value in told} <= (flat.YES | flat.NO) - {"1", "0", "y", "n"}:
        return "yes_no"
    if told == set(values) and told and all(_WHOLE.fullmatch(value) for value in told):
        return _scale(name, [int(float(value)) for value in told])
    if _several(values):
        return "multiple"
    return "single" if _is_choice(values, look.filled[position]) else "text"


def _scale(name: str, numbers: Sequence[int]) -> str:
    highest = max(numbers)
    if highest > 10 or (len(set(numbers)) < 2 and highest > 5):
        return "single" if len(set(numbers)) <= 12 else "text"
    if _RECOMMEND.search(name) and highest > 5:
        return "nps_0_10"
    if highest <= 5 and min(numbers) >= 1:
        return "stars" if _STARS.search(name) else "csat" if _SATISFIED.search(name) else "points"
    return "points"


def _several(values: Counter[str]) -> list[str]:
    """The choices of cells that hold several, divided by a comma with a blank or a semicolon; none where the whole
    cells are fewer than their pieces: then a label has a comma inside.
    """
    if len(values) < 3 or len(values) > MOST_VALUES:
        return []
    for divider in (";", ", "):
        divided = [[piece.strip() for piece in value.split(divider) if piece.strip()] for value in values]
        divided = _put_together(divided, list(values.values()), divider)
        pieces = Counter(piece for one in divided for piece in one)
        is_so = any(len(one) > 1 for one in divided) and 2 <= len(pieces) < len(values) and len(pieces) <= MOST_OPTIONS
        if is_so and all(len(set(one)) == len(one) for one in divided):
            return list(pieces)
    return []


def _put_together(divided: list[list[str]], counts: Sequence[int], divider: str) -> list[list[str]]:
    """Labels may have the divider inside: pieces of which neither is ever seen without the other beside it, in enough
    answers that chance does not do it, are one ("Black tea, with milk").
    """
    while True:
        alone, beside = Counter[str](), Counter[tuple[str, str]]()
        for pieces, count in zip(divided, counts, strict=True):
            for piece in pieces:
                alone[piece] += count
            for pair in itertools.pairwise(pieces):
                beside[pair] += count
        is_one = {
            pair for pair, count in beside.items() if count >= ALWAYS and count == alone[pair[0]] == alone[pair[1]]
        }
        # Where everybody chose both, nothing tells whether they are one.
        is_one = {pair for pair in is_one if beside[pair] < sum(counts)}
        if not is_one:
            return divided
        first = min(is_one)
        divided = [_joined(pieces, first, divider.strip() + " ") for pieces in divided]


def _joined(pieces: Sequence[str], pair: tuple[str, str], between: str) -> list[str]:
    found: list[str] = []
    for piece in pieces:
        if found and (found[-1], piece) == pair:
            found[-1] = between.join(pair)
        else:
            found.append(piece)
    return found


def _is_choice(values: Counter[str], filled: int) -> bool:
    told = {value: count for value, count in values.items() if same(value) not in _NOTHING}
    if not told or len(values) > MOST_OPTIONS or max(map(len, told)) > LONGEST_LABEL:
        return False
    if any(set(map(same, told)) <= set(ladder) for ladder in ladders.LADDERS):
        return True
    once = sum(1 for count in told.values() if count == 1)
    is_few = len(told) * 2 <= max(filled, 3) or len(told) <= 5
    return is_few and once * 2 <= max(len(told), 2)


def _question(kind: str, name: str, look: Look, position: int, language: str) -> dict[str, Any]:
    values = look.values[position]
    made: dict[str, Any] = {"kind": kind, "text": {language: heading(_COPY.sub("", name))[:2000] or name}}
    numbers = [int(float(value)) for value in values if _WHOLE.fullmatch(value)]
    highest = max(numbers, default=10)
    match kind:
        case "nps_0_10" | "nps_1_10":
            return {**made, "kind": "nps", "scheme": kind}
        case "points":
            steps = next((step for step in (5, 7, 10, 100) if step >= highest), 100)
            return {**made, "steps": steps, "lowest": 0 if 0 in numbers else 1}
        case "stars":
            return {**made, "steps": max(5, min(highest, 10))}
        case "csat":
            return {**made, "steps": next(step for step in (5, 7, 10) if step >= min(highest, 10))}
        case "single":
            return {**made, "options": _options(ladders.ordered(_most(values)), language)}
        case "multiple":
            pieces = Counter(dict.fromkeys(_several(values), 1)) or _most(values)
            return {**made, "options": _options(list(pieces), language)}
        case "text":
            longest = max(2000, min(look.longest[position], LONGEST_TEXT))
            return {**made, "longest": longest} if longest != 2000 else made
        case _:
            return made


def _most(values: Counter[str]) -> Counter[str]:
    return Counter(dict(values.most_common(MOST_OPTIONS)))


def _options(labels: Sequence[str], language: str, *, others: frozenset[str] = frozenset()) -> list[dict[str, Any]]:
    """Options with keys of their own; two at least, since one alone is no choice."""
    found: list[dict[str, Any]] = []
    merged: dict[str, str] = {}
    for label in labels:
        merged.setdefault(same(label), label)
    taken: set[str] = set()
    for number, label in enumerate(merged.values(), 1):
        key = slug(label, fallback=f"o{number}")
        key = key if key not in taken else f"{key[:36]}_{number}"
        taken.add(key)
        found.append({"key": key, "text": {language: label}, **({"other": True} if label in others else {})})
    if len(found) < 2:
        words = {"en": "Something else", "th": "อื่น ๆ", "ko": "기타"}
        key = "other" if "other" not in taken else "something_else"
        found.append({"key": key, "text": {language: words[language]}, "other": True})
    return found


# --- blocks of columns ---


def _block(look: Look, position: int, language: str) -> Proposal | None:
    """Columns named “Question [Part]” that follow each other, and what they are together."""
    first = _PART.fullmatch(look.names[position])
    asked = first["question"] if first else look.names[position]
    found: list[tuple[int, str]] = [] if first is None else [(position, first["part"])]
    for other in range(position + 1, len(look.names)):
        match = _PART.fullmatch(look.names[other])
        if match is None or match["question"] != asked:
            break
        found.append((other, match["part"]))
    if first is None:
        return _with_words(look, position, found, language)
    if len(found) < 2 or len(found) > MOST_OPTIONS:
        return None
    positions = tuple(place for place, _part in found)
    labels = [part for _place, part in found]
    text = {language: heading(asked)[:2000]}
    one = Proposal(positions, asked, QUESTION)
    if (others := _ticked(look, found)) is not None:
        options = _options(labels, language, others=others)
        keys = tuple(option["key"] for option in options[: len(labels)])
        return replace(
            one, question={"kind": "multiple", "text": text, "options": options}, parts=keys, kind="multiple"
        )
    if _is_ranking(look, positions):
        options = _options(labels, language)
        keys = tuple(option["key"] for option in options[: len(labels)])
        return replace(one, question={"kind": "ranking", "text": text, "options": options}, parts=keys, kind="ranking")
    together = Counter[str]()
    for place in positions:
        together.update(look.values[place])
    if 2 <= len(together) <= 20 and len(labels) <= MOST_LINES and max(map(len, together)) <= LONGEST_LABEL:
        lines = [{"key": o["key"], "text": o["text"]} for o in _options(labels, language)]
        options = _options(ladders.ordered(together), language)
        made = {"kind": "matrix", "text": text, "options": options, "lines": lines}
        return replace(one, question=made, parts=tuple(line["key"] for line in lines), kind="matrix")
    return None


def _with_words(look: Look, position: int, more: list[tuple[int, str]], language: str) -> Proposal | None:
    """A choice with a column beside it for what was typed at “Other (please specify)”."""
    if len(more) != 1 or not _OTHER.search(more[0][1]) or not look.filled[position]:
        return None
    kind = _kind(look, position)
    if kind not in {"single", "yes_no"}:
        return None
    made = _question("single", look.names[position], look, position, language)
    beside = same(more[0][1])
    other = next((option for option in made["options"] if same(option["text"][language]) == beside), None)
    if other is None:
        other = {"key": "other", "text": {language: more[0][1]}}
        if any(option["key"] == "other" for option in made["options"]):
            other["key"] = "other_words"
        made["options"].append(other)
    other["other"] = True
    parts = ("", f"{other['key']}.{flat.WORDS}")
    return Proposal((position, more[0][0]), look.names[position], QUESTION, made, parts, "single")


def _ticked(look: Look, found: Sequence[tuple[int, str]]) -> frozenset[str] | None:
    """Whether each column holds nothing but its own label or a tick; the labels beside which words stand."""
    others = set()
    for place, label in found:
        told = {same(value) for value in look.values[place]}
        if told <= {same(label)} or (
            told and told <= flat.TICKED | flat.LEFT_OUT and told & flat.TICKED and not _are_numbers(look, found)
        ):
            continue
        if not _OTHER.search(label):
            return None
        others.add(label)
    return frozenset(others)


def _are_numbers(look: Look, found: Sequence[tuple[int, str]]) -> bool:
    """Whether the block counts further than ticks do."""
    return any(
        _WHOLE.fullmatch(value) and int(float(value)) > 1 for place, _label in found for value in look.values[place]
    )


def _is_ranking(look: Look, positions: Sequence[int]) -> bool:
    """Whether each row places the columns: numbers from 1 to how many there are, none twice."""
    most = len(positions)
    told = {value for place in positions for value in look.values[place]}
    if not told or not all(_WHOLE.fullmatch(value) and 1 <= int(float(value)) <= most for value in told):
        return False
    rows = [[cells[place] for place in positions if cells[place].strip()] for cells in look.rows]
    rows = [row for row in rows if row]
    return sum(len(set(row)) == len(row) for row in rows) >= 0.75 * len(rows) and any(len(row) > 1 for row in rows)


# --- the whole ---


def _with_number(found: list[Proposal], look: Look) -> list[Proposal]:
    """Without a column that is called so, the first of which every row has another number."""
    for place, one in enumerate(found):
        position = one.positions[0]
        values = look.values[position]
        is_whole = len(values) >= min(look.count, MOST_VALUES) and look.filled[position] == look.count
        if (
            len(one.positions) == 1
            and look.count >= 5
            and is_whole
            and all(re.fullmatch(r"[\w-]*\d[\w-]*", v) for v in values)
            and max(map(len, values)) >= 4
            and not any(_DATE.match(v) for v in values)
        ):
            return [
                *found[:place],
                replace(one, target="response.external_id", question={}, kind=""),
                *found[place + 1 :],
            ]
    return found


def _keyed(found: list[Proposal]) -> list[Proposal]:
    """With a key of its own for each question."""
    taken = {one.question["key"] for one in found if one.target == QUESTION and one.question.get("key")}
    keyed, number = [], 0
    for one in found:
        if one.target != QUESTION:
            keyed.append(one)
            continue
        number += 1
        key = one.question.get("key", "")
        if not key:
            (text,) = one.question["text"].values()
            key = slug(text, fallback=f"q{number}", letter_first=True)
            key = key if key not in taken else f"{key[:36].strip('_')}_{number}"
            taken.add(key)
        keyed.append(replace(one, question={**one.question, "key": key}))
    return keyed
