#!/usr/bin/env python3
"""`make screenshots`: pictures of every page in every language, size and theme, from a real shop with the sample data.

They land in var/screenshots (or under CDP_VAR) as <page>/<language>-<size>-<theme>.png, with an index.html to flip
through. What a browser complains about on the way is printed: errors, refused requests, pages wider than the screen,
English left in other languages. The exit code says whether there was any.
"""

import argparse
import html
import itertools
import os
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from tests import running, tour, tour_voices

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "pictures" / "dashboard.png"
LARGEST_PICTURE = 250_000
SIZES = {"phone": (390, 844), "desktop": (1440, 900), "narrow": (360, 740), "wide": (2560, 1300)}
USUAL = ("phone", "desktop")
TALLEST = 6000
THEMES = ("light", "dark")
# The smallest phone and the widest desk: one language each, the one with the longest words there.
EDGES = (("en", "narrow", "light"), ("th", "narrow", "light"), ("en", "wide", "light"))
QUICK = (("en", "desktop", "light"), ("th", "phone", "light"), ("ko", "desktop", "dark"), ("en", "phone", "dark"))
LABELS = """() => [...document.querySelectorAll(
    "h1, h2, h3, th, label, legend, button, .btn, .badge, .empty p, .page-subtitle, .kpi-label, .field-help, .muted"
  )].filter((e) => e.offsetParent && !e.closest("[lang]:not(html), [translate=no], table td, .mono"))
  .map((e) => e.innerText.trim()).filter(Boolean)"""
SENTENCE = re.compile(r"[A-Za-z]{3,} [a-z]{2,}")
"""Two words in a row, the second in lower case: names of shops and products rarely look like that."""

Look = tuple[str, str, str]
"""Language, size, theme."""


