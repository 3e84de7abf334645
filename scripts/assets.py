#!/usr/bin/env python3
"""Copies what the browser needs out of node_modules into static/vendor/ (git-ignored). Standard library only.

Run after `npm ci --ignore-scripts`; a second run with nothing changed does nothing. Few files come out, because every
one of them is hashed and compressed by collectstatic:

    tabler.css            Tabler without the parts we do not use, in a cascade layer, so that our rules always win
    fonts.css, fonts/     IBM Plex Sans (Latin), IBM Plex Sans Thai, Noto Sans KR (staff pages)
    fonts-public.css      the same without Korean: every phone sold in Korea has a good Korean font
    icons.svg             a sprite of the icons listed in cdp/web/icons.txt
    icons-public.svg      those of them that pages for customers use, a twentieth of its size
    echarts.min.js        charts, loaded only by pages that have one
    dev/axe.min.js        accessibility checks in the browser tests; never referenced by a page
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
ICON_LIST = ROOT / "cdp" / "web" / "icons.txt"
PUBLIC_ICONS = ROOT / "cdp" / "web" / "icons-public.txt"

# Class-name beginnings of the parts of Tabler we do not use: its own shell, widgets of other libraries, brand colours.
# Measured: 635 KB before, under half of it after; a selector naming any of these is dropped.
UNUSED = (
    "accordion|ag-|apexcharts|audioplayer|bs-stepper|calendar|carousel|chart-|chatbubble|chat-|countup|"
    "divide-|drop-|dropzone|dz-|fc-|flag|form-colorinput|form-fieldset|form-imagecheck|fs-lightbox|fslightbox|"
    "gallery|gu-|hljs|icon-animate|img-responsive-|jvm-|layout-|legend|lightbox|litepicker|markdown|mention|"
    "modal|nav-segmented|navbar|noUi-|offcanvas|otp|page-loader|page-wrapper|payment|placeholder|plyr|popover|"
    "ribbon|signal|signature|social|sortable|sparkline|steps|step-|stepper|strength|switch-icon|theme-|timeline|"
    "toast|tom-|tooltip|tox|tracking|trending|ts-|typed|vc-|wizard|"
    "list-timeline|list-separators|datagrid|empty|status|steps|avatar|breadcrumb|pagination|progress|spinner|tag|"
    "page-body|page-header|page-title|page-pretitle|page-link|page-item|page-cover|page-center|page-tabs|"
    "bs-|settings|trigger|chip|kbd|hr-text|"
    "(?:bg|btn|text|link|border|table|alert|list-group-item)-(?:outline-|ghost-|soft-|gradient-)?"
    "(?:x|facebook|twitter|linkedin|google|youtube|vimeo|dribbble|github|instagram|pinterest|vk|rss|flickr|bitbucket|"
    "tabler|blue|azure|indigo|purple|pink|red|orange|yellow|lime|green|teal|cyan|gray|black|white)(?![a-z])"
)
# Parts of which we have our own by the same name; theirs must not shine through.
REPLACED = "badge|btn|callout|card|chart|form-check|icon|page|prose|strong|toolbar"
UNUSED_SELECTOR = re.compile(
    rf"\.(?:{UNUSED})|\.(?:{REPLACED})(?![a-z])|\[data-vc|\[data-bs-theme-|data-bs-navbar|data-bs-layout|::part"
)

LATIN_SUBSETS = ("latin-ext", "latin")
KEPT_WEIGHTS_THAI = ("400", "500", "600")


def main() -> int:
    if not (MODULES / "@tabler" / "core").is_dir():
        print("node_modules is missing: run `npm ci --ignore-scripts` first", file=sys.stderr)
        return 1
    stamp = VENDOR / ".stamp"
    wanted = _fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        print("assets: up to date")
        return 0
    shutil.rmtree(VENDOR, ignore_errors=True)
    (VENDOR / "fonts").mkdir(parents=True)
    (VENDOR / "dev").mkdir()
    _tabler()
    _fonts()
    _icons()
    _copy(MODULES / "echarts/dist/echarts.min.js", VENDOR / "echarts.min.js")
    if (MODULES / "axe-core").is_dir():  # absent after `npm ci --omit=dev`
        _copy(MODULES / "axe-core/axe.min.js", VENDOR / "dev/axe.min.js")
    stamp.write_text(wanted)
    files = [path for path in VENDOR.rglob("*") if path.is_file()]
    print(f"assets: {len(files)} files, {sum(path.stat().st_size for path in files) / 1e6:.1f} MB in static/vendor")
    return 0


def _fingerprint() -> str:
    """What the output depends on: the lock file, the icon lists, this script, and whether dev packages are there."""
    digest = hashlib.sha256()
    for path in (ROOT / "package-lock.json", ICON_LIST, PUBLIC_ICONS, Path(__file__)):
        digest.update(path.read_bytes())
    digest.update(str((MODULES / "axe-core").is_dir()).encode())
    return digest.hexdigest()


def _copy(source: Path, target: Path) -> None:
    """Copy a script without its source-map comment: the map is not served, and hashed storage would look for it."""
    text = source.read_text(encoding="utf-8")
    target.write_text(re.sub(r"\n?//# sourceMappingURL=\S+", "", text), encoding="utf-8")


def _tabler() -> None:
    text = (MODULES / "@tabler/core/dist/css/tabler.min.css").read_text(encoding="utf-8")
    text = re.sub(r"/\*#\s*sourceMappingURL=.*?\*/", "", text)
    licence = re.search(r"/\*!.*?\*/", text, re.DOTALL)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL).replace('@charset "UTF-8";', "")
    body = "".join(_kept(rule) for rule in _rules(text))
    header = licence.group(0) if licence else ""
    (VENDOR / "tabler.css").write_text(f"{header}\n@layer kit{{{body}}}\n", encoding="utf-8")


def _rules(text: str) -> list[str]:
    """Split a style sheet into its top-level rules; braces inside strings do not count."""
    rules, depth, start, quote, escaped = [], 0, 0, "", False
    for position, char in enumerate(text):
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                rules.append(text[start : position + 1].strip())
                start = position + 1
    return rules


def _kept(rule: str) -> str:
    """The rule without the selectors we do not use; empty when none is left."""
    head, _, rest = rule.partition("{")
    head = head.strip()
    if head.startswith(("@media", "@supports", "@container")):
        inner = "".join(_kept(part) for part in _rules(rest[:-1]))
        return f"{head}{{{inner}}}" if inner else ""
    if head.startswith("@"):
        return rule
    selectors = [part for part in _selectors(head) if not UNUSED_SELECTOR.search(part)]
    return f"{','.join(selectors)}{{{rest}" if selectors else ""


def _selectors(head: str) -> list[str]:
    """Split a selector list at its commas, not at those inside :is(…) or […]."""
    parts, depth, start = [], 0, 0
    for position, char in enumerate(head):
        if char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(head[start:position])
            start = position + 1
    parts.append(head[start:])
    return parts


def _fonts() -> None:
    """Latin and Thai in both sheets, Korean only for staff. The Thai family is limited to Thai code points, so that
    Latin letters and figures always come from the same face.
    """
    plex = MODULES / "@fontsource-variable/ibm-plex-sans"
    faces = [
        _face(block, plex, "IBM Plex Sans")
        for block in _blocks(plex / "wght.css")
        if any(f"plex-sans-{subset}-wght-normal" in block for subset in LATIN_SUBSETS)
    ]
    thai = MODULES / "@fontsource/ibm-plex-sans-thai"
    for weight in KEPT_WEIGHTS_THAI:
        block = next(block for block in _blocks(thai / f"{weight}.css") if "thai-thai-" in block)
        if "unicode-range" not in block:
            block = block.replace("}", "  unicode-range: U+0E00-0E7F,U+200C-200D,U+25CC;\n}")
        faces.append(_face(block, thai, "IBM Plex Sans Thai"))
    (VENDOR / "fonts-public.css").write_text("".join(faces), encoding="utf-8")
    korean = MODULES / "@fontsource-variable/noto-sans-kr"
    faces += [
        _face(block, korean, "Noto Sans KR")
        for block in _blocks(korean / "wght.css")
        if re.search(r"noto-sans-kr-(?:\d+|korean)-wght", block)
    ]
    (VENDOR / "fonts.css").write_text("".join(faces), encoding="utf-8")


def _blocks(sheet: Path) -> list[str]:
    return re.findall(r"@font-face\s*\{[^}]*\}", sheet.read_text(encoding="utf-8"))


def _face(block: str, package: Path, family: str) -> str:
    """One @font-face on one line, its file copied, old formats dropped."""
    found = re.search(r"url\(\./files/([^)]+\.woff2)\)", block)
    if found is None:
        message = f"no woff2 in {package.name}"
        raise RuntimeError(message)
    shutil.copyfile(package / "files" / found.group(1), VENDOR / "fonts" / found.group(1))
    block = re.sub(r"src:[^;]+;", f"src:url(fonts/{found.group(1)}) format('woff2');", block)
    block = re.sub(r"font-family:[^;]+;", f"font-family:'{family}';", block)
    return re.sub(r"\s+", " ", block) + "\n"


def _icons() -> None:
    """One symbol a name; an alias (`campaigns=send`) can be used by both its names."""
    symbols: dict[str, str] = {}
    for line in ICON_LIST.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            source = line.rpartition("=")[2]
            for name in line.split("="):
                symbols[name] = _symbol(name, source)
    listed = PUBLIC_ICONS.read_text(encoding="utf-8").splitlines()
    public = [line for line in listed if line and not line.startswith("#")]
    for file, names in (("icons.svg", symbols), ("icons-public.svg", public)):
        sprite = f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols[name] for name in names)}</svg>'
        (VENDOR / file).write_text(sprite, encoding="utf-8")


def _symbol(name: str, source: str) -> str:
    path = MODULES / "@tabler/icons/icons" / (source if "/" in source else f"outline/{source}")
    svg = path.with_suffix(".svg").read_text(encoding="utf-8")
    inner = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    inner = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>', "", inner)
    inner = re.sub(r"\s+", " ", inner).replace(" />", "/>").replace("> <", "><").strip()
    paint = 'fill="currentColor"' if source.startswith("filled/") else 'fill="none" stroke="currentColor"'
    return (
        f'<symbol id="{name}" viewBox="0 0 24 24" {paint} stroke-linecap="round" stroke-linejoin="round">'
        f"{inner}</symbol>"
    )


if __name__ == "__main__":
    sys.exit(main())
