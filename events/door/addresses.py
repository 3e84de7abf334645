"""Where a request comes from, shortened: enough for a rough place and for counting, too little to find a person."""

from typing import Any

from cdp.core.addresses import network


def shortened(environ: dict[str, Any], *, proxies: int) -> str:
    """The client's network: the first 24 bits of an IPv4 address, 48 of an IPv6 one; empty when there is none.

    `proxies` of X-Forwarded-For's last entries were written by proxies we trust, the others by anybody.
    """
    address = environ.get("REMOTE_ADDR", "")
    if proxies:
        reported = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        address = reported[-proxies] if len(reported) >= proxies else address
    return network(address)
