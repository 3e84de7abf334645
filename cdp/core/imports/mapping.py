"""Which column of a file goes to which target."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from cdp.core.files import dates, values
from cdp.core.imports import layouts, registry
from cdp.core.imports.registry import Kind

OPTIONS = {
    "encoding", "delimiter", "header_line", "dayfirst", "era", "zero_is_purchase", "currency_by_country", "only",
    "otherwise", "behind",
}  # fmt: skip
ERAS = {dates.BUDDHIST_ERA, dates.COMMON_ERA}
PARTS = {"columns", "constants", "options", "also"}
OWN_COLUMNS = ("import_line", "import_reason")
"""What the file of refused rows has before the columns of the original; an import of the mended file ignores them."""
MARK = "export.id"
"""The column by which a file of ours tells of which export it came (`exports.registry`); nobody's data."""
COUNTRY = "customer.country"
TWO_COLUMNS = _("Two columns are mapped to “%(targets)s”.")
_WRITING = (("KR", re.compile("[가-힣]")), ("TH", re.compile("[ก-๛]")))


class BadMapping(Exception):
    """The mapping does not fit the file or the kind; the message says where and how to mend it.

    As text it is in the language of whoever asks; `text` (English) and `params` (what goes into it) are for storing.
    """

    def __init__(self, text: str, params: Mapping[str, str] | None = None, *, targets: Sequence[str] = ()) -> None:
        """Say what is wrong; `params` go into the text, and as one more the `targets` it is about."""
        super().__init__(text, params)
        self.targets = targets
        self.text, self.params = text, dict(params or {})
        if targets:
            self.params["targets"] = " / ".join(targets)

    def labelled(self, labels: Mapping[str, Any]) -> str:
        """The sentence for a page, which shows targets by their labels."""
        if not self.targets:
            return str(self)
        named = " / ".join(str(labels.get(target, target)) for target in self.targets)
        return gettext(self.text) % {**self.params, "targets": named}

    def __str__(self) -> str:
        """The sentence."""
        return gettext(self.text) % self.params if self.params else gettext(self.text)


@dataclass(frozen=True)
class Mapped:
    """A checked mapping. Of a target that several columns may have each is named `target:column` here."""

    columns: Mapping[str, str]  # target → column name in the file
    constants: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    also: Mapping[str, "Mapped"] = field(default_factory=dict)  # other kinds that read the same rows, by key

    def as_json(self) -> dict[str, Any]:
        """In the form of the contract: columns are file name → target."""
        found: dict[str, Any] = {
            "columns": {column: target.partition(":")[0] for target, column in self.columns.items()},
            "constants": dict(self.constants),
            "options": dict(self.options),
        }
        if self.also:
            found["also"] = {kind: mapped.as_json() for kind, mapped in self.also.items()}
        return found


def read(data: Any, *, kind: Kind, header: Sequence[str]) -> Mapped:
    """Check a mapping in the form of the contract against a kind and a header. Raises BadMapping."""
    check_shape(data)
    columns, constants, options = data.get("columns") or {}, data.get("constants") or {}, data.get("options") or {}
    targets: dict[str, str] = {}
    for column, target in columns.items():
        if target in (None, "", "-"):
            continue
        if not isinstance(target, str):
            raise BadMapping(_("The target of “%(column)s” must be a text."), {"column": column})
        if column not in header:
            raise BadMapping(
                _("The file has no column “%(column)s”; it has %(known)s."),
                {
                    "column": column,
                    "known": ", ".join(header[:40]),
                },
            )
        _known_target(target, kind)
        place = f"{target}:{column}" if target == kind.rest or target in kind.many else target
        if place in targets:
            raise BadMapping(TWO_COLUMNS, targets=[target])
        targets[place] = column
    for target, value in constants.items():
        _known_target(target, kind)
        if not isinstance(value, str | int | float):
            raise BadMapping(_("The constant for “%(target)s” must be a text or a number."), {"target": target})
    also = {key: read(part, kind=_other_kind(key), header=header) for key, part in (data.get("also") or {}).items()}
    mapped = Mapped(targets, {target: str(value) for target, value in constants.items()}, options, also)
    _complete(mapped, kind)
    return mapped


