"""The smallest pieces of HTML that tags and other modules of the house build on."""

import itertools
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.template import TemplateSyntaxError
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

ICON_LIST = Path(__file__).resolve().parent / "icons.txt"
PUBLIC_ICONS = ICON_LIST.with_name("icons-public.txt")
_ids = itertools.count(1)


@cache
def icon_names() -> frozenset[str]:
    """The icons of the sprite, by our names and by Tabler's."""
    lines = ICON_LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(name for line in lines if line and not line.startswith("#") for name in line.split("="))


@cache
def public_icon_names() -> frozenset[str]:
    """Those that stand in the small sprite of pages for customers."""
    return frozenset(
        line for line in PUBLIC_ICONS.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
    )


def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """An icon of the sprite. Without `label` it is decoration; `size` is sm, lg or xl."""
    return _drawn(name, size, format_html('role="img" aria-label="{}"', label)) if label else _decoration(name, size)


@lru_cache(maxsize=512)
def _decoration(name: str, size: str) -> SafeString:
    # A page shows some hundred of them; addresses of static files do not change while a process lives.
    return _drawn(name, size, mark_safe('aria-hidden="true"'))


def _drawn(name: str, size: str, role: SafeString) -> SafeString:
    if name not in icon_names():
        raise TemplateSyntaxError(f"icon {name!r} is not in cdp/web/icons.txt")
    classes = f"icon icon-{size}" if size else "icon"
    sprite = static("vendor/icons-public.svg" if name in public_icon_names() else "vendor/icons.svg")
    return format_html('<svg class="{}" {}><use href="{}#{}"></use></svg>', classes, role, sprite, name)


def attributes(extra: Mapping[str, Any]) -> SafeString:
    """Keyword arguments as HTML attributes: `hx_get="/x"` is `hx-get="/x"`, True a bare attribute; None, False and
    the empty text give none.
    """
    pairs = [(name.strip("_").replace("_", "-"), value) for name, value in extra.items()]
    shown = [(name, value) for name, value in pairs if value is not None and value is not False and value != ""]
    return format_html_join(
        "",
        "{}",
        [
            (format_html(" {}", name) if value is True else format_html(' {}="{}"', name, value),)
            for name, value in shown
        ],
    )


def next_id(prefix: str) -> str:
    """An element id that no other component on the page has."""
    return f"{prefix}-{next(_ids)}"
