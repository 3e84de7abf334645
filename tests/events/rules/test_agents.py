"""Who is a robot, and what is in somebody's hand."""

import pytest

from events.rules import agents

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
CUBOT = "Mozilla/5.0 (Linux; Android 12; CUBOT X50) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; Yeti/1.1; +http://naver.me/spd)",
        "facebookexternalhit/1.1",
        "GPTBot/1.2",
        CHROME.replace("Chrome", "HeadlessChrome"),
        "Pingdom.com_bot_version_1.4",
    ],
)
def test_robots_are_known(agent):
    assert agents.is_robot(agent)


@pytest.mark.parametrize(
    "agent",
    [
        "",
        CHROME,
        IPHONE,
        f"{IPHONE} Line/14.0.0",
        f"{IPHONE} KAKAOTALK/10",
        CUBOT,
        "analytics-python/2.3.4",
        "python-requests/2.32",
    ],
)
def test_people_and_the_shops_own_servers_are_no_robots(agent):
    assert not agents.is_robot(agent)


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (CHROME, "desktop"),
        (IPHONE, "phone"),
        (CUBOT, "phone"),
        ("Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) Safari/604.1", "tablet"),
        ("Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 Chrome/141.0 Safari/537.36", "tablet"),
        ("analytics-python/2.3.4", ""),
        ("", ""),
    ],
)
def test_devices_are_told_apart(agent, device):
    assert agents.device(agent) == device
