"""What may become of a request, and who may do it."""

import datetime as dt
import re
import secrets
from collections.abc import Collection, Iterable

CODE_DIGITS = 6
CODE_LASTS = dt.timedelta(minutes=10)
CODE_TRIES = 5
CODES_PER_CONTACT = (3, dt.timedelta(minutes=15))
"""More codes for one address than that are not sent, whoever asks."""
CODES_PER_NETWORK = (30, dt.timedelta(minutes=10))
COPY_LASTS = dt.timedelta(days=7)
PROGRESS_LASTS = dt.timedelta(days=90)
"""How long after the answer the link to the progress page opens."""
LONGEST_WORDS = 2000
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without what is mistaken for another when it is read out."""
CLOSED = frozenset({"answered", "refused", "cancelled"})
COPIES = frozenset({"access", "portability"})
BY_ITSELF = frozenset({"access", "portability", "restriction", "objection", "withdrawal"})
"""What needs nobody to look at it once it is sure who asks. Erasing cannot be taken back, correcting is a judgement."""
AT_ONCE = BY_ITSELF - COPIES
"""Of these what is done in the same moment: one letter says that it came and that it is done."""
CORRECTABLE = (
    "name",
    "given_name",
    "family_name",
    "email",
    "phone",
    "birth_date",
    "street",
    "city",
    "province",
    "postcode",
    "country",
)
"""Fields a person may propose another value for."""


def reference() -> str:
    """A number for a request that can be read out on the phone and guessed by nobody."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(10))
    return f"R-{letters[:5]}-{letters[5:]}"


def code() -> str:
    """A one-time code."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def typed_code(text: str) -> str:
    """The code as it was meant, whatever blanks and digits of other scripts were typed."""
    return "".join(str(int(sign)) for sign in text if sign.isdecimal())


def runs_by_itself(right: str, *, asker: str, is_proved: bool) -> bool:
    """Whether a request is done at once. What somebody asks in another's name is looked at by staff first."""
    return is_proved and asker == "person" and right in BY_ITSELF


_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w-])\+?\d(?:[\s().-]?\d){8,14}(?![\w-])")


def without_others(
    text: str, *, staff: Iterable[tuple[str, str]], own: Collection[str], removed: str, others: Collection[str] = ()
) -> str:
    """A note as the person may read it: names of staff become their role, and addresses, phone numbers and names of
    others are taken out. `own` are the person's own addresses and numbers, `others` names known to be somebody else's.
    """
    for name, role in sorted(staff, key=lambda one: -len(one[0])):
        text = _word(name).sub(f"[{role}]", text)
    for name in sorted(others, key=len, reverse=True):
        text = _word(name).sub(removed, text)
    mine = {_key(value) for value in own}
    for pattern in (_EMAIL, _PHONE):
        text = pattern.sub(lambda found: found[0] if _key(found[0]) in mine else removed, text)
    return text


def _word(name: str) -> re.Pattern[str]:
    edge = r"\b" if name.isascii() else ""
    return re.compile(f"{edge}{re.escape(name)}{edge}", re.IGNORECASE)


def _key(value: str) -> str:
    """Addresses regardless of case, phone numbers by their last eight digits, as 081… and +6681… are one."""
    if "@" in value:
        return value.casefold()
    return "".join(sign for sign in value if sign.isdigit())[-8:]
