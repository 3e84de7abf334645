"""What becomes of this room's rows when a customer is merged, exported or erased."""

from django.utils.translation import gettext_lazy as _

from cdp.core import retention
from cdp.core.lifecycle import OnErase, OnMerge, declare, declare_keys, declare_settling
from cdp.core.retention import Follow, Kind, Term, Unit
from surveys.selectors import keys
from surveys.services import reviews
from surveys.services.social import acts
from surveys.services.tickets import parting, telling

declare(
    "surveys.Review",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("source", "external_id", "sku", "rating", "title", "body", "at", "replied_at", "reply"),
    resolved_by="resolved_by",
)
declare_keys("surveys.ReviewKey", owned=reviews.keys_of)
declare(
    "surveys.SocialAct",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=(
        *("source", "external_id", "platform", "kind", "post_id", "handle", "words", "followers", "at", "replied_at"),
        "state",
    ),
    resolved_by="resolved_by",
)
declare_keys("surveys.SocialActKey", owned=acts.keys_of)
declare(
    "surveys.Response",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=(
        *("id", "survey_id", "version", "state", "mode", "language", "started_at", "ended_at", "context", "source"),
        *("disclosure", "promised"),
    ),
    resolved_by="resolved_by",
)
declare(
    "surveys.Answer",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("response_id", "survey_id", "version", "question", "item", "number", "code", "text", "at"),
    follows=("surveys.Response", "response_id"),
)
declare(
    "surveys.RefusedAnswer",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("response_id", "question", "why", "value", "at"),
    follows=("surveys.Response", "response_id"),
)
declare_keys("surveys.ResponseKey", owned=keys.of_responses)
declare(
    "surveys.Invitation",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("survey_id", "channel", "state", "made_at", "sent_at", "answered_at", "expires_at"),
    is_ours=True,
)
declare_keys("surveys.InvitationKey", owned=keys.of_invitations)
declare(
    "surveys.RewardClaim",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("survey_id", "promised", "month"),
)
declare_keys("surveys.SpentClaim", owned=keys.of_claims)
declare(
    "surveys.Ticket",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=(
        *("id", "source", "external_id", "channel", "topic", "priority", "subject", "status", "opened_at"),
        *("first_reply_at", "resolved_at", "satisfaction", "satisfaction_at"),
    ),
    resolved_by="named_by",
)
declare(
    "surveys.TicketMessage",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("ticket_id", "direction", "act", "words", "more", "at"),
    follows=("surveys.Ticket", "ticket_id"),
)
declare_keys("surveys.TicketKey", owned=telling.keys_of)
declare_settling(parting.settle)

declare(
    "surveys.Reading",
    on_merge=OnMerge.REBUILD,
    on_erase=OnErase.DELETE,
    export=("kind", "text_id", "at", "language", "sentiment", "negative", "neutral", "positive", "model", "read_at"),
)
declare(
    "surveys.Mention",
    on_merge=OnMerge.REBUILD,
    on_erase=OnErase.DELETE,
    export=("kind", "text_id", "at", "about", "ref", "sentiment"),
)

declare(
    "surveys.Participant",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("interview_id", "guide_id", "seat", "disclosure", "language", "held_on"),
)
declare(
    "surveys.InterviewNote",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("interview_id", "question", "words", "held_on"),
    follows=("surveys.Participant", "participant_id"),
    is_ours=True,  # what staff wrote down of it; her own words are the quotes
)
declare(
    "surveys.Quote",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("interview_id", "guide_id", "version", "question", "words", "language", "themes", "held_on"),
    follows=("surveys.Participant", "participant_id"),
)
declare(
    "surveys.Testimonial",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("words", "name", "language", "state", "asked_at", "decided_at", "published_at", "ended_at"),
    follows=("surveys.Quote", "quote_id"),
)

# --- how long it is kept ---