def guess(*, kind: Kind, header: Sequence[str], file: str = "", rows: Sequence[Sequence[str]] = ()) -> Mapped:
    """The mapping of a known layout, else one from the names in the header, which the first `rows` may correct; may be
    incomplete (see `missing`).
    """
    if (known := layouts.find(kind.key, header, file=file)) is not None:
        also = {
            key: Mapped(layouts.present(part["columns"], header), part.get("constants", {}))
            for key, part in known.also.items()
        }
        taken = layouts.present(known.columns, header)
        # What a layout names without a target is its system's own business.
        named = {target: column for target, column in taken.items() if target}
        passed = {column for column, target in known.columns.items() if not target}
        further = {
            option: layouts.further(told, named, header)
            for option, told in (("otherwise", known.otherwise), ("behind", known.behind))
        }
        passed.update(column for some in further.values() for columns in some.values() for column in columns)
        options = {**known.options, **{option: some for option, some in further.items() if some}}
        return Mapped({**named, **_rest(kind, header, named, passed)}, known.constants, options, also)
    found: dict[str, str] = {}
    more: dict[str, list[str]] = {}
    for column in header:
        target = _guessed(column, kind)
        if target and target not in found:
            found[target] = column
        elif target in kind.several:
            more.setdefault(target, []).append(column)
    if kind.senses and rows:
        found = dict(kind.senses(found, [dict(zip(header, cells, strict=False)) for cells in rows]))
    country = "" if COUNTRY in found or COUNTRY not in kind.targets else _country(header)
    options = {"otherwise": more} if more else {}
    passed = {column for columns in more.values() for column in columns}
    rest = _rest(kind, header, found, passed)
    return Mapped({**found, **rest}, {COUNTRY: country} if country else {}, options)


def doubts(kind: Kind, header: Sequence[str]) -> dict[str, Sequence[str]]:
    """The columns whose names may mean one of several targets, with those targets."""
    names = {plain(name): targets for name, targets in kind.doubtful.items()}
    return {column: targets for column in header if (targets := names.get(plain(column)))}


def _rest(kind: Kind, header: Sequence[str], taken: Mapping[str, str], passed: Collection[str] = ()) -> dict[str, str]:
    """The columns that nothing took, where the kind has a place for them."""
    if not kind.rest:
        return {}
    used = {*taken.values(), *passed, *OWN_COLUMNS, MARK}
    return {f"{kind.rest}:{column}": column for column in header if column not in used}


def _country(header: Sequence[str]) -> str:
    """The country whose writing the header is in; empty where it is the shop's own, which is taken anyhow, or unclear.

    Without it the phone numbers of a Korean file, like 010-2222-3333, are read as Thai ones in a Thai shop.
    """
    names = " ".join(header)
    found = [country for country, letters in _WRITING if letters.search(names)]
    return found[0] if len(found) == 1 and found[0] != settings.CDP_SHOP_COUNTRY else ""


def missing(mapped: Mapped, kind: Kind) -> list[Sequence[str]]:
    """The groups of targets of which none is mapped."""
    have = {*mapped.columns, *mapped.constants}
    return [group for group in kind.required if not have.intersection(group)]


