"""Key phrases as numbers: digests under a secret of the installation, so that the database tells no words."""

import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from cdp.core import ids
from cdp.core.crypto import rowkeys
from surveys.models import Theme, Vocabulary

NAME = "phrases"
_TABLE, _THEME = Vocabulary._meta.db_table, Theme._meta.db_table


class Phrases:
    """The secret, opened: phrases as numbers, and words of themes sealed and opened under the same row."""

    def __init__(self, row: Vocabulary) -> None:
        self.key = rowkeys.load(_TABLE, row.id, ring_key=row.ring_key, wrapped=bytes(row.wrapped))
        self._secret = bytes.fromhex(self.key.open(row.secret, table=_TABLE, column="secret", row=row.id))

    def number(self, phrase: str) -> int:
        """The phrase as a positive number of 63 bits."""
        digest = hmac.digest(self._secret, phrase.encode(), hashlib.sha256)
        return int.from_bytes(digest[:8], "big") >> 1

    def numbers(self, phrases: Iterable[str]) -> list[int]:
        """Each of them."""
        return [self.number(phrase) for phrase in phrases]

    def seal_words(self, words: Mapping[str, Sequence[str]], *, theme: uuid.UUID) -> bytes | None:
        """The telling words of a theme, by language."""
        return self.key.seal(json.dumps(words, ensure_ascii=False), table=_THEME, column="words", row=theme)

    def words_of(self, theme: Theme) -> dict[str, list[str]]:
        """The same, opened."""
        told = self.key.open(theme.words, table=_THEME, column="words", row=theme.id)
        found: dict[str, list[str]] = json.loads(told) if told else {}
        return found


def phrases() -> Phrases:
    """The vocabulary of this installation; made when it is first asked for."""
    row = Vocabulary.objects.filter(name=NAME).first()
    if row is None:
        made = Vocabulary(id=ids.uuid7(), name=NAME)
        made.ring_key, made.wrapped = rowkeys.new(_TABLE, made.id)
        key = rowkeys.load(_TABLE, made.id, ring_key=made.ring_key, wrapped=bytes(made.wrapped))
        made.secret = key.seal(secrets.token_hex(32), table=_TABLE, column="secret", row=made.id) or b""
        Vocabulary.objects.bulk_create([made], ignore_conflicts=True)  # whoever was first is right
        row = Vocabulary.objects.get(name=NAME)
    return _opened(row.id, row.ring_key, bytes(row.wrapped), bytes(row.secret))


@lru_cache(maxsize=4)
def _opened(row: uuid.UUID, ring_key: str, wrapped: bytes, secret: bytes) -> Phrases:
    return Phrases(Vocabulary(id=row, name=NAME, ring_key=ring_key, wrapped=wrapped, secret=secret))
