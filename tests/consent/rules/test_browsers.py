"""What a browser is called in a copy of somebody's data."""

import pytest

from consent.rules import browsers

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "called"),
    [
        (f"Mozilla/5.0 (Linux; Android 14; SM-S911N) {WEBKIT} Chrome/120.0 Mobile Safari/537.36", "Chrome · Android"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) {WEBKIT} Mobile/15E148 Line/14.1", "LINE · iPhone"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64) {WEBKIT} Chrome/120.0 Safari/537.36 Edg/120.0", "Edge · Windows"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/120.0 Safari/537.36", "Chrome · Linux"),
        ("curl/8.4.0", "curl/8.4.0"),
        ("", ""),
    ],
)
def test_a_browser_is_called_by_its_program_and_machine(agent, called):
    assert browsers.name(agent) == called
