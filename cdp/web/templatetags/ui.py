"""The components of the design language as template tags. `docs/design-language.md` shows each with its parameters;
`/design/` shows each on the screen. Markup lives in templates/components/, thinking in `cdp.web`'s modules.
"""

import datetime as dt
import itertools
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.forms import BoundField, widgets
from django.template import loader
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from cdp.core import sources
from cdp.web import charts, formats, initials, markup, vocabulary
from customers.selectors.profiles import Profile

register = template.Library()

# --- Small things -----------------------------------------------------------------------------------------------
register.simple_tag(markup.icon, name="icon")


@register.simple_tag
def button(
    label: str = "",
    *,
    kind: str = "",
    icon: str = "",
    href: str = "",
    size: str = "",
    type: str = "",
    icon_only: bool = False,
    **extra: Any,
) -> SafeString:
    """A button, or a link that looks like one when `href` is given. `kind`: primary, danger, quiet, link, or none;
    `size`: sm, lg; `icon_end` stands behind the text. Everything else becomes an attribute.
    """
    icon_end = extra.pop("icon_end", "")
    own_class = extra.pop("class", "")
    names = [f"btn-{part}" for part in (kind, size, "icon" if icon_only else "") if part]
    classes = " ".join(["btn", *names, own_class]).strip()
    if icon_only:
        extra.setdefault("title", label)
    content = format_html(
        "{}<span{}>{}</span>{}",
        markup.icon(icon) if icon else "",
        mark_safe(' class="visually-hidden"') if icon_only else "",
        label,
        markup.icon(icon_end) if icon_end else "",
    )
    if href:
        return format_html('<a class="{}" href="{}"{}>{}</a>', classes, href, markup.attributes(extra), content)
    opens_dialog = extra.get("data_dialog_open") or extra.get("data_dialog_close")
    kind_of = type or ("submit" if kind == "primary" and not opens_dialog else "button")
    return format_html(
        '<button class="{}" type="{}"{}>{}</button>', classes, kind_of, markup.attributes(extra), content
    )


@register.simple_tag
def badge(text: str, tone: str = "", *, icon: str = "", dot: bool = False) -> SafeString:
    """A small label. `tone`: accent, success, warning, danger, info."""
    classes = "badge" + (f" badge-{tone}" if tone and tone != "neutral" else "") + (" badge-dotted" if dot else "")
    return format_html('<span class="{}">{}{}</span>', classes, markup.icon(icon) if icon else "", text)


@register.simple_tag
def status(code: str, label: str = "", *, plain: bool = False) -> SafeString:
    """A state in its fixed tone and word (`cdp.web.vocabulary`); `plain` is a dot and text without the pill."""
    look = vocabulary.status(str(code))
    text = label or look.label
    if plain:
        return format_html('<span class="status-dot status-dot-{}">{}</span>', look.tone, text)
    return badge(str(text), tone=look.tone, dot=True)


@register.simple_tag(takes_context=True)
def called(context: Context, person: Profile | None) -> str:
    """What a person is called on a page: by name; who has none by their social account, which whoever sees ways of
    contact masked sees masked.
    """
    if person is None or not (told := person.called(in_full=_sees_contacts(context))):
        return format_html('<span class="absent">{}</span>', gettext("No name yet"))
    return told


def _sees_contacts(context: Context) -> bool:
    user = getattr(context.get("request"), "user", None)
    return bool(user and user.is_authenticated and user.can("customers.reveal"))


@register.simple_tag
def avatar(person: str | Profile | None, seed: Any = "", size: str = "") -> SafeString:
    """Initials on a colour that stays the person's. It repeats the name beside it, so screen readers skip it."""
    name = person.called(in_full=False) if isinstance(person, Profile) else person or ""
    classes = f"avatar avatar-{initials.colour(str(seed or name))}" + (f" avatar-{size}" if size else "")
    return format_html('<span class="{}" aria-hidden="true">{}</span>', classes, initials.of(str(name)))


@register.simple_tag
def when(value: dt.datetime | dt.date | None, now: dt.datetime | None = None) -> SafeString:
    """A relative time; the exact one on hover and for screen readers."""
    if value is None:
        return format_html('<span class="absent">{}</span>', formats.NOTHING)
    if not isinstance(value, dt.datetime):
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.day(value))
    exact = formats.moment(value)
    return format_html(
        '<time datetime="{}" title="{}">{}<span class="visually-hidden"> ({})</span></time>',
        value.isoformat(),
        exact,
        formats.ago(value, now or timezone.now()),
        exact,
    )


@register.inclusion_tag("components/copy.html")
def copy(value: Any, label: str = "") -> dict[str, Any]:
    """A value with a button that copies it; `label` says what it is."""
    return {"value": value, "label": label}


