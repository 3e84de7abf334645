"""A store or platform is connected: a source of its own, the secret that its webhooks are signed with, and of
platforms the access token that leads are asked for with.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cdp.core import audit, source_secrets, sources
from cdp.core.actors import Actor
from cdp.core.models import Source, SourceSecret
from commerce.hooks.registry import PLATFORMS
from commerce.services.hooks import deliveries, leads

REPLACES = "replaces"


class UnableToConnect(Exception):
    """What stands in that `field` cannot be used; the message says why."""

    def __init__(self, text: str, *, field: str = "name") -> None:
        """Say why, and where the fault is."""
        super().__init__(text)
        self.field = field


_FIELDS = {"": "secret", deliveries.TOKEN: "token", leads.CONSENT_BOX: "consent_box"}
"""Where a token of that name is asked for."""


def connect(
    *,
    name: str,
    secret: str,
    actor: Actor,
    now: datetime,
    vendor: str = "",
    token: str = "",
    consent_box: str = "",
    replaces: bool = False,
) -> Source:
    """The source of the store `name` with its secret set; one that files used already becomes the store's, its secret
    is replaced. With a new `token` everything is tried again that failed for want of one. `consent_box` names the box
    of a platform's forms that is consent to marketing by e-mail; empty means none. A source that becomes another
    platform's keeps no token of the one before.

    A source that has a secret already is another's connection unless somebody says that it is replaced (`replaces`).
    Raises UnableToConnect with nothing written.
    """
    if not consent_box.isascii():
        raise UnableToConnect(
            _("The key of a box is written in Latin letters and digits; copy it from the form."), field="consent_box"
        )
    try:
        return _connect(_Given(name, secret, vendor, token, consent_box, replaces), actor, now)
    except source_secrets.UnableToSet as problem:
        raise UnableToConnect(str(problem), field=_FIELDS.get(problem.name, "secret")) from problem


def _source(name: str) -> tuple[Source, bool]:
    """The source that staff call so, and whether it is new."""
    try:
        known = sources.known(name)
        if known not in sources.READY_MADE:
            return sources.called(name, kind=Source.Kind.STORE), not known
    except sources.UnableToUse as problem:
        raise UnableToConnect(str(problem)) from problem
    raise UnableToConnect(_("This name belongs to the product itself. Please take another."))


@dataclass(frozen=True, slots=True)
class _Given:
    name: str
    secret: str
    vendor: str
    token: str
    consent_box: str
    replaces: bool


def _connect(given: _Given, actor: Actor, now: datetime) -> Source:
    vendor = given.vendor
    with transaction.atomic():
        source, is_new = _source(given.name)
        key = source.key
        if is_new:
            audit.record(audit.Action.SOURCE_CREATED, actor=actor, at=now, subject=key)
        elif not given.replaces and SourceSecret.objects.filter(source=source).exists():
            raise UnableToConnect(
                _(
                    "A connection has this name already. Take another name, or choose to replace it: then its secret,"
                    " and with another platform its access token, are gone."
                ),
                field=REPLACES,
            )
        source_secrets.put(source=source, secret=given.secret, actor=actor, now=now, vendor=vendor)
        if given.consent_box:
            source_secrets.put_token(
                source=source, name=leads.CONSENT_BOX, token=given.consent_box, actor=actor, now=now, shortest=1
            )
        elif vendor in PLATFORMS:
            source_secrets.drop_token(source=source, name=leads.CONSENT_BOX, actor=actor, now=now)
        if given.token:
            source_secrets.put_token(source=source, name=deliveries.TOKEN, token=given.token, actor=actor, now=now)
            deliveries.try_again(source=source, now=now)
    return source
