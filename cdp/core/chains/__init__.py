"""Ledgers that can be proved: every row of an append-only table gets a place in a chain (ADR 20).

registry   which tables are ledgers, and what rooms prove besides
keyring    the keys of the chains, outside the database and apart from the ring
rows       a row as bytes, whatever the session's settings
heads      the newest link of each chain in a file, for when the end of a chain is cut off
sealing    gives rows their places, one sealer at a time
judging    what does not fit in a chain (pure)
verifying  walks over whole ledgers and names the rows that do not fit
checkpoints how far each ledger was proved, so that a night need not prove everything
asking     a verification at somebody's word, as a job
closing    removes a month that is past its time as a whole, and keeps its last link
places     where one row stands in its chain, for pages
"""

from cdp.core.chains.closing import UnableToClose, close
from cdp.core.chains.registry import declare, prove, queue

__all__ = ["UnableToClose", "close", "declare", "prove", "queue"]
