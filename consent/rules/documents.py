"""Policies as plain text with headings and lists: parsed to blocks, so that templates escape every word."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Block:
    """`kind` is heading, text or list; a list has items, the others text."""

    kind: str
    text: str = ""
    items: list[str] = field(default_factory=list)


def filled(text: str, values: Mapping[str, str]) -> str:
    """`text` with `{name}` replaced by its value; unknown names stay as they are."""
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text


def blocks(body: str) -> list[Block]:
    """`## ` starts a heading, `- ` a list item, an empty line ends a paragraph; lines of a paragraph are joined."""
    found: list[Block] = []
    is_open = False
    for line in body.splitlines():
        text = line.strip()
        last = found[-1] if found else None
        if not text:
            is_open = False
        elif text.startswith("## "):
            found.append(Block("heading", text[3:].strip()))
            is_open = False
        elif text.startswith("- "):
            if last is None or last.kind != "list":
                last = Block("list")
                found.append(last)
            last.items.append(text[2:].strip())
            is_open = True
        elif is_open and last is not None and last.kind == "list":
            last.items[-1] += f" {text}"
        elif is_open and last is not None:
            last.text += f" {text}"
        else:
            found.append(Block("text", text))
            is_open = True
    return found
