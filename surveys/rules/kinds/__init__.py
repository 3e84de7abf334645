"""The kinds of questions. A new kind is a class here, a template of its name and a line in `Any`."""

from surveys.rules.kinds.base import (
    LANGUAGES,
    Domain,
    Key,
    Language,
    Option,
    Question,
    Refused,
    Row,
    Texts,
    When,
    Why,
    Wording,
)
from surveys.rules.kinds.choices import Matrix, Multiple, Picture, Poll, Ranking, Single
from surveys.rules.kinds.scales import Ces, Csat, Emoji, Like, Nps, Points, Stars, YesNo
from surveys.rules.kinds.words import Consent, Contact, Date, Text

Any = (
    Stars
    | Points
    | Nps
    | Csat
    | Ces
    | Emoji
    | Like
    | YesNo
    | Single
    | Multiple
    | Ranking
    | Matrix
    | Poll
    | Text
    | Date
    | Contact
    | Consent
)
"""Any question; JSON tells them apart by `kind`."""
