"""Why two people cannot become one, or one two again."""

from enum import StrEnum


class Reason(StrEnum):
    """Codes that clients and pages branch on."""

    SAME = "same_customer"
    UNKNOWN = "unknown_customer"
    ERASED = "erased"
    BUCKET = "not_a_person"
    MERGED = "already_merged"
    BUSY = "busy"  # a message is being sent this moment, or others kept writing the same people: try again
    CHOICE = "unknown_choice"
    UNDONE = "already_undone"
    HELD = "held"  # a legal hold keeps the rows of both where they are


class UnableToMerge(Exception):
    """The two stay as they are; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        """Name the reason."""
        super().__init__(reason.value)
        self.reason = reason


class UnableToUnmerge(UnableToMerge):
    """They stay one person; `reason` says why."""