@register.inclusion_tag("components/help.html")
def help(text: str) -> dict[str, Any]:
    """A question mark that explains: works on hover, touch and by keyboard."""
    return {"text": text, "id": markup.next_id("help")}


# --- Numbers ----------------------------------------------------------------------------------------------------
register.filter("number", formats.number)
register.filter("compact", formats.compact)
register.filter("percent", formats.percent)
register.filter("money", formats.money)
register.filter("day", formats.day)
register.filter("moment", formats.moment)
register.filter("minute", formats.minute)
register.filter("day_full", formats.day_full)
register.filter("minute_full", formats.minute_full)
register.filter("month_name", formats.month_name)
register.filter("month_of", formats.month_of)
register.filter("clock", formats.clock)
register.filter("clock_exact", formats.clock_exact)


@register.filter
def named(key: str, names: Mapping[str, str]) -> str:
    """What staff call it: `row.source|named:source_names`; what has no name is shown as it is."""
    return sources.name_in(names, str(key))


@register.filter
def money_round(value: Any, currency: str) -> str:
    """Money without decimals, for key numbers."""
    return formats.money(value, currency, 0)


@register.simple_tag
def sparkline(values: list[float] | None, label: str = "") -> SafeString:
    """A small trend; `label` tells screen readers what it shows."""
    line, area = charts.sparkline([float(value) for value in values or []])
    if not line:
        return SafeString()
    role = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="sparkline" viewBox="0 0 96 28" preserveAspectRatio="none" {}><path class="area" d="{}"/>'
        '<path d="{}"/></svg>',
        role,
        area,
        line,
    )


@register.inclusion_tag("components/kpi.html")
def kpi(label: str, value: Any, **extra: Any) -> dict[str, Any]:
    """A key number. `delta` is a share such as 0.12; `good="down"` where less is better; `note`, `spark`, `href`,
    `help`.
    """
    delta = extra.get("delta")
    if delta is not None:
        rising = float(delta) > 0
        good = rising == (extra.get("good") != "down")
        extra["delta_tone"] = "" if not float(delta) else ("success" if good else "danger")
        extra["delta_icon"] = "minus" if not float(delta) else ("arrow-up-right" if rising else "arrow-down-right")
        extra["delta_text"] = formats.percent(abs(float(delta)), 1)
        extra["rising"] = rising
    return {"label": label, "value": value, **extra}


# --- Blocks -----------------------------------------------------------------------------------------------------
def _block(name: str, content: str, values: Mapping[str, Any]) -> SafeString:
    return loader.render_to_string(f"components/{name}.html", {**values, "content": mark_safe(content)})  # noqa: S308 - rendered by the template engine


@register.simple_block_tag
def card(content: str, title: str = "", **extra: Any) -> SafeString:
    """A bordered part of a page. `text`, `action_url` and `action_label`, `flush` for tables, `id`, `class`."""
    return _block("card", content, {"title": title, "extra_class": extra.pop("class", ""), **extra})


@register.simple_block_tag
def callout(content: str, tone: str = "info", icon: str = "", **extra: Any) -> SafeString:
    """A message inside the page. `tone`: info, success, warning, danger; `title`."""
    return _block("callout", content, {"tone": tone, "icon": icon or tone, **extra})


@register.simple_block_tag
def dialog(content: str, id: str, title: str, **extra: Any) -> SafeString:
    """A native dialog, opened by `data-dialog-open="id"`. `wide`, `text`. Its footer is the element with
    class `dialog-foot` inside.
    """
    return _block("dialog", content, {"id": id, "title": title, **extra})


@register.simple_block_tag
def menu(content: str, label: str, **extra: Any) -> SafeString:
    """A button that opens a list of `menu_item`s. `icon`, `kind`, `size`, `icon_only`, `wide`."""
    values = {"icon": "", "kind": "", "size": "", "icon_only": False, **extra}
    return _block("menu", content, {"id": extra.get("id") or markup.next_id("menu"), "label": label, **values})


@register.simple_tag
def menu_item(label: str, href: str = "", icon: str = "", tone: str = "", **extra: Any) -> SafeString:
    """A line of a menu: a link with `href`, else a button (give it `hx_post`, `data_dialog_open`, `form` …)."""
    classes = "menu-item" + (f" menu-item-{tone}" if tone else "")
    content = format_html("{}<span>{}</span>", markup.icon(icon) if icon else "", label)
    if href:
        return format_html('<a class="{}" href="{}"{}>{}</a>', classes, href, markup.attributes(extra), content)
    kind_of = extra.pop("type", "button")
    return format_html(
        '<button class="{}" type="{}"{}>{}</button>', classes, kind_of, markup.attributes(extra), content
    )


