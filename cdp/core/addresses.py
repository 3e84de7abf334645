"""Who is at the other end of a request, also behind proxies that we trust."""

import ipaddress
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest


def of_client(request: HttpRequest) -> str:
    """The client's address: the connection's own, or what the innermost CDP_TRUSTED_PROXIES proxies reported.

    Everything further left in X-Forwarded-For was written by the client and is not believed.
    """
    count: int = settings.CDP_TRUSTED_PROXIES
    reported = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if count and len(reported) >= count:
        return reported[-count]
    return str(request.META.get("REMOTE_ADDR", ""))


LONGEST_BROWSER = 300


def proof_of(request: HttpRequest) -> dict[str, str]:
    """What the proof of a statement keeps of its request: the network (never the address) and the browser."""
    found = {"ip": network(of_client(request)), "user_agent": request.headers.get("User-Agent", "")[:LONGEST_BROWSER]}
    return {name: value for name, value in found.items() if value}


@lru_cache(maxsize=1024)
def network(address: str) -> str:
    """The first 24 bits of an IPv4 address, 48 of an IPv6 one: enough for a rough place, too little to find a person.

    Empty where it is no address.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    bits = 24 if found.version == 4 else 48
    return str(ipaddress.ip_network(f"{found}/{bits}", strict=False).network_address)
