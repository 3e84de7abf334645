"""First paint is a matter of bytes: what the browser must fetch before anything shows."""

from pathlib import Path

STATIC = Path(__file__).parents[2] / "static"


def size(*names: str) -> int:
    return sum((STATIC / name).stat().st_size for name in names)


def test_a_public_page_stays_far_under_60_kb_without_fonts() -> None:
    assert (
        size("css/tokens.css", "css/public.css", "css/public-forms.css", "img/crackle.svg", "img/favicon.svg") < 30_000
    )


def test_the_frame_of_staff_pages_needs_less_than_25_kb_of_script() -> None:
    assert size("js/theme.js", "js/app.js", "js/palette.js", "js/widgets.js") < 25_000
