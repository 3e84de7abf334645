"""The sample shop as streams: people, orders, consents, events, products and the truth about who is who."""

import dataclasses
from collections.abc import Iterator
from datetime import datetime

from cdp.sample import dice, permissions, purchases, rows, tracking
from cdp.sample.data import catalogue


@dataclasses.dataclass(frozen=True, slots=True)
class Shop:
    """One shop, fully said by five values. Every method streams; none keeps what it gave.

    Where `start` and `stop` are taken, they are row numbers (0 … customers), half open: the chunks of several processes
    put together are the whole, byte for byte. Values are strings as they stand in a file; empty means unknown.
    """

    seed: int
    customers: int
    event_count: int
    now: datetime
    years: float

    def people(self, start: int = 0, stop: int | None = None) -> Iterator[rows.Row]:
        """One row for each time somebody was written down, in the columns of `rows.COLUMNS`."""
        recorder = self._recorder()
        for index in self._range(start, stop):
            yield recorder.entry(index).row

    def truth(self, start: int = 0, stop: int | None = None) -> Iterator[rows.Row]:
        """Who stands behind each row and what was done to it, in the columns of `rows.TRUTH_COLUMNS`."""
        recorder = self._recorder()
        for index in self._range(start, stop):
            yield recorder.entry(index).truth()

    def orders(self, start: int = 0, stop: int | None = None) -> Iterator[rows.Row]:
        """One row a line item, in the columns of `purchases.COLUMNS`; the lines of an order follow each other."""
        recorder, till = self._recorder(), self._till()
        for index in self._range(start, stop):
            entry = recorder.entry(index)
            for order in till.orders(entry):
                yield from purchases.as_rows(order, entry)

    def consents(self, start: int = 0, stop: int | None = None) -> Iterator[rows.Row]:
        """Consent records in the order of their times for each row, in the columns of `permissions.COLUMNS`."""
        recorder = self._recorder()
        rng, base, now = dice.generator(), dice.stream(self.seed, dice.CONSENTS), self._moment()
        for index in self._range(start, stop):
            yield from permissions.records(rng, base, recorder.entry(index), now)

    def events(self, start: int = 0, stop: int | None = None) -> Iterator[tracking.Event]:
        """Segment calls (track, page, identify), by time within each row; over all rows exactly `event_count`."""
        recorder, till = self._recorder(), self._till()
        log = tracking.Log(
            seed=self.seed, now=self._moment(), rows_in_all=self.customers, events_in_all=self.event_count
        )
        for index in self._range(start, stop):
            entry = recorder.entry(index)
            yield from log.events(entry, till.orders(entry))

    def products(self) -> Iterator[rows.Row]:
        """The catalogue in baht. `name_th` and `name_ko` are no import targets and may be left out of a mapping."""
        for product in catalogue.PRODUCTS:
            yield {
                "product.sku": product.sku,
                "product.name": product.name,
                "product.category": product.category,
                "product.brand": product.brand,
                "product.price": purchases.money(product.prices["THB"], "THB"),
                "product.currency": "THB",
                "name_th": product.name_th,
                "name_ko": product.name_ko,
            }

    def _range(self, start: int, stop: int | None) -> range:
        last = self.customers if stop is None else min(stop, self.customers)
        return range(max(0, start), last)

    def _moment(self) -> int:
        return int(self.now.timestamp())

    def _recorder(self) -> rows.Recorder:
        return rows.Recorder(seed=self.seed, now=self._moment(), years=self.years)

    def _till(self) -> purchases.Till:
        return purchases.Till(seed=self.seed, now=self._moment())


def generate(seed: int, customers: int, events: int, now: datetime, years: float = 2.0) -> Shop:
    """A shop with this many rows of customers and tracking events, whose history ends at `now` and is `years` long.

    Raises ValueError for a moment without a zone, a negative number or a history without length.
    """
    if now.tzinfo is None:
        raise ValueError("The sample shop needs a moment with a time zone.")
    if seed < 0 or customers < 0 or events < 0:
        raise ValueError("The seed and the numbers of customers and events cannot be negative.")
    if events and not customers:
        raise ValueError("Events need customers.")
    if not years > 0:
        raise ValueError("The history needs a length.")
    return Shop(seed=seed, customers=customers, event_count=events, now=now, years=years)
