"""The few marks a message body may carry, as HTML for mail programs and as plain text.

A blank line parts paragraphs; `# ` begins a heading, `- ` a list item; `**bold**`, `[words](https://…)` and bare
addresses work inside a line; a link alone in its paragraph becomes a button. Everything else is text, so nothing a
customer typed into a form can become HTML. Values of customers are shielded before they enter a template: a name such
as `[Click](https://evil.example)` stays the odd name it is.
"""

import html
import re

# Marks of customer values are moved here (a private plane) while marks are read, and back afterwards.
_PLANE = 0xF0000
_MARKS = "*[]()#:-`_"
_SHIELD = {ord(mark): chr(_PLANE + ord(mark)) for mark in _MARKS}
_UNSHIELD = {_PLANE + ord(mark): mark for mark in _MARKS}
_SPACE = re.compile(r"\s+")
# Control characters, marks that turn the writing direction, and the plane itself.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\U000f0000-\U000ffffd]"
)

_EMPTY_LINK = re.compile(r"\[[^\[\]\n]{0,300}\]\([ \t]{0,9}\)")
_LINK = re.compile(
    r"\[([^\[\]\n]+)\]\(((?:https?://|mailto:|tel:)[^\s()<>]+)\)"
    r"|(https?://[^\s<>()\"']+[^\s<>()\"'.,;:!?])"
)
_BUTTON = re.compile(r"\[([^\[\]\n]+)\]\((https?://[^\s()<>]+)\)")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_ITEM = re.compile(r"[-*] +")
_HEADING = re.compile(r"#{1,3} +")
_TAG = re.compile(
    r"</?(p|div|br|a|html|body|table|span|strong|b|i|h[1-6]|ul|li|img|style|script)\b[^>]*>", re.IGNORECASE
)

# Mail programs ignore style sheets in many places, so the styles stand at the elements.
_INK = "#14211e"
STYLES = {
    "p": f"margin:0 0 16px;color:{_INK};font-size:16px;line-height:1.6;",
    "h": f"margin:8px 0 12px;color:{_INK};font-size:20px;line-height:1.35;font-weight:600;",
    "ul": "margin:0 0 16px;padding:0 0 0 20px;",
    "li": f"margin:0 0 6px;color:{_INK};font-size:16px;line-height:1.6;",
    "a": "color:#0d6b61;text-decoration:underline;",
    "button": "display:inline-block;padding:12px 22px;border-radius:8px;background:#0d6b61;color:#ffffff;"
    "font-size:16px;font-weight:600;line-height:1.25;text-decoration:none;",
}


def shield(value: str) -> str:
    """A customer's value on its way into a template: one line, no control characters, its marks made harmless."""
    return _SPACE.sub(" ", _CONTROL.sub("", value)).strip().translate(_SHIELD)


def without_empty_links(text: str) -> str:
    """The text without links that lead nowhere, words and all: `[Visit the shop]()` while the shop has no address."""
    return _EMPTY_LINK.sub("", text)


def unshield(text: str) -> str:
    """The marks of customer values put back."""
    return text.translate(_UNSHIELD)


def one_line(text: str) -> str:
    """A subject: white space and line breaks become single spaces, control characters go. No header can begin here."""
    return _SPACE.sub(" ", _CONTROL.sub("", unshield(text))).strip()


def to_html(text: str) -> str:
    """The body as HTML. Only our own tags; every piece of text is escaped."""
    return unshield("\n".join(_block(block) for block in _blocks(text)))


def to_text(text: str) -> str:
    """The body as plain text: the same words, addresses written out."""
    written = []
    for block in _blocks(text):
        lines = [_HEADING.sub("", line, count=1) for line in block.splitlines()]
        written.append("\n".join(_BOLD.sub(r"\1", _LINK.sub(_link_as_text, line)) for line in lines))
    return unshield("\n\n".join(written))


def looks_like_html(text: str) -> bool:
    """Whether somebody wrote tags, which would arrive as they stand."""
    return bool(_TAG.search(text))


def _blocks(text: str) -> list[str]:
    parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    return [part.strip("\n").rstrip() for part in parts if part.strip()]


def _block(block: str) -> str:
    lines = [line.strip() for line in block.splitlines()]
    if len(lines) == 1 and _HEADING.match(lines[0]):
        return f'<h2 style="{STYLES["h"]}">{_inline(_HEADING.sub("", lines[0], count=1))}</h2>'
    if all(_ITEM.match(line) for line in lines):
        items = "".join(f'<li style="{STYLES["li"]}">{_inline(_ITEM.sub("", line, count=1))}</li>' for line in lines)
        return f'<ul style="{STYLES["ul"]}">{items}</ul>'
    button = _BUTTON.fullmatch(lines[0]) if len(lines) == 1 else None
    if button:
        words, address = html.escape(button[1]), html.escape(button[2])
        return f'<p style="{STYLES["p"]}"><a href="{address}" style="{STYLES["button"]}">{words}</a></p>'
    return f'<p style="{STYLES["p"]}">{"<br>".join(_inline(line) for line in lines)}</p>'


def _inline(line: str) -> str:
    written, end = [], 0
    for found in _LINK.finditer(line):
        written.append(_bold(line[end : found.start()]))
        words, address = found[1] or found[3], found[2] or found[3]
        written.append(f'<a href="{html.escape(address)}" style="{STYLES["a"]}">{_bold(words)}</a>')
        end = found.end()
    written.append(_bold(line[end:]))
    return "".join(written)


def _bold(text: str) -> str:
    return _BOLD.sub(r"<strong>\1</strong>", html.escape(text))


def _link_as_text(found: re.Match[str]) -> str:
    if found[3]:
        return found[3]
    address = found[2].removeprefix("mailto:").removeprefix("tel:")
    return address if found[1] == address else f"{found[1]}: {address}"
