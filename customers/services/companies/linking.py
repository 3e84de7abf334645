"""Which customer belongs to which company, and how that is known.

What somebody said (staff, a number in a file, a group call) is kept; the rest follows the rules: the company's name in
the customer's own words, else the domain of the mailbox where that is no public one. The rules are applied to whoever
changed (a step of the pipeline) and, when a company gets a new name or domain, to everybody in the background.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from cdp.core import audit, ids, pipeline, wake
from cdp.core.actors import Actor
from cdp.core.crypto import index, subjects
from customers.models import CompanyKey, CompanyLink, CompanySweep, ContactPoint, Customer
from customers.rules import companies as rules
from customers.selectors import companies as reading
from customers.selectors import lineage

How = CompanyLink.How
STRENGTH = (How.DOMAIN, How.NAME, How.GROUP, How.EXTERNAL, How.STAFF)
"""The later is the stronger: a stronger word replaces a weaker one, an equal one the earlier."""
SWEPT = 2000
Wanted = dict[uuid.UUID, tuple[uuid.UUID, str]]


def link(customers: Sequence[uuid.UUID], now: datetime) -> None:
    """The step of the pipeline: let these customers belong where the rules say. Some four statements for all."""
    apply(customers, now=now)


def apply(customers: Sequence[uuid.UUID], *, now: datetime) -> list[uuid.UUID]:
    """As `link`; returns whose company changed."""
    if not CompanyKey.objects.exists():
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.id, c.company, l.how, l.company_id
            FROM customers_customer c LEFT JOIN customers_companylink l ON l.customer_id = c.id
            WHERE c.id = ANY(%s) AND c.status = ANY(%s)
            """,
            [list(customers), list(lineage.LIVING)],
        )
        rows = [row for row in cursor.fetchall() if row[2] is None or row[2] in reading.BY_RULE]
    wanted = _by_name({customer: told for customer, told, _how, _company in rows if told})
    wanted |= _by_domain([customer for customer, *_ in rows if customer not in wanted])
    have = {customer: (company, how) for customer, _told, how, company in rows if how}
    gone = [customer for customer in have if customer not in wanted]
    fresh = {customer: to for customer, to in wanted.items() if have.get(customer) != to}
    if gone:
        CompanyLink.objects.filter(customer_id__in=gone, how__in=reading.BY_RULE).delete()
    _put(fresh, now=now)
    return [*gone, *fresh]


def assign(wanted: Mapping[uuid.UUID, uuid.UUID], *, how: str, now: datetime) -> int:
    """Somebody said to which company each of these customers belongs. Returns how many links changed.

    A link that a stronger word made stays.
    """
    return _put({customer: (company, how) for customer, company in wanted.items()}, now=now)


def write_down(*, customer: uuid.UUID, company: uuid.UUID | None, actor: Actor, at: datetime) -> None:
    """Staff say to which company a customer belongs; None: to none, whatever the rules find."""
    with transaction.atomic():
        CompanyLink.objects.update_or_create(
            customer_id=customer,
            defaults={"company_id": company, "how": How.STAFF, "linked_at": at},
            create_defaults={
                "id": ids.uuid7(),
                "customer_id": customer,
                "company_id": company,
                "how": How.STAFF,
                "linked_at": at,
            },
        )
        action = audit.Action.COMPANY_LINKED if company else audit.Action.COMPANY_UNLINKED
        audit.record(action, actor=actor, at=at, customer=customer, subject=company or "")
        pipeline.mark([customer], cause="customers.companies")


def mark(companies: Sequence[uuid.UUID], *, lane: int) -> None:
    """Facts of these companies changed: whoever belongs to one is looked at again."""
    found = CompanyLink.objects.filter(company_id__in=list(companies)).values_list("customer_id", flat=True)
    pipeline.mark(found.iterator(chunk_size=20_000), cause="customers.companies", lane=lane)


