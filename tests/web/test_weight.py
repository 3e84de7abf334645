"""First paint is a matter of bytes: what the browser must fetch before anything shows."""

import gzip
import re
from pathlib import Path

import pytest
from django.test import Client

PUBLIC = ("privacy/", "terms/", "signup/", "signup/done/", "warranty/", "warranty/done/", "preorder/", "preorder/done/",
          "unsubscribe/nothing", "nowhere/")  # fmt: skip
STATIC = Path(__file__).parents[2] / "static"


def size(*names: str) -> int:
    return sum((STATIC / name).stat().st_size for name in names)


def test_a_public_page_stays_far_under_60_kb_without_fonts() -> None:
    styles = ("css/tokens.css", "css/public.css", "css/public-forms.css", "css/public-rights.css")
    assert size(*styles, "img/crackle.svg", "img/favicon.svg") < 30_000


def test_the_frame_of_staff_pages_needs_less_than_25_kb_of_script() -> None:
    assert size("js/theme.js", "js/app.js", "js/palette.js", "js/widgets.js") < 25 * 1024


@pytest.mark.django_db
@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_is_light_with_all_that_it_asks_for(client: Client, path: str) -> None:
    page = client.get(f"/{path}").content
    asked = set(re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js|svg|png|webp))"', page.decode()))
    assert asked
    assert sum(len(gzip.compress(part)) for part in [page, *((STATIC / name).read_bytes() for name in asked)]) < 60_000
    assert b"<h1" in page
