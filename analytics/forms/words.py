"""A rule in the reader's words: for the page of a segment, and for why somebody is in it or not."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.forms import choices
from analytics.forms.choices import Names
from analytics.rules import tree
from analytics.rules.compiler import subject
from analytics.rules.fields import WITHOUT_VALUE, Subject, Type
from analytics.selectors import answered
from analytics.selectors.audiences import Verdict
from cdp.core import written_dates


@dataclass(frozen=True)
class Line:
    """A sentence, or the head of a group with its parts. `is_met` and `found` are set where somebody was judged."""

    text: str
    parts: tuple["Line", ...] = ()
    is_group: bool = False
    is_met: bool | None = None
    found: str = ""


def of_rule(rule: tree.Rule, names: Names) -> Line:
    """The whole rule."""
    return _line(rule, names, None)


def of_verdict(verdict: Verdict, names: Names) -> Line:
    """The whole rule with what was found for one person."""
    return _line(verdict.rule, names, verdict)


def _line(rule: tree.Rule, names: Names, verdict: Verdict | None) -> Line:
    is_met = verdict.is_met if verdict else None
    match rule:
        case tree.All(rules=()):
            return Line(_("Everybody"), is_met=is_met)
        case tree.All(rules=inner):
            return Line(str(choices.GROUPS["all"]), _parts(inner, names, verdict), is_group=True, is_met=is_met)
        case tree.Any(rules=inner):
            return Line(str(choices.GROUPS["any"]), _parts(inner, names, verdict), is_group=True, is_met=is_met)
        case tree.Not(rule=tree.Member(segment=key)):
            text = _("Is not in the segment “{name}”").format(name=names.segments.get(key, key))
            return Line(text, is_met=is_met)
        case tree.Not(rule=tree.Any(rules=inner)):
            inside = verdict.parts[0] if verdict else None
            return Line(str(choices.GROUPS["none"]), _parts(inner, names, inside), is_group=True, is_met=is_met)
        case tree.Not(rule=inside):
            return Line(str(choices.GROUPS["none"]), _parts([inside], names, verdict), is_group=True, is_met=is_met)
    return Line(_leaf(rule, names), is_met=is_met, found=_found(rule, verdict, names))


def _parts(rules: Iterable[tree.Rule], names: Names, verdict: Verdict | None) -> tuple[Line, ...]:
    judged: Iterable[Verdict | None] = verdict.parts if verdict else [None] * len(list(rules))
    return tuple(_line(rule, names, part) for rule, part in zip(rules, judged, strict=True))


def _leaf(rule: tree.Leaf, names: Names) -> str:
    match rule:
        case tree.Compared():
            return _compared(rule, names)
        case tree.Consented(purpose=purpose, channel=channel, is_granted=is_granted):
            text = _("Allows {purpose} ({channel})") if is_granted else _("Has not allowed {purpose} ({channel})")
            return text.format(
                purpose=names.purposes.get(purpose, purpose), channel=names.channels.get(channel, channel)
            )
        case tree.Member(segment=key):
            return _("Is in the segment “{name}”").format(name=names.segments.get(key, key))
        case tree.Ordered():
            return _ordered(rule)
        case tree.Did():
            return _did(rule)
        case tree.Answered():
            return _answered(rule)


def _compared(rule: tree.Compared, names: Names) -> str:
    about = subject(rule)
    said = choices.operator(about, rule.op)
    if rule.op in WITHOUT_VALUE:
        return f"{about.label} {said}"
    # “Province is Bangkok”, but “Orders: at least 3”.
    is_word = about.type in {Type.TEXT, Type.CODE, Type.LIST}
    text = _("{what} {how} {value}") if is_word else _("{what}: {how} {value}")
    if rule.op == "between" and isinstance(rule.value, tuple):
        low, high = (value(about, item, names) for item in rule.value)
        return text.format(what=about.label, how=said, value=_("{low} and {high}").format(low=low, high=high))
    listed = rule.value if isinstance(rule.value, tuple) else (rule.value,)
    return text.format(what=about.label, how=said, value=", ".join(value(about, item, names) for item in listed))


def value(about: Subject, item: Any, names: Names) -> str:
    """One value of a field or metric as people read it."""
    known = names.of(about.key).get(str(item))
    if known:
        return str(known)
    if isinstance(item, dt.datetime):
        return written_dates.moment(item.astimezone(ZoneInfo(settings.TIME_ZONE)) if item.tzinfo else item)
    if isinstance(item, dt.date):
        return written_dates.whole(item)
    if isinstance(item, Decimal | int):
        whole = item == int(item)
        shown = number_format(int(item) if whole else item, force_grouping=True)
        return f"{shown} {settings.CDP_CURRENCY}" if about.type is Type.NUMBER else shown
    return f"“{item}”"


def _ordered(rule: tree.Ordered) -> str:
    what = [rule.product, rule.category and _("category {name}").format(name=rule.category)]
    what.append(rule.sku and _("SKU {sku}").format(sku=rule.sku))
    about = ", ".join(part for part in what if part)
    text = _("Has ordered “{what}”").format(what=about) if about else _("Has ordered")
    return f"{text} {_times(rule.count)}{_within(rule.within_days)}"


def _did(rule: tree.Did) -> str:
    text = _("Has done “{event}”").format(event=rule.event)
    if rule.where:
        text += " (" + ", ".join(f"{name} = {found}" for name, found in rule.where) + ")"
    return f"{text} {_times(rule.count)}{_within(rule.within_days)}"


def _answered(rule: tree.Answered) -> str:
    asked = answered.name(rule.survey, rule.question) + (f" ({rule.line})" if rule.line else "")
    if rule.op in WITHOUT_VALUE:
        return (_("Answered “{question}”") if rule.op == "is_set" else _("Never answered “{question}”")).format(
            question=asked
        )
    listed = rule.value if isinstance(rule.value, tuple) else (rule.value,)
    told = ", ".join(number_format(one) if isinstance(one, Decimal) else str(one) for one in listed)
    how = choices.answer_operator(rule.op)
    return _("Answered “{question}”: {how} {value}").format(question=asked, how=how, value=told)


def _times(count: tree.Count) -> str:
    words = ngettext("{how} {count} time", "{how} {count} times", count.value)
    return words.format(how=choices.COUNTS[count.op], count=count.value)


def _within(days: int | None) -> str:
    if days is None:
        return ""
    return " " + ngettext("in the last {days} day", "in the last {days} days", days).format(days=days)


def _found(rule: tree.Leaf, verdict: Verdict | None, names: Names) -> str:
    """What the judged person has, where it may be said: fields and metrics."""
    if verdict is None or not isinstance(rule, tree.Compared):
        return ""
    about, found = subject(rule), verdict.found
    if found in (None, "", []):
        return _("not known")
    if about.type is Type.MAPPING:
        return ""
    items = found if isinstance(found, list) else [found]
    return ", ".join(value(about, item, names).strip("“”") for item in items)