def want_sweep(*, now: datetime) -> None:
    """Names or domains are new: look at everybody once more, from the beginning."""
    CompanySweep.objects.update_or_create(name="all", defaults={"after": None, "wanted_at": now})
    transaction.on_commit(wake.companies)


def sweep(*, now: datetime) -> bool:
    """Look at the next SWEPT customers of a sweep that is wanted. False when none is, or another process is at it."""
    with transaction.atomic():
        state = CompanySweep.objects.select_for_update(skip_locked=True).filter(name="all").first()
        if state is None:
            return False
        rows = Customer.objects.filter(status__in=lineage.LIVING).order_by("id")
        if state.after:
            rows = rows.filter(id__gt=state.after)
        batch = list(rows.values_list("id", flat=True)[:SWEPT])
        pipeline.mark(apply(batch, now=now), cause="customers.companies", lane=pipeline.BULK)
        if len(batch) < SWEPT:
            state.delete()
        else:
            state.after = batch[-1]
            state.save(update_fields=["after"])
        return True


def _by_name(told: Mapping[uuid.UUID, str]) -> Wanted:
    keys = {customer: rules.key(words) for customer, words in told.items()}
    names = {key: index.digest("company.name", f"\n{key}") for key in set(keys.values()) if key}
    known = _known(names.values())
    return {customer: (known[names[key]], How.NAME) for customer, key in keys.items() if key and names[key] in known}


def _by_domain(customers: Sequence[uuid.UUID]) -> Wanted:
    """By the domain of the primary mailbox. Addresses are opened only where any company has a domain at all."""
    if not customers or not CompanyKey.objects.filter(kind=CompanyKey.Kind.DOMAIN).exists():
        return {}
    points = list(
        ContactPoint.objects.filter(
            customer_id__in=customers, kind=ContactPoint.Kind.EMAIL, is_primary=True
        ).values_list("id", "customer_id", "value")
    )
    keyring = subjects.load({customer for _id, customer, _value in points})
    hosts: dict[uuid.UUID, str] = {}
    for row, customer, value in points:
        address = keyring.open(value, table="customers_contactpoint", column="value", row=row)
        if host := rules.employer(address) if address else "":
            hosts[customer] = host
    digests = {host: index.digest("company.domain", f"\n{host}") for host in set(hosts.values())}
    known = _known(digests.values())
    return {customer: (known[digests[host]], How.DOMAIN) for customer, host in hosts.items() if digests[host] in known}


def _known(digests: Collection[bytes]) -> dict[bytes, uuid.UUID]:
    if not digests:
        return {}
    found = CompanyKey.objects.filter(digest__in=list(digests)).values_list("digest", "company_id")
    return {bytes(digest): company for digest, company in found}


def _put(wanted: Mapping[uuid.UUID, tuple[uuid.UUID, str]], *, now: datetime) -> int:
    if not wanted:
        return 0
    in_order = sorted(wanted.items())
    strength = "array_position(%(strength)s::text[], {}::text)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO customers_companylink AS known (id, customer_id, company_id, how, linked_at)
            SELECT id, customer_id, company_id, how, %(now)s
            FROM unnest(%(ids)s::uuid[], %(customers)s::uuid[], %(companies)s::uuid[], %(hows)s::text[])
                AS told (id, customer_id, company_id, how)
            ON CONFLICT (customer_id) DO UPDATE
            SET company_id = EXCLUDED.company_id, how = EXCLUDED.how, linked_at = EXCLUDED.linked_at
            WHERE {strength.format("known.how")} <= {strength.format("EXCLUDED.how")}
              AND (known.company_id, known.how) IS DISTINCT FROM (EXCLUDED.company_id, EXCLUDED.how)
            """,  # noqa: S608  (column names)
            {
                "now": now,
                "ids": ids.uuid7s(len(in_order)),
                "customers": [customer for customer, _ in in_order],
                "companies": [company for _, (company, _how) in in_order],
                "hows": [str(how) for _, (_company, how) in in_order],
                "strength": [str(how) for how in STRENGTH],
            },
        )
        return cursor.rowcount
