"""Global Privacy Control: a browser that says for its person that nothing may be sold or shared.

https://w3c.github.io/gpc/: the header `Sec-GPC: 1`, and nothing else, is the signal.
"""

from collections.abc import Mapping

PURPOSES = ("third_party", "measurement")
"""What the signal refuses: handing on to others, and being measured."""
CHANNEL = "any"
METHOD = "gpc"


def is_on(headers: Mapping[str, str]) -> bool:
    """Whether this request carries the signal."""
    return headers.get("Sec-GPC", "").strip() == "1"