class Camera:
    """Goes round, takes pictures, notes what it hears."""

    def __init__(self, folder: Path, looks: Sequence[Look], only: Sequence[str]) -> None:
        self.folder, self.looks, self.only = folder, looks, only
        self.complaints: list[str] = []
        self.taken: dict[str, list[str]] = {}
        self._english: dict[tuple[str, str], set[str]] = {}

    def wanted(self, stops: Iterable[tour.Stop]) -> list[tour.Stop]:
        """Those asked for by a part of their name."""
        return [stop for stop in stops if not self.only or any(word in stop.name for word in self.only)]

    def take(self, guide: tour.Tour, stops: Sequence[tour.Stop]) -> None:
        """Every stop in every look; one browser context per visitor and look."""
        for look in self.looks:
            language, size, theme = look
            for visitor, group in itertools.groupby(sorted(stops, key=lambda s: s.visitor), lambda s: s.visitor):
                width, height = SIZES[size]
                context = guide.context(
                    visitor,
                    viewport={"width": width, "height": height},
                    color_scheme=theme,
                    reduced_motion="reduce",
                )
                context.add_cookies([{"name": "cdp_language", "value": language, "url": guide.shop.url}])
                for stop in group:
                    self._one(context, guide.shop.url, stop, look)
                context.close()
            print(f"{' '.join(look)}: {len(stops)} pages, {len(self.complaints)} complaints so far", flush=True)

    def _one(self, context: BrowserContext, base: str, stop: tour.Stop, look: Look) -> None:
        page = context.new_page()
        heard: list[str] = []
        page.on("console", lambda m: heard.append(f"console: {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda error: heard.append(f"script: {error}"))
        page.on("requestfailed", lambda r: heard.append(f"failed: {r.url} {r.failure}"))
        try:
            answer = page.goto(base + stop.path)
            if answer and answer.status != stop.status:
                heard.append(f"answered {answer.status}, not {stop.status}")
            tour.settle(page)
            if stop.act:
                stop.act(page)
                tour.settle(page)
            self._look_at(page, stop, look, heard)
            path = self.folder / stop.name / f"{'-'.join(look)}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            if stop.name != "search":  # as tall as its content, so that bars fixed to an edge stay at the edge
                height = page.evaluate("document.documentElement.scrollHeight")
                page.set_viewport_size({"width": SIZES[look[1]][0], "height": min(height, TALLEST)})
                tour.settle(page)
            page.screenshot(path=path, animations="disabled")
            self.taken.setdefault(stop.name, []).append(path.name)
        except (BrowserError, AssertionError) as error:
            heard.append(str(error).splitlines()[0])
        # A page that answers 403 or 404 on purpose, and a form with errors, are reported by the browser as failures.
        expected = {
            code for code in ("400", "403", "404", "422") if stop.status == int(code) or (stop.act and code == "422")
        }
        heard = [line for line in heard if not any(f"status of {code}" in line for code in expected)]
        self.complaints += [f"{stop.name} {'-'.join(look)}: {line}" for line in dict.fromkeys(heard)]
        page.close()

    def _look_at(self, page: Page, stop: tour.Stop, look: Look, heard: list[str]) -> None:
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wider > 0:
            heard.append(f"{wider} px wider than the screen")
        language, size, _ = look
        said = {text for text in page.evaluate(LABELS) if SENTENCE.search(text) and "\n" not in text}
        if language == "en":
            self._english[stop.name, size] = said
        elif not stop.name.startswith(("admin", "design")):  # Django's own words; a page for those who build pages
            known = self._english.get((stop.name, size)) or set().union(*self._english.values())
            heard += [f"not translated: {text[:80]}" for text in sorted(said & known)]

    def write_index(self) -> None:
        """All pictures on one page, a row for each page of the product."""
        parts = []
        for name in sorted(p.name for p in self.folder.iterdir() if p.is_dir()):
            shown = sorted(p.name for p in (self.folder / name).glob("*.png"))
            images = "".join(
                f'<a href="{name}/{file}"><img loading="lazy" src="{name}/{file}" alt=""><br>{file[:-4]}</a>'
                for file in shown
            )
            parts.append(f'<section id="{name}"><h2>{html.escape(name)}</h2><div>{images}</div></section>')
        style = (
            "body{font:14px sans-serif;margin:24px}div{display:flex;gap:16px;overflow-x:auto}"
            "img{height:340px;border:1px solid #ccc}a{color:inherit}"
        )
        (self.folder / "index.html").write_text(
            f"<!doctype html><meta charset=utf-8><title>Pictures</title><style>{style}</style>{''.join(parts)}",
            encoding="utf-8",
        )


def looks(languages: Sequence[str], *, quick: bool) -> list[Look]:
    """Which languages, sizes and themes; English first, because the others are compared with it."""
    every = (*itertools.product(("en", "th", "ko"), USUAL, THEMES), *EDGES)
    return [look for look in (QUICK if quick else every) if look[0] in languages]


def dashboard(guide: tour.Tour) -> None:
    """The picture in the README."""
    context = guide.context("owner", viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(guide.shop.url)
    tour.settle(page)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURE, animations="disabled")
    context.close()
    size = PICTURE.stat().st_size
    print(f"{PICTURE.relative_to(ROOT)}: {size:,} bytes")
    if size > LARGEST_PICTURE:
        sys.exit(f"The picture is larger than {LARGEST_PICTURE:,} bytes.")


def desks(guide: tour.Tour) -> None:
    """The pictures of the guide to the counter and the phone, each of somebody with a call behind them."""
    context = guide.context("owner", viewport={"width": 1024, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    for name in ("counter", "phone"):
        page.goto(f"{guide.shop.url}/{name}/")
        page.locator("[data-desk-field]").fill("김")
        page.locator("[data-desk-match]").nth(1).click()
        tour.settle(page)
        page.screenshot(path=PICTURE.with_name(f"{name}.png"), animations="disabled")
    context.close()


def voices(guide: tour.Tour) -> None:
    """The pictures of the guides to surveys and voice."""
    places = tour_voices.prepare(guide.shop)
    context = guide.context("owner", viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    for name, path in {
        "survey-build": tour_voices.SURVEYS["survey-build"],
        "survey-results": tour_voices.SURVEYS["survey-results"],
        "tickets": tour_voices.SURVEYS["tickets"],
        "theme": places["theme"],
    }.items():
        page.goto(guide.shop.url + path)
        tour.settle(page)
        page.screenshot(path=PICTURE.with_name(f"{name}.png"), animations="disabled")
    context.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", default="", help="comma list of parts of page names, such as customer,home")
    parser.add_argument("--langs", default="en,th,ko")
    parser.add_argument("--quick", action="store_true", help="four looks instead of fifteen")
    parser.add_argument("--readme", action="store_true", help="only the pictures in docs/pictures")
    asked = parser.parse_args()
    found = tour.chromium()
    if found is None:
        sys.exit("No Chromium on this machine; on Debian and Ubuntu: apt install chromium")
    folder = Path(os.environ.get("CDP_VAR") or ROOT / "var") / "screenshots"
    words = [word for word in asked.pages.split(",") if word]
    camera = Camera(folder, looks(asked.langs.split(","), quick=asked.quick), words)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=tour.ARGUMENTS)
        with running.shop(sample=True) as shop:
            guide = tour.Tour(shop, browser)
            if asked.readme:
                dashboard(guide)
                desks(guide)
                voices(guide)
                return 0
            guide.prepare()
            camera.take(guide, camera.wanted(guide.stops()))
        if empty := camera.wanted(tour.EMPTY):
            take_empty(camera, browser, empty)
        browser.close()
    camera.write_index()
    print(*camera.complaints, sep="\n")
    print(f"{sum(map(len, camera.taken.values()))} pictures in {folder}, {len(camera.complaints)} complaints")
    return 1 if camera.complaints else 0


def take_empty(camera: Camera, browser: Browser, stops: Sequence[tour.Stop]) -> None:
    """What a shop without anybody shows."""
    with running.shop(sample=False) as shop:
        camera.take(tour.Tour(shop, browser), stops)


if __name__ == "__main__":
    sys.exit(main())
