"""How reviews, answers and invitations read to the person they are of."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from cdp.core import readable, sources, written_numbers
from cdp.core.readable import Reading
from customers.rules import handles
from surveys.models import Invitation, Mention, Response, Sentiment, SocialAct, Testimonial, Ticket, TicketMessage
from surveys.selectors import wording
from surveys.selectors.interviews import guides
from surveys.selectors.social import posts
from surveys.selectors.texts import names as named
from surveys.selectors.texts import sources as texts
from surveys.selectors.tickets import telling

readable.declare(
    "surveys.Review",
    Reading(
        _("Your reviews"),
        {
            "at": _("When"),
            "sku": _("Article number"),
            "rating": _("Stars of five"),
            "title": _("Heading"),
            "body": _("What you wrote"),
            "replied_at": _("We answered"),
            "reply": _("What we answered"),
            "source": _("Came through"),
        },
        newest="at",
        names={"source": sources.names},
        told={"rating": lambda row: written_numbers.number(row["rating"]) if row["rating"] is not None else ""},
    ),
)
readable.declare_inner("surveys.ReviewKey")
readable.declare(
    "surveys.SocialAct",
    Reading(
        _("What you did on social platforms"),
        {
            "at": _("When"),
            "platform": _("Platform"),
            "kind": _("What it was"),
            "handle": _("Your account there"),
            "post_id": _("Under the post"),
            "words": _("What you wrote"),
            "followers": _("Your followers then"),
            "replied_at": _("We answered"),
            "state": _("What became of it"),
            "source": _("Came through"),
            "external_id": _("Number at its source"),
        },
        newest="at",
        names={
            "source": sources.names,
            "platform": lambda: dict(handles.PLATFORMS),
            "kind": lambda: dict(SocialAct.Kind.choices),
            "state": lambda: dict(SocialAct.State.choices),
        },
        told={
            "post_id": lambda row: posts.called(row["post_id"]),
            "followers": lambda row: "" if row["followers"] is None else written_numbers.number(row["followers"]),
        },
    ),
)
readable.declare_inner("surveys.SocialActKey")
readable.declare(
    "surveys.Response",
    Reading(
        _("Surveys you answered"),
        {
            "started_at": _("Begun"),
            "ended_at": _("Sent in"),
            "survey_id": _("Survey"),
            "version": _("Version"),
            "state": _("How far"),
            "mode": _("Came through"),
            "language": _("Language"),
            "context": _("What the link told"),
            "disclosure": _("What was said before the first question, version"),
            "promised": _("What was promised"),
            "source": _("Source"),
            "id": _("Number"),
        },
        newest="started_at",
        names={
            "source": sources.names,
            "survey_id": wording.titles,
            "state": lambda: dict(Response.State.choices),
            "mode": lambda: dict(Response.Mode.choices),
        },
        told={"promised": lambda row: wording.promised(row["promised"])},
    ),
)
readable.declare(
    "surveys.Answer",
    Reading(
        _("Your answers"),
        {
            "at": _("When"),
            "question": _("Question"),
            "item": _("Line or option"),
            "number": _("Number"),
            "code": _("Choice"),
            "text": _("What you wrote"),
            "response_id": _("Survey you answered, number"),
        },
        newest="at",
        told={
            "number": lambda row: written_numbers.number(row["number"]) if row["number"] is not None else "",
            "question": lambda row: wording.question(row["survey_id"], row["version"], row["question"]),
            "item": lambda row: wording.line(row["survey_id"], row["version"], row["question"], row["item"]),
            "code": lambda row: wording.choice(row["survey_id"], row["version"], row["question"], row["code"]),
        },
    ),
)
readable.declare(
    "surveys.RefusedAnswer",
    Reading(
        _("Answers that could not be taken"),
        {
            "at": _("When"),
            "question": _("Question"),
            "why": _("Why not"),
            "value": _("What was sent"),
            "response_id": _("Survey you answered, number"),
        },
        newest="at",
    ),
)
readable.declare(
    "surveys.Invitation",
    Reading(
        _("Surveys you were asked to answer"),
        {
            "made_at": _("When"),
            "survey_id": _("Survey"),
            "channel": _("By"),
            "state": _("What became of it"),
            "sent_at": _("Sent"),
            "answered_at": _("You answered"),
            "expires_at": _("The link works until"),
        },
        newest="made_at",
        names={"survey_id": wording.titles, "state": lambda: dict(Invitation.State.choices)},
    ),
)
readable.declare(
    "surveys.RewardClaim",
    Reading(
        _("Rewards of anonymous answers"),
        {"month": _("Month"), "survey_id": _("Survey"), "promised": _("What was promised")},
        newest="month",
        names={"survey_id": wording.titles},
    ),
)
readable.declare(
    "surveys.Ticket",
    Reading(
        _("Your questions and complaints"),
        {
            "opened_at": _("When"),
            "channel": _("By"),
            "topic": _("Topic"),
            "priority": _("How urgent"),
            "subject": _("Subject"),
            "status": _("State"),
            "first_reply_at": _("First reply"),
            "resolved_at": _("Resolved"),
            "satisfaction": _("How you rated it, of five"),
            "satisfaction_at": _("When you rated it"),
            "source": _("Came through"),
            "external_id": _("Number there"),
            "id": _("Number"),
        },
        newest="opened_at",
        names={
            "source": sources.names,
            "channel": lambda: dict(Ticket.Channel.choices),
            "priority": lambda: dict(Ticket.Priority.choices),
            "status": lambda: dict(Ticket.Status.choices),
        },
    ),
)
readable.declare(
    "surveys.TicketMessage",
    Reading(
        _("What was said about your questions and complaints"),
        {
            "at": _("When"),
            "direction": _("From whom"),
            "act": _("What was done"),
            "words": _("What was said"),
            "more": _("Quoted below, and files that came with it"),
            "ticket_id": _("Question or complaint, number"),
        },
        newest="at",
        names={"direction": lambda: dict(TicketMessage.Direction.choices), "act": telling.acts},
    ),
)
readable.declare(
    "surveys.Participant",
    Reading(
        _("Interviews you took part in"),
        {
            "held_on": _("When"),
            "guide_id": _("Guide"),
            "language": _("Language"),
            "disclosure": _("What was said before the first question, version"),
            "interview_id": _("Number"),
        },
        newest="held_on",
        names={"guide_id": guides.names},
    ),
)
readable.declare(
    "surveys.InterviewNote",
    Reading(
        _("What we noted in interviews"),
        {
            "held_on": _("When"),
            "question": _("Question"),
            "words": _("What we noted"),
            "interview_id": _("Interview, number"),
        },
        newest="held_on",
    ),
)
readable.declare(
    "surveys.Quote",
    Reading(
        _("What you said in interviews"),
        {
            "held_on": _("When"),
            "question": _("Question"),
            "words": _("Your words"),
            "themes": _("What they are about"),
            "language": _("Language"),
            "interview_id": _("Interview, number"),
        },
        newest="held_on",
        told={
            "question": lambda row: guides.asked(row["guide_id"], row["version"], row["question"]),
            "themes": lambda row: ", ".join(row["themes"] or ()),
        },
    ),
)
readable.declare(
    "surveys.Testimonial",
    Reading(
        _("Words of yours that we asked to show"),
        {
            "asked_at": _("Asked"),
            "words": _("Your words"),
            "name": _("Under which name"),
            "state": _("What became of it"),
            "decided_at": _("You decided"),
            "published_at": _("Shown since"),
            "ended_at": _("Ended"),
            "language": _("Language"),
        },
        newest="asked_at",
        names={"state": lambda: dict(Testimonial.State.choices)},
    ),
)
for _inner in ("surveys.TicketKey", "surveys.ResponseKey", "surveys.InvitationKey", "surveys.SpentClaim"):
    readable.declare_inner(_inner)

_LANGUAGES = {"th": _("Thai"), "ko": _("Korean"), "en": _("English"), "xx": _("Another language"), "": ""}


def _kinds() -> dict[str, object]:
    return {kind: source.label for kind, source in texts.declared().items()}


def _percent(column: str) -> Callable[[readable.Row], str]:
    return lambda row: written_numbers.percent(row[column] / 1000) if row["sentiment"] else ""


readable.declare(
    "surveys.Reading",
    Reading(
        _("How a program read what you wrote"),
        {
            "at": _("When you wrote it"),
            "kind": _("Where"),
            "language": _("Language"),
            "sentiment": _("Feeling it read"),
            "negative": _("How likely negative"),
            "neutral": _("How likely neutral"),
            "positive": _("How likely positive"),
            "model": _("Version of the program"),
        },
        newest="at",
        names={"kind": _kinds, "language": lambda: _LANGUAGES, "sentiment": lambda: dict(Sentiment.choices)},
        told={name: _percent(name) for name in ("negative", "neutral", "positive")},
    ),
)
readable.declare(
    "surveys.Mention",
    Reading(
        _("Brands and articles you named"),
        {
            "at": _("When"),
            "kind": _("Where"),
            "about": _("What kind"),
            "ref": _("Name"),
            "sentiment": _("Feeling it read"),
        },
        newest="at",
        names={
            "kind": _kinds,
            "about": lambda: dict(Mention.About.choices),
            "ref": named.called,
            "sentiment": lambda: dict(Sentiment.choices),
        },
    ),
)
