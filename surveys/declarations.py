"""What this room declares to the kernel."""

from django.utils.translation import gettext_lazy as _

from cdp.core import open_things, outbox, panels, timeline, webhooks
from cdp.core.crypto import rowkeys
from cdp.core.exports import registry as exports
from cdp.core.imports import engine, layouts, registry, undoing
from cdp.core.keys import digests, holders
from commerce.services.hooks import chats
from events.services import handover
from surveys.models import Interview, Response, Review, SocialAct, Survey, Ticket, TicketMessage, Vocabulary
from surveys.selectors import answered, files, reviews
from surveys.selectors.exporting import kinds as exporting
from surveys.selectors.interviews import told as interviewed
from surveys.selectors.inviting import PURPOSE
from surveys.selectors.social import files as social_files
from surveys.selectors.social import story
from surveys.selectors.social import texts as social_texts
from surveys.selectors.texts import answers as open_answers
from surveys.selectors.texts import feeling
from surveys.selectors.texts import quotes as said_quotes
from surveys.selectors.texts import reviews as written_reviews
from surveys.selectors.texts import sources as texts
from surveys.selectors.texts import tickets as written_tickets
from surveys.selectors.tickets import telling
from surveys.services import (
    asking_job,  # noqa: F401  (registers its job)
    collecting,
    inviting,
    rated,
    review_import,
    review_undo,
)
from surveys.services.answering import taking
from surveys.services.filing import answers as filed
from surveys.services.filing import undoing as filed_undoing
from surveys.services.social import collecting as social_collecting
from surveys.services.social import hearing, importing
from surveys.services.social import undoing as social_undoing
from surveys.services.tickets import asking as rating
from surveys.services.tickets import importing as ticket_import
from surveys.services.tickets import (
    mail_job,  # noqa: F401  (registers its job)
    overdue,
    working,
)
from surveys.services.tickets import undoing as ticket_undoing

registry.declare(review_import.KIND)
registry.declare(ticket_import.KIND)
engine.explain(
    {
        ticket_import.FOREIGN: _("A ticket with this number is somebody else's; it stays as it was."),
        ticket_import.BEFORE_OPENING: _("This is earlier than the ticket was opened; it was left out."),
    }
)
registry.declare(importing.KIND)
registry.declare(filed.KIND)
exports.declare(files.KIND)
exports.declare(social_files.KIND)
exports.declare(exporting.KIND)
engine.explain(filed.REASONS, counted={filed.NO_QUESTION, filed.MADE})
undoing.declare(*filed_undoing.PARTS, words=filed_undoing.WORDS)
engine.explain(rated.REASONS)
engine.explain({collecting.FOREIGN: _("A review with this number is somebody else's; it stays as it was.")})
undoing.declare(*review_undo.PARTS, words=review_undo.WORDS)
undoing.declare(*social_undoing.PARTS, words=social_undoing.WORDS)
undoing.declare(*ticket_undoing.PARTS, words=ticket_undoing.WORDS)
engine.explain(importing.REASONS)
layouts.declare(*review_import.LAYOUTS)
handover.want(collecting.READER, collecting.NAMES)
handover.want(social_collecting.READER, social_collecting.NAMES)
chats.listen(hearing.hear)
timeline.provide("survey", _("Surveys"), answered.told, group=timeline.SAID, scope="surveys")
panels.declare(
    panels.Panel(
        "answers", side=panels.RIGHT, template="surveys/answers_panel.html", context=answered.panel, position=55
    )
)
timeline.provide("interview", _("Interviews"), interviewed.told, group=timeline.SAID, scope="interviews")
panels.declare(
    panels.Panel(
        "interviews",
        side=panels.RIGHT,
        template="surveys/interviews_panel.html",
        context=interviewed.panel,
        position=57,
    )
)
timeline.provide("review", _("Reviews"), reviews.told, group=timeline.SAID)
panels.declare(
    panels.Panel(
        "reviews", side=panels.RIGHT, template="surveys/reviews_panel.html", context=reviews.panel, position=56
    )
)
timeline.provide("ticket", _("Tickets"), telling.entries, group=timeline.SAID, scope="tickets")
timeline.provide("social", _("Social platforms"), story.told, group=timeline.SAID, scope="social")
panels.declare(
    panels.Panel("social", side=panels.RIGHT, template="surveys/social_panel.html", context=story.panel, position=57)
)
panels.declare(
    panels.Panel(
        "tickets", side=panels.RIGHT, template="surveys/tickets_panel.html", context=telling.panel, position=54
    )
)
panels.declare(
    panels.Panel(
        "feeling", side=panels.RIGHT, template="surveys/feeling_panel.html", context=feeling.panel, position=53
    )
)
open_things.declare("tickets", telling.open_ones)
digests.declare(Review, "resolved_by")
digests.declare(Response, "resolved_by")
digests.declare(SocialAct, "resolved_by", "account")
digests.declare(Ticket, "named_by")
digests.declare(TicketMessage, "named_by")
texts.declare(written_reviews.SOURCE)
texts.declare(open_answers.SOURCE)
texts.declare(said_quotes.SOURCE)
texts.declare(social_texts.SOURCE)
texts.declare(written_tickets.SOURCE)
holders.declare(holders.Holder(Vocabulary, ("id",), rowkeys.context(Vocabulary._meta.db_table)))
holders.declare(holders.Holder(Survey, ("id",), rowkeys.context(Survey._meta.db_table)))
holders.declare(holders.Holder(Interview, ("id",), rowkeys.context(Interview._meta.db_table)))
webhooks.declare(taking.ANSWERED, _("Somebody answered a survey"), holds="customer, survey, response, version")
outbox.declare(outbox.Kind(inviting.INVITATION, _("An invitation to a survey"), purpose=PURPOSE))
outbox.declare(outbox.Kind(inviting.REMINDER, _("A reminder of a survey"), purpose=PURPOSE))
outbox.declare(outbox.Kind(rating.NOTICE, _("A question about how we handled yours")))
webhooks.declare(working.RESOLVED, _("A ticket was resolved"), holds="customer, ticket, channel, topic")
webhooks.declare(overdue.OVERDUE, _("A ticket is overdue"), holds="customer, ticket, due_at, priority, channel")
