"""Customers of whom nothing is known: visitors nobody has met yet, and the reserved ones of facts without a person."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from cdp.core import copying
from customers.models import Status


def write(customers: Sequence[uuid.UUID], *, status: Status, sources: Sequence[str], at: datetime) -> None:
    """Write an empty row for each id that has none; the first of `sources` is the one that brought them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO customers_customer (
                id, status, search_tokens, gender, language, nationality, country, province, city, postcode, company,
                job_title, income_band, occupation, education, children, interests, tags, source, sources, is_sample,
                created_at, updated_at
            )
            SELECT unnest(%s::uuid[]), %s, '{}', '', '', '', '', '', '', '', '', '', '', '', '', '', '{}', '{}', %s,
                   %s::text[], false, %s, %s
            ON CONFLICT (id) DO NOTHING
            """,
            [copying.array(customers), status.value, sources[0] if sources else "", copying.array(sources), at, at],
        )
