"""What they say; one file per aggregate."""

from surveys.models.anonymous import (
    AnonymousAnswer,
    AnonymousResponse,
    AnonymousWaiting,
    RewardClaim,
    SpentClaim,
)
from surveys.models.invitations import Invitation, InvitationKey
from surveys.models.questionnaires import Picture, Quota, Survey, SurveyVersion
from surveys.models.responses import Answer, RefusedAnswer, Response, ResponseKey
from surveys.models.reviews import Review, ReviewKey
from surveys.models.social import OwnAccount, SocialAct, SocialActKey, SocialPost
from surveys.models.tickets import Ticket, TicketKey, TicketMessage, TicketRules

__all__ = [
    "AnonymousAnswer",
    "AnonymousResponse",
    "AnonymousWaiting",
    "Answer",
    "Invitation",
    "InvitationKey",
    "OwnAccount",
    "Picture",
    "Quota",
    "RefusedAnswer",
    "Response",
    "ResponseKey",
    "Review",
    "ReviewKey",
    "RewardClaim",
    "SocialAct",
    "SocialActKey",
    "SocialPost",
    "SpentClaim",
    "Survey",
    "SurveyVersion",
    "Ticket",
    "TicketKey",
    "TicketMessage",
    "TicketRules",
]
