"""Why an answer was not taken, in words that say what would do."""

import datetime as dt
import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cdp.core import written_dates
from surveys.rules.kinds import Why
from surveys.rules.sending import Fault


def sentence(fault: Fault) -> str:
    """For whoever sent it, in the language in force."""
    match fault.why, fault.limit:
        case Why.RANGE, (lowest, highest) if lowest is not None or highest is not None:
            return _between(lowest, highest)
        case Why.TOO_FEW, least if least is not None:
            return _("Choose at least %(least)s.") % {"least": least}
        case Why.TOO_MANY, most if most is not None:
            return _("Choose at most %(most)s.") % {"most": most}
        case Why.TOO_LONG, longest if longest is not None:
            return _("At most %(longest)s characters.") % {"longest": longest}
        case Why.FORMAT, str() | Promise() as reason:
            return str(reason)
        case Why.MISSING, list() as lines if lines:
            return _("Still without an answer: %(lines)s.") % {"lines": ", ".join(map(_in_language, lines))}
    return plain_sentence(fault.why)


def _between(lowest: object, highest: object) -> str:
    if highest is None:
        return _("Not before %(lowest)s.") % {"lowest": _shown(lowest)}
    if lowest is None:
        return _("Not after %(highest)s.") % {"highest": _shown(highest)}
    return _("Between %(lowest)s and %(highest)s.") % {"lowest": _shown(lowest), "highest": _shown(highest)}


def _shown(limit: object) -> object:
    """A limit as people read it; days in the words of their language."""
    if isinstance(limit, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", limit):
        return written_dates.whole(dt.date.fromisoformat(limit))
    return limit


def _in_language(texts: Mapping[str, str]) -> str:
    """The text in the language in force, else in the first that there is."""
    return texts.get((get_language() or "en")[:2]) or next(iter(texts.values()), "")


def plain_sentence(why: Why) -> str:
    """The same without what would do."""
    return {
        Why.TYPE: _("This is no answer to a question of this kind."),
        Why.RANGE: _("This lies beyond what can be answered."),
        Why.OPTION: _("Choose one of the answers offered."),
        Why.TWICE: _("The same stands here twice."),
        Why.TOO_FEW: _("Choose more."),
        Why.TOO_MANY: _("Choose fewer."),
        Why.EXCLUSIVE: _("This answer goes with no other."),
        Why.TOO_LONG: _("This is too long."),
        Why.MISSING: _("Please answer this question."),
        Why.HIDDEN: _("With these answers this question is not asked."),
        Why.UNKNOWN: _("There is no such question."),
        Why.FORMAT: _("This cannot be read."),
        Why.OTHER_WITHOUT_WORDS: _("Say in words what else."),
        Why.LINE: _("There is no such line."),
        Why.CLOSED: _("The survey was over when this came."),
    }[why]
