"""Ages at which the law lets somebody decide alone, and how a guardian is made sure of, on plain values."""

import datetime as dt
from collections.abc import Collection

from consent.rules.packs import Pack


def age(born: dt.date, today: dt.date) -> int:
    """Full years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def may_alone(pack: Pack, *, purpose: str, born: dt.date | None, today: dt.date) -> bool:
    """Whether somebody born then may allow this purpose alone. Who told no birthday counts as of age, as everywhere."""
    if born is None:
        return True
    years, ages = age(born, today), pack.ages
    if years < ages.guardian_alone_under:
        return False
    return years >= ages.guardian_under or ages.alone_purposes is None or purpose in ages.alone_purposes


def decides_from(pack: Pack, *, purposes: Collection[str], born: dt.date) -> dt.date:
    """The day from which they may allow all of these alone."""
    ages = pack.ages
    everything = ages.alone_purposes is None or set(purposes) <= set(ages.alone_purposes)
    years = ages.guardian_alone_under if everything else ages.guardian_under
    try:
        return born.replace(year=born.year + years)
    except ValueError:  # born on 29 February
        return dt.date(born.year + years, 3, 1)
