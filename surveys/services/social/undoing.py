"""Taking back what an import made of social acts (see `taking_back`). Posts stay: they are nobody's."""

from django.utils.translation import gettext_noop

from surveys.models import SocialAct, SocialActKey
from surveys.services import taking_back
from surveys.services.social import acts

ROWS = taking_back.Rows(
    model=SocialAct,
    key_model=SocialActKey,
    keys=acts.KEYS,
    cause=acts.CAUSE,
    made="social.made",
    changed="social.changed",
    removed="social_removed",
    restored="social_restored",
    kept="social_kept",
)
WORDS = {
    ROWS.removed: gettext_noop("Social acts removed"),
    ROWS.restored: gettext_noop("Social acts that are again as they were before"),
    ROWS.kept: gettext_noop("Social acts that stay, because they were changed since"),
}
PARTS = ROWS.parts(20)
