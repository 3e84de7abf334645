"""The words of an HTML page as somebody reads them. Pure, and linear in the size of the page, however it is broken.

Python's parser of HTML takes quadratic time where nothing closes what is opened, and strangers write these pages.
"""

import html
import re

LONGEST = 1_000_000
_BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol", "hr", "blockquote"})
_HIDDEN = frozenset({"head", "title", "template"})
_RAW = {name: re.compile(rf"</{name}", re.IGNORECASE) for name in ("script", "style")}
_TAG = re.compile(r"(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_OPENS = re.compile(r"<(?=[a-zA-Z/!?])")
_STOP = re.compile(r"""=\s{0,20}(["'])|>""")
_SPACE = re.compile(r"[ \t\r\n\xa0]+")
_HUGE_REFERENCE = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?")


def as_text(page: str) -> str:
    """Blocks become lines, what is not shown is left out, quotes get a mark; broken HTML is read as far as it goes."""
    reader = _Reader(page[:LONGEST])
    reader.read()
    lines = [line.rstrip() for line in "".join(reader.parts).split("\n")]
    kept = [line for place, line in enumerate(lines) if line.strip(" >") or (place and lines[place - 1].strip(" >"))]
    return "\n".join(kept).strip()


class _Reader:
    """Goes through a page once: nothing that was looked for to its end in vain is looked for again."""

    def __init__(self, page: str) -> None:
        self.page = page
        self.parts: list[str] = []
        self.hidden = self.quotes = 0
        self.last = {mark: page.rfind(mark) for mark in "\"'>"}
        self.minds_quotes = True

    def read(self) -> None:
        page, place = self.page, 0
        while opens := _OPENS.search(page, place):
            self._text(page[place : opens.start()])
            place = self._tag(opens.start())
        self._text(page[place:])

    def _tag(self, begin: int) -> int:
        """Read what stands at a "<"; returns where to go on."""
        page = self.page
        if page.startswith("<!--", begin):
            end = page.find("-->", begin + 4)
            return end + 3 if end >= 0 else len(page)
        if self.last[">"] < begin:  # nothing closes any more
            self._text(page[begin:])
            return len(page)
        match = _TAG.match(page, begin + 1)
        end = self._end(begin + 1) + 1
        if match is None:
            return end
        name = match.group(2).lower()
        if not match.group(1) and name in _RAW:
            closing = _RAW[name].search(page, end)
            return closing.start() if closing else len(page)
        self._seen(name, is_end=bool(match.group(1)))
        return end

    def _end(self, place: int) -> int:
        """Where a tag ends: at the first ">" that stands in no quotes, as far as quotes are closed at all."""
        page, begin = self.page, place
        while self.minds_quotes and (stop := _STOP.search(page, place)):
            mark, at = stop.group(1), stop.end() - 1
            if not mark:
                return at
            place = page.find(mark, at + 1) + 1 if self.last[mark] > at else at + 1
        self.minds_quotes = False  # its quotes do not match: from here on they mean nothing
        return page.find(">", begin)

    def _seen(self, name: str, *, is_end: bool) -> None:
        step = -1 if is_end else 1
        if name == "body":
            self.hidden = 0
        elif name in _HIDDEN:
            self.hidden = max(0, self.hidden + step)
        elif name == "blockquote":
            self.quotes = max(0, self.quotes + step)
        if name in _BLOCKS:
            self.parts.append("\n" + "> " * min(self.quotes, 3))

    def _text(self, raw: str) -> None:
        """What is shown."""
        if not raw or self.hidden:
            return
        # A number that is no letter's: Python's own reader of references refuses to count so far.
        text = _SPACE.sub(" ", html.unescape(_HUGE_REFERENCE.sub("\ufffd", raw)))
        if text.strip() or (self.parts and not self.parts[-1].endswith("\n")):
            begins = not self.parts or self.parts[-1].endswith(("\n", "> "))
            self.parts.append(text.lstrip() if begins else text)