retention.declare(
    Kind(
        key="surveys.reviews",
        label=_("Reviews"),
        about=_("What somebody wrote of an article."),
        model="surveys.Review",
        moment="r.at",
        follows=(
            Follow("surveys.ReviewKey", "review_id", is_key=True),
            Follow("surveys.Reading", "parent_id"),
            Follow("surveys.Mention", "parent_id"),
        ),
        careful=True,
    ),
    Kind(
        key="surveys.social",
        label=_("Comments and other social acts"),
        about=_("What somebody wrote, liked or shared on a platform, and how many followed them then."),
        model="surveys.SocialAct",
        moment="r.at",
        follows=(
            Follow("surveys.SocialActKey", "act_id", is_key=True),
            Follow("surveys.Reading", "parent_id"),
            Follow("surveys.Mention", "parent_id"),
        ),
        careful=True,
    ),
    Kind(
        key="surveys.responses",
        label=_("Answers to surveys"),
        about=_("What somebody answered, finished or not, with whatever was refused of it."),
        model="surveys.Response",
        moment="r.saved_at",
        follows=(
            Follow("surveys.Answer", "response_id"),
            Follow("surveys.RefusedAnswer", "response_id"),
            Follow("surveys.Reading", "parent_id"),
            Follow("surveys.Mention", "parent_id"),
            Follow("surveys.ResponseKey", "response_id", is_key=True),
        ),
        careful=True,
    ),
    Kind(
        key="surveys.invitations",
        label=_("Invitations to surveys"),
        about=_("Who was asked, when, and whether they answered."),
        model="surveys.Invitation",
        moment="r.made_at",
        follows=(Follow("surveys.InvitationKey", "invitation_id", is_key=True),),
        term=Term(2, Unit.YEARS),
        careful=True,
    ),
    Kind(
        key="surveys.tickets",
        label=_("Tickets"),
        about=_("What somebody asked or complained about, with everything that was said on both sides."),
        model="surveys.Ticket",
        moment="r.spoken_at",
        follows=(
            Follow("surveys.TicketMessage", "ticket_id"),
            Follow("surveys.TicketKey", "ticket_id", is_key=True),
            Follow("surveys.Reading", "parent_id"),
            Follow("surveys.Mention", "parent_id"),
        ),
        careful=True,
    ),
    Kind(
        key="surveys.claims",
        label=_("Rewards of anonymous answers"),
        about=_("That somebody brought the code of an anonymous answer, and in which month."),
        model="surveys.RewardClaim",
        moment="r.month::timestamptz",
        follows=(Follow("surveys.SpentClaim", "claim_id", is_key=True),),
        term=Term(5, Unit.YEARS),
        careful=True,
    ),
)
retention.declare(
    Kind(
        key="surveys.interviews",
        label=_("Interviews"),
        about=_("Who took part in a talk, what was noted of them, and their words, also those shown to everybody."),
        model="surveys.Participant",
        moment="r.held_on::timestamptz",
        follows=(
            Follow("surveys.InterviewNote", "participant_id"),
            Follow("surveys.Quote", "participant_id"),
            Follow("surveys.Testimonial", "quote_id", parent="surveys.Quote"),
            Follow("surveys.Reading", "parent_id"),
            Follow("surveys.Mention", "parent_id"),
        ),
        careful=True,
    ),
)
retention.exempt("by which guide and on which day a talk was held, without people", "surveys.Interview")
retention.exempt("counts, without people", "surveys.Quota")
retention.exempt(
    "answers of nobody: without person, link or time of day",
    "surveys.AnonymousWaiting",
    "surveys.AnonymousResponse",
    "surveys.AnonymousAnswer",
    "surveys.AnonymousReading",
)
retention.exempt("sealed, and gone once their month is over", "surveys.WaitingClaim")
retention.sign_of_life(
    "surveys.review",
    "EXISTS (SELECT 1 FROM surveys_review t WHERE t.customer_id = r.id AND t.at >= %(before)s)",
)
retention.exempt("posts and the shop's own accounts, without people", "surveys.SocialPost", "surveys.OwnAccount")
retention.sign_of_life(
    "surveys.social",
    "EXISTS (SELECT 1 FROM surveys_socialact t WHERE t.customer_id = r.id AND t.at >= %(before)s)",
)
retention.sign_of_life(
    "surveys.response",
    "EXISTS (SELECT 1 FROM surveys_response t WHERE t.customer_id = r.id AND t.saved_at >= %(before)s)",
)
retention.sign_of_life(
    "surveys.ticket",
    "EXISTS (SELECT 1 FROM surveys_ticket t WHERE t.customer_id = r.id AND t.spoken_at >= %(before)s)",
)
retention.sign_of_life(
    "surveys.interview",
    "EXISTS (SELECT 1 FROM surveys_participant t WHERE t.customer_id = r.id AND t.held_on >= %(before)s::date)",
)
