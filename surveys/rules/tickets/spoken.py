"""How long something took, in words people read at a glance."""

import datetime as dt

from django.utils.translation import gettext


def duration(time: dt.timedelta) -> str:
    """`3 h 20 min`, `45 min`, `26 h`: of the shop's hours, so no days are made of them."""
    minutes = int(time.total_seconds() // 60)
    hours, rest = divmod(minutes, 60)
    if hours >= 10 or (hours and not rest):
        return gettext("%(hours)s h") % {"hours": f"{hours:,}"}
    if hours:
        return gettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}
    return gettext("%(minutes)s min") % {"minutes": rest} if rest else gettext("under a minute")
