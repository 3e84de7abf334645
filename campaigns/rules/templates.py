"""Liquid templates of messages: which variables there are, what is wrong with a template, and rendering.

Checking is strict (a misspelt variable refuses activation); rendering is forgiving (a value a customer lacks is empty
or the template's default). Templates are written by staff, still they run in a sandbox: no includes, bounded loops and
output, and values are plain data without methods.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar, Self

from django.utils.translation import gettext as _
from liquid import Environment, Mode
from liquid.exceptions import LiquidError
from liquid.template import BoundTemplate

VARIABLES: dict[str, str] = {
    # name: an example, shown beside the editor and used to try a template out
    "customer.name": "Mali Srisuk",
    "customer.given_name": "Mali",
    "customer.family_name": "Srisuk",
    "customer.language": "th",
    "customer.gender": "female",
    "customer.company": "Mali & Co.",
    "customer.job_title": "Owner",
    "customer.city": "Chiang Mai",
    "customer.province": "TH-50",
    "customer.country": "TH",
    "customer.interests": "tea",
    "shop.name": "Our shop",
    "shop.url": "https://shop.example.com",
    "shop.address": "1 Main Street",
    "metrics.orders_count": "3",
    "metrics.revenue_total": "1250.00",
    "metrics.currency": "THB",
    "metrics.first_order_at": "2026-01-15",
    "metrics.last_order_at": "2026-06-30",
    "metrics.days_since_last_order": "90",
    "metrics.points_balance": "250",
    "metrics.points_ending": "120",
    "metrics.points_ending_on": "2026-12-31",
    "unsubscribe_url": "https://shop.example.com/unsubscribe/…",
}
_LISTS = {"customer.interests"}
_PROPERTIES = {"size", "first", "last"}
_FORBIDDEN_TAGS = {"include", "render"}


class Moment(datetime):
    """A time that writes itself in the reader's language and still works with Liquid's `date` filter."""

    text: str

    @classmethod
    def of(cls, moment: datetime, text: str) -> Self:
        """`moment`, which `{{ … }}` without a filter shows as `text`."""
        made = cls.fromtimestamp(moment.timestamp(), moment.tzinfo)
        made.text = text
        return made

    def __str__(self) -> str:
        return self.text


class BrokenTemplate(Exception):
    """The template cannot be rendered; the message names the fault, never a value."""


class _Sandbox(Environment):
    loop_iteration_limit: ClassVar[int | None] = 10_000
    output_stream_limit: ClassVar[int | None] = 500_000
    local_namespace_limit: ClassVar[int | None] = 1_000_000
    context_depth_limit: ClassVar[int] = 20

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        for tag in _FORBIDDEN_TAGS:
            del self.tags[tag]


_environment = _Sandbox(tolerance=Mode.STRICT)


@lru_cache(maxsize=512)
def _compiled(text: str) -> BoundTemplate:
    return _environment.from_string(text)


def problems(text: str) -> list[str]:
    """What would refuse activation: broken syntax, tags or filters that do not exist, variables nobody fills."""
    try:
        template = _compiled(text)
        analysis = template.analyze(include_partials=False)
    except LiquidError as error:
        return [_("The template is broken: {fault}").format(fault=_first_line(error))]
    found = [
        _("The filter “{name}” does not exist.").format(name=name)
        for name in analysis.filters
        if name not in _environment.filters
    ]
    unknown = {
        written: None
        for variables in analysis.globals.values()
        for variable in variables
        if (written := _unknown(variable.segments))
    }
    found += [_("The variable “{name}” does not exist.").format(name=name) for name in unknown]
    if not found:
        try:
            template.render(**nested({name: _example(name) for name in VARIABLES}))
        except LiquidError as error:
            found.append(_("The template is broken: {fault}").format(fault=_first_line(error)))
    return found


def names_variable(text: str, name: str) -> bool:
    """Whether the text reads that variable; False for a broken template, which is refused anyway."""
    try:
        analysis = _compiled(text).analyze(include_partials=False)
    except LiquidError:
        return False
    found = (variable for variables in analysis.globals.values() for variable in variables)
    return any(".".join(str(segment) for segment in variable.segments[:2]) == name for variable in found)


def render(text: str, values: Mapping[str, Any]) -> str:
    """The text with its values. Missing ones are empty. Raises BrokenTemplate."""
    try:
        return _compiled(text).render(**values)
    except LiquidError as error:
        raise BrokenTemplate(type(error).__name__) from error


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """`{"shop.name": x}` as `{"shop": {"name": x}}`, the shape templates read."""
    made: dict[str, Any] = {}
    for name, value in flat.items():
        group, dot, leaf = name.partition(".")
        if dot:
            made.setdefault(group, {})[leaf] = value
        else:
            made[group] = value
    return made


def choose_language(available: Sequence[str], *, wanted: str, fallbacks: Iterable[str]) -> str:
    """The customer's language, else the shop's order, else English, else whatever there is.

    `zh-TW` is satisfied by `zh`. Raises ValueError when nothing is available.
    """
    for language in (wanted, *fallbacks, "en"):
        for candidate in (language, language.partition("-")[0]):
            if candidate and candidate in available:
                return candidate
    if not available:
        raise ValueError("no language is available")
    return available[0]


def _unknown(segments: Sequence[Any]) -> str:
    """The variable as written when nobody fills it, else empty. `customer[x]` cannot be judged and is refused too."""
    words = [str(segment) if isinstance(segment, str) else f"[{segment}]" for segment in segments]
    written = ".".join(words)
    for length in (2, 1):
        name, rest = ".".join(words[:length]), words[length:]
        if name in VARIABLES:
            fine = not rest or (len(rest) == 1 and (rest[0] in _PROPERTIES or (name in _LISTS and rest[0][0] == "[")))
            return "" if fine else written
    return written


def _example(name: str) -> Any:
    if name in _LISTS:
        return [VARIABLES[name]]
    if name.endswith(("_at", "_on")):
        return datetime.fromisoformat(VARIABLES[name])
    return int(VARIABLES[name]) if VARIABLES[name].isdigit() else VARIABLES[name]


def _first_line(error: LiquidError) -> str:
    return str(error.args[0] if error.args else error).splitlines()[0]