def check_shape(data: Any) -> None:
    """Check what does not need the file: its parts and its options, which say how the file is to be read.

    Raises BadMapping.
    """
    if not isinstance(data, Mapping) or set(data) - PARTS:
        raise BadMapping(_("A mapping is a JSON object with “columns”, “constants” and “options”."))
    columns, constants, options = data.get("columns") or {}, data.get("constants") or {}, data.get("options") or {}
    if not (isinstance(columns, dict) and isinstance(constants, dict) and isinstance(options, dict)):
        raise BadMapping(_("“columns”, “constants” and “options” must be JSON objects."))
    if not isinstance(data.get("also") or {}, dict):
        raise BadMapping(_("“also” must be a JSON object: a mapping for each other kind of import."))
    if unknown := sorted(set(options) - OPTIONS):
        raise BadMapping(
            _("Unknown option “%(name)s”; known are %(known)s."),
            {"name": unknown[0], "known": ", ".join(sorted(OPTIONS))},
        )
    _check_options(options)


def _check_options(options: Mapping[str, Any]) -> None:
    """Raises BadMapping for a value that an option cannot have."""
    for name in ("dayfirst", "zero_is_purchase", "currency_by_country"):
        if not isinstance(options.get(name), bool | None):
            raise BadMapping(_("The option “%(name)s” must be true, false or null."), {"name": name})
    if options.get("era") not in {None, *ERAS}:
        raise BadMapping(_("The option “%(name)s” must be “buddhist”, “common” or null."), {"name": "era"})
    only = options.get("only") or {}
    if not isinstance(only, dict) or not all(isinstance(values, list) for values in only.values()) or len(only) > 1:
        raise BadMapping(_("The option “%(name)s” must name one column and a list of its values."), {"name": "only"})
    for name in ("otherwise", "behind"):
        further = options.get(name) or {}
        if not isinstance(further, dict) or not all(isinstance(columns, list) for columns in further.values()):
            raise BadMapping(_("The option “%(name)s” must name targets, each with a list of columns."), {"name": name})
    encoding, delimiter, header_line = (options.get(name) for name in ("encoding", "delimiter", "header_line"))
    if not isinstance(encoding, str | None):
        raise BadMapping(_("The option “%(name)s” must be a text."), {"name": "encoding"})
    if delimiter is not None and (not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n\0'):
        raise BadMapping(_("The option “%(name)s” must be one character."), {"name": "delimiter"})
    if header_line is not None and (
        not isinstance(header_line, int) or isinstance(header_line, bool) or header_line < 1
    ):
        raise BadMapping(_("The option “%(name)s” must be a line number."), {"name": "header_line"})


def _other_kind(key: str) -> Kind:
    try:
        return registry.get(key)
    except KeyError as problem:
        raise BadMapping(_("There is no kind “%(kind)s” of import."), {"kind": key}) from problem


def _known_target(target: Any, kind: Kind) -> None:
    if target not in kind.targets:
        raise BadMapping(
            _("There is no target “%(target)s” for this kind of import; known are %(known)s."),
            {
                "target": target,
                "known": ", ".join(kind.targets),
            },
        )


def _complete(mapped: Mapped, kind: Kind) -> None:
    for group in missing(mapped, kind):
        raise BadMapping(_("One column must be mapped to %(targets)s."), targets=group)


@lru_cache(maxsize=8192)  # the same synonyms are compared with every header of every file
def plain(name: str) -> str:
    """A header as it is compared with others: without case, signs and blanks."""
    folded = unicodedata.normalize("NFKC", name).casefold().replace("#", " no")
    # Thai vowels above and below are marks, no letters, and yet tell words apart: only what stands between is dropped.
    return "".join(sign for sign in folded if sign.isalnum() or unicodedata.category(sign).startswith("M"))


def _guessed(column: str, kind: Kind) -> str | None:
    if column in kind.targets:
        return column
    names = [plain(column)]
    if values.heading_unit(column):  # 결제금액(원)
        names.append(plain(values.without_unit(column)))
    synonyms = {plain(synonym): target for synonym, target in kind.synonyms.items()}
    for name in names:
        for target in kind.targets:
            if name in {plain(target), plain(target.partition(".")[2])}:
                return target
        if name in synonyms:
            return synonyms[name]
    return None
