"""Taking answers: every door (pages, tablet, call, REST, mail, files) comes through `taking.take`.

runs       who answers and by which link; what is found of them already
taking     check, lock, judge, take a place, write, in one transaction
boxes      how permissions were asked, as it stood when they were answered
people     who it is, and what the answers say of them: profile, permissions
writing    the rows of a response, whoever owns them
"""

from surveys.services.answering.runs import Ended, Invalid, NotOpen, Run
from surveys.services.answering.taking import Taken, refuse_late, take

__all__ = ["Ended", "Invalid", "NotOpen", "Run", "Taken", "refuse_late", "take"]
