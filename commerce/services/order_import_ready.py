"""A chunk of orders made ready beforehand: rows spelt as if every order and every buyer were new.

It is made by the process that reads the file (`cdp.core.apart`) and asks nobody. Whoever writes it asks the database:
what turns out to be known is read again from its rows as a document of its own.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cdp.core import ids
from cdp.core.imports import registry
from commerce.rules import digests
from commerce.rules.documents import Document, Spelt
from commerce.services import order_import_spelling as spelling
from commerce.services import order_import_writing as writing
from commerce.services.order_import_reading import Read
from customers.rules.people import Person
from customers.rules.provenance import Word
from customers.services import buckets, identity


@dataclass(slots=True)
class Ready:
    """The documents of a chunk in order, column by column, so that few large values travel. `whole` are those that
    are documents still, by position: returns, and what goes on where an earlier chunk ended.
    """

    numbers: list[str]
    keys: list[bytes]
    orders: list[bytes]  # the id of each row
    heads: list[bytes]
    lines: list[bytes]
    owners: list[bytes]  # as whose the lines are spelt
    is_named: list[bool]  # whether somebody is told to be the buyer; the others are guests
    batch: identity.Batch
    seen: writing.Seen
    refused: set[str]
    assumed: int
    buyers: Mapping[str, int]
    whole: dict[int, Document] = field(default_factory=dict)

    def documents(self) -> list[writing.Written]:
        """What is to be written, in order; nobody knows yet whose it is."""
        return [
            self.whole.get(position) or Spelt(number, key, uuid.UUID(bytes=row), head, lines, owner)
            for position, (number, key, row, head, lines, owner) in enumerate(
                zip(self.numbers, self.keys, self.orders, self.heads, self.lines, self.owners, strict=True)
            )
        ]


class Maker:
    """Makes the chunks of one import ready."""

    def __init__(self, context: registry.Context, *, zero_is_purchase: bool) -> None:
        """Spell once what is the same for all."""
        self._source = context.source
        self._people = identity.Maker(context.source, context.now, base=Word(context.source.key, context.now))
        self._speller = spelling.Speller(context, zero_is_purchase=zero_is_purchase)

    def make(self, read: Read, buyers: Sequence[Person]) -> Ready:
        """Spell it; `buyers` are those whom its documents name, as these tell of them."""
        documents = list(read.documents.values())
        named = [document for document in documents if document.person is not None]
        first: dict[int, int] = {}  # the same cells gave the same person
        firsts = [first.setdefault(id(document.person), position) for position, document in enumerate(named)]
        batch = identity.prepare_alike(buyers, self._source, maker=self._people, firsts=firsts)
        whose = (batch.ids[first] for first in firsts)
        guests = (buckets.bucket_for(f"{self._source.key}/{document.external_id}") for document in documents)
        owners = [
            (guest if document.person is None else next(whose)).bytes
            for document, guest in zip(documents, guests, strict=True)
        ]
        line_ids = iter(ids.raw7s(sum(len(document.lines) for document in documents)))
        orders, heads, lines, whole = ids.raw7s(len(documents)), [], [], {}
        for position, (document, row, owner) in enumerate(zip(documents, orders, owners, strict=True)):
            is_spelt = document.is_order and not document.returns
            if not is_spelt:
                whole[position] = document
            heads.append(self._speller.head(document, row) if is_spelt else b"")
            lines.append(self._speller.lines(document, row, owner, line_ids) if is_spelt else b"")
        source = self._source.key
        return Ready(
            numbers=[document.external_id for document in documents],
            keys=[digests.key(source, document.external_id) for document in documents],
            orders=orders,
            heads=heads,
            lines=lines,
            owners=owners,
            is_named=[document.person is not None for document in documents],
            batch=batch,
            seen=writing.seen_in(documents),
            refused=read.refused,
            assumed=read.assumed,
            buyers=read.buyers(),
            whole=whole,
        )
