"""What they say; one file per aggregate."""

from surveys.models.anonymous import (
    AnonymousAnswer,
    AnonymousResponse,
    AnonymousWaiting,
    RewardClaim,
    SpentClaim,
    WaitingClaim,
)
from surveys.models.interviews import (
    Guide,
    GuideVersion,
    Interview,
    InterviewNote,
    Participant,
    Quote,
    Testimonial,
)
from surveys.models.invitations import Invitation, InvitationBatch, InvitationKey
from surveys.models.questionnaires import Picture, Quota, Survey, SurveyVersion
from surveys.models.readings import AnonymousReading, Brand, Mention, Reading, Sentiment, Theme, Vocabulary
from surveys.models.responses import Answer, RefusedAnswer, Response, ResponseKey
from surveys.models.reviews import Review, ReviewKey
from surveys.models.social import OwnAccount, SocialAct, SocialActKey, SocialPost
from surveys.models.tickets import Ticket, TicketKey, TicketMessage, TicketRules

__all__ = [
    "AnonymousAnswer",
    "AnonymousReading",
    "AnonymousResponse",
    "AnonymousWaiting",
    "Answer",
    "Brand",
    "Guide",
    "GuideVersion",
    "Interview",
    "InterviewNote",
    "Invitation",
    "InvitationBatch",
    "InvitationKey",
    "Mention",
    "OwnAccount",
    "Participant",
    "Picture",
    "Quota",
    "Quote",
    "Reading",
    "RefusedAnswer",
    "Response",
    "ResponseKey",
    "Review",
    "ReviewKey",
    "RewardClaim",
    "Sentiment",
    "SocialAct",
    "SocialActKey",
    "SocialPost",
    "SpentClaim",
    "Survey",
    "SurveyVersion",
    "Testimonial",
    "Theme",
    "Ticket",
    "TicketKey",
    "TicketMessage",
    "TicketRules",
    "Vocabulary",
    "WaitingClaim",
]
