"""What may become of a pre-order, and the number that customers say at the counter."""

import secrets

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without those that are taken for another when read aloud or written by hand."""
LENGTH = 6
NEXT: dict[str, tuple[str, ...]] = {
    "waiting": ("confirmed", "cancelled"),
    "confirmed": ("ready", "cancelled"),
    "ready": ("collected", "cancelled"),
    "collected": ("ready",),
    "cancelled": ("waiting",),
}
"""Which state may follow which. The two ends lead one step back, for a click too many."""
OPEN = ("waiting", "confirmed", "ready")


def may_follow(old: str, new: str) -> bool:
    """Whether a pre-order in state `old` may get state `new`."""
    return new in NEXT.get(old, ())


def number() -> str:
    """A new number such as `K7M-2QX`, from a random source: it tells nothing of how many there are."""
    drawn = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return f"{drawn[:3]}-{drawn[3:]}"


def read_number(text: str) -> str:
    """What was typed as a number in its one form; empty where it cannot be one."""
    plain = "".join(text.upper().split()).replace("-", "")
    if len(plain) != LENGTH or not set(plain) <= set(LETTERS):
        return ""
    return f"{plain[:3]}-{plain[3:]}"
