"""Staff pages under `/voice/`."""

from django.urls import URLPattern, path

from surveys.views.voice import (
    comments,
    guides,
    interviews,
    mentions,
    quotes,
    reviews,
    testimonials,
    themes,
    ticket,
    ticket_report,
    ticket_rules,
    tickets,
)

app_name = "voice"
urlpatterns: list[URLPattern] = [
    path("", reviews.queue, name="reviews"),
    path("reviews/<uuid:customer>/<uuid:review>/", reviews.detail, name="review"),
    path("reviews/<uuid:customer>/<uuid:review>/<slug:action>/", reviews.act, name="review-act"),
    path("comments/", comments.comments, name="comments"),
    path("comments/posts/", comments.posted, name="posts"),
    path("comments/<uuid:act>/settle/", comments.settle, name="comment-settle"),
    path("themes/", themes.listing, name="themes"),
    path("themes/look/", themes.look, name="themes-look"),
    path("themes/<uuid:theme>/", themes.detail, name="theme"),
    path("mentions/", mentions.listing, name="mentions"),
    path("mentions/<uuid:brand>/remove/", mentions.remove, name="brand-remove"),
    path("interviews/", interviews.talks_held, name="interviews"),
    path("interviews/begin/", interviews.begin, name="interview-begin"),
    path("interviews/talks/<uuid:interview>/", interviews.talk, name="interview"),
    path("interviews/guides/", guides.listing, name="guides"),
    path("interviews/guides/new/", guides.new, name="guide-new"),
    path("interviews/guides/<slug:guide>/", guides.guide, name="guide"),
    path("interviews/guides/<slug:guide>/publish/", guides.publish, name="guide-publish"),
    path("interviews/guides/<slug:guide>/away/", guides.away, name="guide-away"),
    path("interviews/quotes/", quotes.board, name="quotes"),
    path("interviews/quotes/<uuid:quote>/", quotes.quote, name="quote"),
    path("interviews/testimonials/", testimonials.listing, name="testimonials"),
    path("interviews/testimonials/<uuid:testimonial>/", testimonials.testimonial, name="testimonial"),
    path("tickets/", tickets.listing, name="tickets"),
    path("tickets/mail/", tickets.read_mail, name="ticket-mail"),
    path("tickets/report/", ticket_report.report, name="ticket-report"),
    path("tickets/report/figures.csv", ticket_report.file, name="ticket-report-file"),
    path("tickets/rules/", ticket_rules.rules, name="ticket-rules"),
    path("tickets/new/<uuid:customer>/", ticket.new, name="ticket-new"),
    path("tickets/<uuid:customer>/<uuid:ticket>/", ticket.detail, name="ticket"),
    path("tickets/<uuid:customer>/<uuid:ticket>/<slug:action>/", ticket.act, name="ticket-act"),
]