@register.inclusion_tag("components/empty_state.html")
def empty_state(icon: str, title: str, text: str = "", **extra: Any) -> dict[str, Any]:
    """What to do when there is nothing yet: `action_label` with `action_url`; `small` inside a card."""
    return {"icon": icon, "title": title, "text": text, **extra}


@register.inclusion_tag("components/skeleton.html")
def skeleton(kind: str = "rows", count: int = 5) -> dict[str, Any]:
    """A quiet shape while a part loads. `kind`: rows, text, chart, kpis."""
    return {"kind": kind, "range": range(count)}


@register.inclusion_tag("components/progress.html")
def progress(value: float | None = None, max: float = 100, label: str = "", tone: str = "") -> dict[str, Any]:
    """A bar; without `value` it only says that work goes on."""
    return {"value": value, "max": max or 100, "label": label, "tone": tone}


@register.inclusion_tag("components/job.html")
def job(job: Any, href: str = "") -> dict[str, Any]:
    """A line of the jobs tray: needs `title, state, done, total` and, where known, `error`, `finished_at`,
    `seconds_left`.
    """
    return {"job": job, "href": href}


# --- Lists ------------------------------------------------------------------------------------------------------
@register.inclusion_tag("components/tabs.html")
def tabs(items: Iterable[Mapping[str, Any]], label: str) -> dict[str, Any]:
    """Links that look like tabs: `{url, label, active, count}`; `label` names the group."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/segmented.html")
def segmented(items: Iterable[Mapping[str, Any]], label: str, name: str = "") -> dict[str, Any]:
    """A choice of a few. With `name`, radio buttons `{value, label, active}`; else links `{url, label, active}`."""
    return {"items": items, "label": label, "name": name}


@register.inclusion_tag("components/chips.html")
def chips(items: Iterable[Mapping[str, Any]], clear_url: str = "", label: str = "") -> dict[str, Any]:
    """Filters in force: `{label, value, remove_url}`; `clear_url` removes them all."""
    return {"items": list(items), "clear_url": clear_url, "label": label}


@register.inclusion_tag("components/search_field.html")
def search_field(name: str = "q", value: str = "", label: str = "", **extra: Any) -> dict[str, Any]:
    """A search box. With `hx_get` or `hx_post` (for personal data) and `hx_target` it searches while one types; else it
    belongs to the form around.
    """
    return {
        "name": name,
        "value": value or "",
        "label": label,
        "attributes": markup.attributes(extra),
        "live": "hx_get" in extra or "hx_post" in extra,
    }


@register.inclusion_tag("components/steps.html")
def steps(items: Iterable[str], current: int) -> dict[str, Any]:
    """Where one stands in a short sequence; `current` counts from 1."""
    return {"items": items, "current": current}


@register.simple_tag(takes_context=True)
def sort_header(context: Context, label: str, key: str, current: str = "", *, numeric: bool = False) -> SafeString:
    """A column head that sorts: links to `?sort=key` (`-key` when it is already up). `current` is the sort in force."""
    request = context["request"]
    up, down = current == key, current == f"-{key}"
    query = request.GET.copy()
    query["sort"] = f"-{key}" if up else key
    query.pop("cursor", None)
    state = "ascending" if up else "descending"
    return format_html(
        '<th scope="col"{}{}><a href="?{}">{}{}</a></th>',
        mark_safe(' class="num"') if numeric else "",
        format_html(' aria-sort="{}"', state) if up or down else "",
        query.urlencode(),
        label,
        markup.icon("chevron-up" if up else "chevron-down", "sm") if up or down else "",
    )


@register.inclusion_tag("components/pager.html")
def pager(newer_url: str = "", older_url: str = "", text: str = "", *, order: str = "") -> dict[str, Any]:
    """Cursor pages; `text` says what is shown ("50 of 2,000 customers"). A list that goes by something else than time
    says so by `order`: its pages are the ones before and after.
    """
    by_time = order in {"", "joined"}
    return {"newer_url": newer_url, "older_url": older_url, "text": text, "by_time": by_time}


@register.inclusion_tag("components/facts.html")
def facts(items: Iterable[tuple[str, Any]], *, stacked: bool = False) -> dict[str, Any]:
    """Pairs of name and value; a value of None or "" is shown as missing."""
    return {"items": items, "stacked": stacked}


@register.inclusion_tag("components/timeline.html")
def timeline(entries: Iterable[Any], empty: str = "") -> dict[str, Any]:
    """Entries (newest first) grouped by day: `at, kind, title` and, where known, `text, source, actor, url, icon,
    tone`. Dicts and objects both do.
    """
    today = timezone.localdate()
    shown = [_entry(entry) for entry in entries]
    days = [
        {"heading": formats.day_heading(on, today), "entries": list(group)}
        for on, group in itertools.groupby(shown, key=lambda entry: timezone.localtime(entry["at"]).date())
    ]
    return {"days": days, "empty": empty}


def _entry(entry: Any) -> dict[str, Any]:
    names = ("at", "kind", "title", "text", "source", "actor", "url", "icon", "tone", "html")
    is_mapping = isinstance(entry, Mapping)
    values: dict[str, Any] = {name: entry.get(name) if is_mapping else getattr(entry, name, None) for name in names}
    at: dt.datetime = values["at"]
    kind_icon, kind_tone = vocabulary.timeline(str(values["kind"]))
    return {
        **values,
        # Rooms name icons freely; a name the sprite lacks must not cost the page.
        "icon": values["icon"] if values["icon"] in markup.icon_names() else kind_icon,
        "tone": values["tone"] or kind_tone,
        "clock": formats.clock(at),
        "exact": formats.moment(at),
    }


@register.inclusion_tag("components/consent_matrix.html")
def consent_matrix(rows: Iterable[Mapping[str, Any]], channels: Iterable[str], caption: str = "") -> dict[str, Any]:
    """Purposes by channels. A row is `{"purpose": text, "cells": [{"status", "at", "url"}, …]}` with one cell per
    channel; status is granted, denied, withdrawn, pending, none or unneeded. A row that needs no consent at all says so
    in one cell.
    """
    marks = {"granted": "check", "allowed": "check", "denied": "x", "withdrawn": "x", "pending": "clock"}
    shown = [
        {
            "purpose": row["purpose"],
            "words": vocabulary.status("unneeded").label
            if all(cell["status"] == "unneeded" for cell in row["cells"])
            else "",
            "cells": [
                {
                    **cell,
                    "icon": marks.get(cell["status"], "minus"),
                    "label": vocabulary.status(cell["status"]).label,
                    "look": {"allowed": "granted", "withdrawn": "denied", "unneeded": "none"}.get(
                        cell["status"], cell["status"]
                    ),
                    "exact": formats.minute(cell["at"]) if cell.get("at") else "",
                }
                for cell in row["cells"]
            ],
        }
        for row in rows
    ]
    return {"rows": shown, "channels": channels, "caption": caption}


@register.inclusion_tag("components/chart.html")
def chart(spec: Mapping[str, Any], id: str, title: str = "", text: str = "", height: str = "") -> dict[str, Any]:
    """A chart with its table. `spec` as in `cdp.web.charts`; `title` says the finding; `height`: short, tall."""
    data = dict(spec)
    charts.check(data)
    return {"spec": data, "id": id, "title": title, "text": text, "height": height, "table": charts.table(data)}


@register.filter
def chart_data(spec: Mapping[str, Any]) -> str:
    """The spec as JSON, for an attribute of its chart: htmx drops script blocks, also those of data, from what it swaps
    in (`allowScriptTags` is off), and a chart that came so would have nothing to draw.
    """
    return json.dumps(spec, cls=DjangoJSONEncoder, ensure_ascii=False)


# --- Forms -------------------------------------------------------------------------------------------------------
@register.filter
def words(text: str) -> list[str]:
    """The parts of a text between spaces, for short fixed lists in templates."""
    return str(text).split()


def _kind(field: BoundField) -> str:
    widget = field.field.widget
    if isinstance(widget, widgets.CheckboxInput):
        return "switch" if widget.attrs.get("data-switch") else "check"
    if isinstance(widget, widgets.RadioSelect | widgets.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, widgets.Select):
        return "select"
    return "text"


@register.filter
def widget_kind(field: BoundField) -> str:
    """How a form field is laid out: check, switch, choices, select or text."""
    return _kind(field)


@register.simple_tag
def widget(field: BoundField) -> SafeString:
    """The field's control alone, with the classes of the design language."""
    own = str(field.field.widget.attrs.get("class", ""))
    classes = {"select": "form-select", "text": "form-control"}.get(_kind(field), "")
    joined = f"{classes} {own}".strip()
    return field.as_widget(attrs={"class": joined} if joined else {})


@register.inclusion_tag("components/field.html")
def field(field: BoundField, *, label: str = "", optional: bool | None = None) -> dict[str, Any]:
    """A form field: label, control, help, errors. `optional=False` hides the word "optional" (filter forms)."""
    return {"field": field, "label": label, "hide_optional": optional is False}


@register.filter
def shows_optional(field: BoundField) -> bool:
    """Whether to write "optional" beside the label: only where other fields of the form must be filled in."""
    return not field.field.required and any(other.required for other in field.form.fields.values())
