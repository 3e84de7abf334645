"""Importing reviews that were written elsewhere: one row is one review.

A row may name nobody: its rating counts for the product and its words are not kept. Who is new is made.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from cdp.core import pipeline
from cdp.core.files import values
from cdp.core.files.problems import ValueProblem
from cdp.core.imports import layouts, mapping, registry
from customers.rules import people
from customers.selectors import lineage
from customers.services import import_strangers, people_import
from surveys.rules import markup, ratings
from surveys.services import collecting, rated, review_undo, reviews, taking_back
from surveys.services.reviews import ReviewInput

TARGETS = {
    "review.external_id": _("Number of the review"),
    "review.sku": _("SKU"),
    "review.rating": _("Rating"),
    "review.scale": rated.LABEL,
    "review.title": _("Title"),
    "review.body": _("Text"),
    "review.at": _("When"),
    "review.replied_at": _("Answered by the shop"),
}
SYNONYMS = {
    "review id": "review.external_id",
    "sku": "review.sku",
    "product id": "review.sku",
    "product": "review.sku",
    "รหัสสินค้า": "review.sku",
    "상품코드": "review.sku",
    "rating": "review.rating",
    "stars": "review.rating",
    "score": "review.rating",
    "คะแนน": "review.rating",
    "평점": "review.rating",
    "별점": "review.rating",
    **dict.fromkeys(rated.SYNONYMS, "review.scale"),
    "title": "review.title",
    "review title": "review.title",
    "review": "review.body",
    "body": "review.body",
    "comment": "review.body",
    "text": "review.body",
    "review body": "review.body",
    "รีวิว": "review.body",
    "ความคิดเห็น": "review.body",
    "리뷰": "review.body",
    "후기": "review.body",
    "date": "review.at",
    "created at": "review.at",
    "review date": "review.at",
    "วันที่": "review.at",
    "작성일": "review.at",
    "reply date": "review.replied_at",
    "replied at": "review.replied_at",
    "answered at": "review.replied_at",
    "วันที่ตอบ": "review.replied_at",
    "วันที่ตอบกลับ": "review.replied_at",
    "답변일": "review.replied_at",
    "답글일": "review.replied_at",
}
LAYOUTS = (
    layouts.Layout(
        key="woocommerce.reviews",
        kind="reviews",
        signature=frozenset({"id", "product_id", "reviewer_email", "review", "rating", "date_created_gmt"}),
        columns={
            "id": "review.external_id",
            "product_id": "review.sku",
            "rating": "review.rating",
            "review": "review.body",
            "date_created": "review.at",
            "reviewer": "customer.name",
            "reviewer_email": "customer.email",
        },
        constants={"review.scale": "5"},
    ),
)


@dataclass(slots=True)
class Told:
    """A row that can be written once its person is known."""

    line: int
    person: people.Person | None
    external_id: str
    sku: str
    rating: Decimal | None
    title: str
    body: str
    at: datetime
    replied_at: datetime | None


class Handler:
    """Rows of a reviews file."""

    def __init__(self, context: registry.Context) -> None:
        """Prepare for one import."""
        self.context = context
        self.people = people_import.Columns(context)
        self.style = context.style("review.at")
        # Beside them the download of refused rows has columns of its own, which say nothing of the review.
        columns = enumerate(context.survey.columns)
        self.original = [position for position, name in columns if name not in mapping.OWN_COLUMNS]
        self.foresight = people_import.Foresight(context.source, context.now, joins=False)

    def parse(self, rows: Sequence[registry.Row], reject: registry.Reject, warn: registry.Reject) -> Sequence[Told]:
        """A review for each good row."""
        found = []
        for line, cells in rows:
            person, faults = self.people.clean(self.people.raw(cells))
            try:
                found.append(self._told(line, person if person.is_identified else None, cells))
            except registry.RowRefused as refusal:
                reject(line, refusal.target, refusal.value, refusal.code)
                continue
            for fault in faults:
                warn(line, people_import.PREFIX + fault.field, fault.value, fault.problem.code)
        return found

    def _told(self, line: int, person: people.Person | None, cells: Sequence[str]) -> Told:
        sku = self._text("review.sku", people.plain(self.context.cell(cells, "review.sku")), 120)
        if not sku:
            raise registry.RowRefused("review.sku", "", "missing")
        rating = rated.stars(self.context, cells, rating="review.rating", scale="review.scale")
        title = self._text("review.title", markup.text(self.context.cell(cells, "review.title")), reviews.LONGEST_TITLE)
        body = self._text("review.body", markup.text(self.context.cell(cells, "review.body")), reviews.LONGEST_BODY)
        number = self._text("review.external_id", people.plain(self.context.cell(cells, "review.external_id")), 200)
        if rating is None and not body:
            raise registry.RowRefused("review.rating", self.context.cell(cells, "review.rating"), "missing")
        told = self.context.cell(cells, "review.at")
        at = self._moment("review.at", told) or self.context.now
        replied_at = self._moment("review.replied_at", self.context.cell(cells, "review.replied_at"))
        if person is not None:
            person.told_at = min(person.told_at or at, self.context.now)
        return Told(
            line=line,
            person=person,
            external_id=number or _number(sku, told, [cells[position] for position in self.original]),
            sku=sku,
            rating=rating,
            title=title,
            body=body,
            at=at,
            replied_at=replied_at,
        )

    def _moment(self, target: str, told: str) -> datetime | None:
        try:
            return values.moment(told, zone=self.context.zone, **self.style) if told else None
        except ValueProblem as problem:
            raise registry.RowRefused(target, told, problem.code) from problem

    @staticmethod
    def _text(target: str, text: str, longest: int) -> str:
        """A text that can be kept whole: half a review is not what somebody wrote."""
        if len(text) > longest:
            raise registry.RowRefused(target, text, "too_long")
        return text

    def foresee(self, parsed: Sequence[Told]) -> registry.Counts:
        """How many of the people would be new."""
        named = [(one.person, one.line) for one in parsed if one.person is not None]
        counts = self.foresight.people([person for person, _line in named], [line for _person, line in named])
        if lost := sum(one.person is None and bool(one.title or one.body) for one in parsed):
            counts.also = {**counts.also, people_import.NAMELESS: lost}
        return counts

    def write(self, parsed: Sequence[Told]) -> registry.Counts:
        """Resolve the people, write their reviews; a repeated import writes nothing new."""
        named = [(one.person, one.line) for one in parsed if one.person is not None]
        persons, lines = [person for person, _line in named], [line for _person, line in named]
        resolutions, gone = import_strangers.resolve(self.context, persons, lines)
        left_out = {line for line, _target, _value, _code in gone}
        found = {line: resolution.customer for line, resolution in zip(lines, resolutions, strict=True)}
        parsed = [one for one in parsed if one.line not in left_out]
        owners: list[uuid.UUID | None] = [found.get(one.line) for one in parsed]
        stands = lineage.standing({owner for owner in owners if owner is not None})
        told = [
            ReviewInput(
                external_id=one.external_id,
                sku=one.sku,
                rating=one.rating,
                at=one.at,
                told_at=one.at,
                customer=stands.get(owner) if owner is not None else None,
                title=one.title,
                body=one.body,
                replied_at=one.replied_at,
            )
            for one, owner in zip(parsed, owners, strict=True)
        ]
        replaced = taking_back.Replaced(review_undo.ROWS)
        counts = reviews.write_many(
            reviews=told,
            source=self.context.source.key,
            now=self.context.now,
            lane=pipeline.BULK,
            is_vouched=True,
            before_change=replaced.before,
        )
        replaced.note(counts.written, import_id=self.context.import_id)
        foreign = [parsed[place] for place in counts.foreign]
        of_others = [(one.line, "review.external_id", one.external_id, collecting.FOREIGN) for one in foreign]
        return registry.Counts(counts.created, counts.updated, refused=[*gone, *of_others])


def _number(sku: str, told: str, cells: Sequence[str]) -> str:
    """A row without a number of its own is known by what it says, so that the same file again brings nothing new."""
    content = "\n".join((sku, told, *cells))
    return "file/" + hashlib.sha256(content.encode()).hexdigest()[:32]


KIND = registry.Kind(
    key="reviews",
    label=_("Reviews"),
    targets={**TARGETS, **people_import.qualified(people_import.TARGETS)},
    handler=Handler,
    senses=people_import.senses,
    required=(("review.sku",), ("review.rating", "review.body")),
    synonyms={
        **{name: people_import.PREFIX + target for name, target in people_import.SYNONYMS.items()},
        **SYNONYMS,
    },
    identifiers=frozenset(people_import.PREFIX + name for name in ("external_id", "member_number", "phone")),
    is_undoable=True,
    choices={"review.scale": rated.choices},
    measured={"review.scale": ("review.rating", ratings.measured)},
)
