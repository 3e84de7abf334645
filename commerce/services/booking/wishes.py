"""Wish lists, what somebody waits for, and coupons, as tracking tells them; of people only, known or not yet."""

import uuid
from typing import Any

from django.db import connection

from commerce.hooks.reading import Unreadable
from commerce.services import interest, wish_lists
from commerce.services.booking.hearing import Desk, Heard
from commerce.services.interest import InterestInput
from commerce.services.wish_lists import WishInput
from commerce.tracking import articles, names
from commerce.tracking import orders as telling


def book(desk: Desk) -> None:
    """Write the wishes, interests and coupons of these events."""
    _wishes(desk)
    _interests(desk)
    _coupons(desk)


def _wishes(desk: Desk) -> None:
    told = []
    for one, who, sku in _named(desk, names.WISHED, names.UNWISHED):
        told.append(
            WishInput(
                customer=who,
                sku=sku,
                at=one.at,
                name=articles.first(one.body, "name", longest=300),
                list_id=articles.first(one.body, "wishlist_id", longest=120),
                list_name=articles.first(one.body, "wishlist_name", longest=120),
                is_removed=one.kind == names.UNWISHED,
                resolved_by=one.resolved_by,
            )
        )
    if told:
        wish_lists.record(wishes=told, source=desk.source, now=desk.now)


def _interests(desk: Desk) -> None:
    told = []
    for one, who, sku in _named(desk, names.AWAITED, names.UNAWAITED):
        told.append(
            InterestInput(
                customer=who,
                sku=sku,
                at=one.at,
                name=articles.first(one.body, "name", longest=300),
                is_ended=one.kind == names.UNAWAITED,
                resolved_by=one.resolved_by,
            )
        )
    if told:
        interest.record(interests=told, source=desk.source, now=desk.now)


def _named(desk: Desk, *kinds: str) -> list[tuple[Heard, uuid.UUID, str]]:
    """The events of these kinds with their person and article; one that names no article leaves a fault."""
    found = []
    for one in desk.of(frozenset(kinds)):
        if one.person is None:
            continue
        try:
            sku = articles.sku(one.body)
        except Unreadable as problem:
            desk.refuse(one, problem)
            continue
        if sku:
            found.append((one, one.person, sku))
        else:
            desk.refuse(one, Unreadable("sku", "missing"))
    return found


def _coupons(desk: Desk) -> None:
    rows: list[tuple[Any, ...]] = []
    for one in desk.of(frozenset(names.COUPONS)):
        try:
            told = telling.coupon(one.kind, one.body)
        except Unreadable as problem:
            desk.refuse(one, problem)
            continue
        order = desk.number(told.order)
        rows.append(
            (
                one.event.id,
                one.event.customer_id,
                told.code,
                told.name,
                told.action,
                order,
                told.cart,
                told.discount,
                told.reason,
                one.at,
                one.resolved_by,
            )
        )
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO commerce_coupontry (source, id, customer_id, code, name, action, order_number, cart_token,
                                            discount, reason, at, resolved_by)
            SELECT %s, * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                                     %s::numeric[], %s::text[], %s::timestamptz[], %s::bytea[])
            ON CONFLICT (id) DO NOTHING
            """,
            [desk.source.key, *(list(column) for column in zip(*rows, strict=True))],
        )
