"""What a user agent tells: whether it is a robot, and what kind of device is in somebody's hand."""

import re
from functools import lru_cache

import crawleruseragents

# What the list of crawlers leaves out: browsers without a screen, checks and previews, tools that fetch.
_MACHINES = re.compile(
    r"headless|phantomjs|electron/|lighthouse|pagespeed|(?<!cu)bot\b|crawl|spider|slurp|preview|monitor|uptime|synthetic",
    re.IGNORECASE,
)
_CLIENTS = re.compile(
    r"^(?:analytics[-_]?(?:python|node|ruby|go|php|java|net)|rudder|segment|python-requests|python-urllib|axios|node-fetch|"
    r"undici|okhttp|go-http-client|java/|curl|httpx|aiohttp|guzzle|ruby|faraday)",
    re.IGNORECASE,
)
_TABLET = re.compile(r"ipad|tablet|playbook|silk|kindle|(?:android(?!.*mobile))", re.IGNORECASE)
_PHONE = re.compile(r"mobi|iphone|ipod|windows phone|opera mini", re.IGNORECASE)
_COMPUTER = re.compile(r"windows nt|macintosh|x11|cros|linux", re.IGNORECASE)


@lru_cache(maxsize=8192)
def is_robot(agent: str) -> bool:
    """Whether a program fetched the page instead of a person.

    Libraries of servers are no robots: a shop's own back end tells with them what people did.
    """
    if not agent or _CLIENTS.match(agent):
        return False
    return bool(_MACHINES.search(agent)) or crawleruseragents.is_crawler(agent)


@lru_cache(maxsize=8192)
def device(agent: str) -> str:
    """phone, tablet, desktop, or empty where the agent does not say."""
    if _CLIENTS.match(agent):
        return ""
    for kind, words in (("tablet", _TABLET), ("phone", _PHONE), ("desktop", _COMPUTER)):
        if words.search(agent):
            return kind
    return ""
