"""Moments of WooCommerce: the `_gmt` twin of a field is in UTC without saying so."""

import datetime as dt

from commerce.hooks import reading
from commerce.hooks.reading import Body, Telling


def moment(body: Body, name: str, telling: Telling) -> dt.datetime | None:
    """A moment in UTC. The twin without `_gmt` is in a zone that nobody tells, so it is not looked at."""
    return reading.moment(body, f"{name}_gmt", telling, zone=dt.UTC)


def placed(body: Body, telling: Telling) -> reading.Placed | None:
    """When an order was made."""
    return reading.placed(body, "date_created_gmt", telling, zone=dt.UTC)


def modified(body: Body, telling: Telling) -> dt.datetime:
    """The store's own clock of a thing."""
    return moment(body, "date_modified", telling) or moment(body, "date_created", telling) or telling.received_at
