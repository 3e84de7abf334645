"""Many digests are looked up as few are."""

import os

import pytest
from django.db import ProgrammingError, transaction
from django.db.transaction import TransactionManagementError

from cdp.core import looking_up

FOUND = "SELECT number FROM unnest(%s) WITH ORDINALITY AS told (digest, number) ORDER BY number"
BACK = "SELECT digest FROM unnest(%s) WITH ORDINALITY AS told (digest, number) ORDER BY number"


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, 1, looking_up.MANY - 1, looking_up.MANY, 10_000])
def test_every_digest_arrives_whole_and_in_order_however_many_there_are(count):
    digests = [os.urandom(32) for _ in range(count)]
    assert [bytes(digest) for (digest,) in looking_up.by_digests(BACK, digests)] == digests
    assert len(looking_up.by_digests(FOUND, digests)) == count


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [1, looking_up.MANY])
def test_what_postgresql_refuses_is_a_fault_that_django_knows(count):
    with pytest.raises(ProgrammingError):
        looking_up.by_digests("SELECT nothing FROM unnest(%s) AS told (digest)", [os.urandom(32)] * count)


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, looking_up.MANY])
def test_nothing_is_looked_up_in_a_transaction_that_is_to_be_rolled_back(count):
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            looking_up.by_digests(BACK, [os.urandom(32)] * count)
