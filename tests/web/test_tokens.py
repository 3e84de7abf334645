import itertools
import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[2] / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
TEXT = ("ink", "ink-2", "ink-3", "accent-ink", "success", "warning", "danger", "info")
GROUND = ("canvas", "surface", "raised", "sunken", "hover")


def block(selector: str) -> dict[str, str]:
    """The custom properties of the rule with that selector that defines the colours."""
    bodies = re.findall(re.escape(selector) + r"\s*\{([^{}]*)\}", TOKENS)
    body = next(body for body in bodies if "--ink:" in body)
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", body))


THEMES = {"light": block(":root"), "dark": block('[data-bs-theme="dark"]')}


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("theme", "text", "ground"), list(itertools.product(THEMES, TEXT, GROUND)))
def test_text_reaches_4_5_to_1_on_every_ground(theme: str, text: str, ground: str) -> None:
    assert contrast(THEMES[theme][text], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize(("theme", "tone"), list(itertools.product(THEMES, ("success", "warning", "danger", "info"))))
def test_a_tone_reads_on_its_own_soft_ground(theme: str, tone: str) -> None:
    assert contrast(THEMES[theme][tone], THEMES[theme][f"{tone}-soft"]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_buttons_badges_and_avatars_read(theme: str) -> None:
    tokens = THEMES[theme]
    pairs = [
        ("on-accent", "accent"),
        ("on-accent", "accent-hover"),
        ("on-accent", "danger-solid"),
        ("accent-ink", "accent-soft"),
    ]
    pairs += [(f"av-{number}-ink", f"av-{number}") for number in range(1, 9)]
    assert [pair for pair in pairs if contrast(tokens[pair[0]], tokens[pair[1]]) < 4.5] == []


@pytest.mark.parametrize("theme", THEMES)
def test_borders_of_fields_and_colours_of_charts_reach_3_to_1(theme: str) -> None:
    tokens = THEMES[theme]
    names = ["field-line", "accent", *[f"chart-{number}" for number in range(1, 9)]]
    assert [name for name in names if contrast(tokens[name], tokens["surface"]) < 3] == []


def test_the_two_dark_blocks_are_equal() -> None:
    assert block(":root:not([data-bs-theme])") == THEMES["dark"]


def test_light_and_dark_define_the_same_tokens() -> None:
    assert THEMES["light"].keys() == THEMES["dark"].keys()
