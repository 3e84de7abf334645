"""The proof that ledgers were not changed behind our back. See `cdp.core.chains`."""

from typing import ClassVar

from django.db import models

from cdp.core.models.base import Model, Placement


class ChainTable(models.Model):
    """One declared ledger table, and how far its rows are sealed."""

    placement = Placement.LOCAL

    table = models.CharField(max_length=63, primary_key=True)
    # The rows of before the chains, taken in by their ids until `adopted_at`; from then on every row must be chained.
    adopted_to = models.UUIDField(null=True)
    adopted_at = models.DateTimeField(null=True)
    # When the sealer last saw nothing waiting: what claims to be much older and comes later is not sealed.
    passed_at = models.DateTimeField(null=True)


class Chain(models.Model):
    """The chain of one table and month, with its newest link."""

    placement = Placement.LOCAL

    id = models.AutoField(primary_key=True)
    table = models.CharField(max_length=63)
    month = models.DateField()
    key = models.CharField(max_length=40)  # the id of the key in CDP_CHAIN_KEYS; never the key
    position = models.BigIntegerField(default=0)
    row_id = models.UUIDField(null=True)
    mac = models.BinaryField()
    sealed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)  # its rows were removed as a whole; the last link above is kept
    closing = models.BinaryField(null=True)  # proves position, link and time of the closing

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Two sealers that begin a month at once make one chain.
            models.UniqueConstraint(fields=["table", "month"], name="core_chain_once"),
        ]


class ChainLink(models.Model):
    """The place of one row of a ledger in its chain. Append-only, as the rows are."""

    placement = Placement.LOCAL

    # A chain never forks: whoever else would take the same position fails.
    pk = models.CompositePrimaryKey("chain_id", "position")
    chain_id = models.IntegerField()
    position = models.BigIntegerField()
    row_id = models.UUIDField()
    mac = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # A row has one place. Also the index by which rows without a place are found.
            models.UniqueConstraint(fields=["row_id", "chain_id"], name="core_chainlink_row"),
        ]


class ChainWaiting(models.Model):
    """A row that was inserted into a ledger and has no place yet; written by a trigger, in the row's transaction."""

    placement = Placement.LOCAL

    id = models.BigAutoField(primary_key=True)
    table = models.CharField(max_length=63)
    row_id = models.UUIDField()
    fault = models.CharField(max_length=20, default="", db_default="")  # why it was not sealed

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # Whether a row without a place is only waiting.
            models.Index(fields=["row_id"], name="core_chainwaiting_row"),
        ]


class ChainCheckpoint(models.Model):
    """How far one ledger was proved (`cdp.core.chains.checkpoints`)."""

    placement = Placement.LOCAL

    table = models.CharField(max_length=63, primary_key=True)
    state = models.JSONField()
    key = models.CharField(max_length=40)  # the id of the key in CDP_CHAIN_KEYS that made the proof
    proof = models.BinaryField()


class ChainCheck(Model):
    """What a verification of one ledger, or of what is derived from it, found."""

    placement = Placement.LOCAL

    subject = models.CharField(max_length=63)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    rows = models.BigIntegerField()
    is_whole = models.BooleanField(default=True, db_default=True)  # else what was new, and a share of the rest
    fault_count = models.IntegerField()
    faults = models.JSONField(default=list)  # the first of them: {"row", "fault", "position", "month"}

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The newest of each, for the pages.
            models.Index(fields=["subject", "-started_at"], name="core_chaincheck_newest"),
        ]
