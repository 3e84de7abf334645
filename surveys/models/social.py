"""What people do around the shop on social platforms: posts, and who commented, liked, shared or wrote under them."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cdp.core.crypto.fields import SealedField
from cdp.core.models import Model, OwnedModel, Placement


class SocialPost(Model):
    """One post on a platform, of the shop or about it. Its id carries the time of the first act with it that was known
    when it was made, so lists go by id. What people did with it is counted from their acts.
    """

    placement = Placement.SHARED

    platform = models.CharField(max_length=20)
    external_id = models.CharField(max_length=200)
    url = models.CharField(max_length=500, blank=True)
    campaign = models.CharField(max_length=120, blank=True)  # by the name the shop gives it; the latest told stands

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["platform", "external_id"], name="surveys_socialpost_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Those of one campaign, newest first.
            models.Index(
                fields=["campaign", "-id"],
                name="surveys_socialpost_campaign",
                condition=~models.Q(campaign=""),
            ),
        ]


class SocialActKey(models.Model):
    """Digest of (source, platform, the number of the act there) → act: what makes an act one over all customers."""

    placement = Placement.KEY

    digest = models.BinaryField(primary_key=True)
    customer_id = models.UUIDField()
    act_id = models.UUIDField()


class SocialAct(OwnedModel):
    """One thing that somebody did. Its id carries the time, so lists go by id. What they wrote and what they are called
    is sealed; of nobody neither is kept.
    """

    class Kind(models.TextChoices):
        COMMENT = "comment", pgettext_lazy("social act", "Comment")
        MENTION = "mention", pgettext_lazy("social act", "Mention")
        LIKE = "like", pgettext_lazy("social act", "Like")
        SHARE = "share", pgettext_lazy("social act", "Share")
        FOLLOW = "follow", pgettext_lazy("social act", "Follow")
        MESSAGE = "message", pgettext_lazy("social act", "Message")

    class State(models.TextChoices):
        OPEN = "", pgettext_lazy("comment", "Open")
        NOTED = "noted", pgettext_lazy("comment", "Noted")
        RESOLVED = "resolved", pgettext_lazy("comment", "Resolved")

    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=200)
    platform = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    post_id = models.UUIDField(null=True)  # of a SocialPost; null: under none, or nobody said
    handle = SealedField()
    account = models.BinaryField(null=True)  # digest of platform and handle: which of a person's accounts it was
    words = SealedField()
    has_words = models.BooleanField(default=False)
    followers = models.BigIntegerField(null=True)  # at that time, as the platform told
    at = models.DateTimeField()
    told_at = models.DateTimeField()
    resolved_by = models.BinaryField(null=True)
    replied_at = models.DateTimeField(null=True)  # when the shop answered it there
    state = models.CharField(max_length=10, choices=State.choices, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("social act")
        verbose_name_plural = _("social acts")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="surveys_socialact_followers", condition=models.Q(followers__gte=0)),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Timeline and page of a customer, newest first; INCLUDE lets the followers of many be read from it alone.
            models.Index(
                fields=["customer", "-at"], name="surveys_socialact_customer", include=["platform", "followers"]
            ),
            # What was done with a post: counted from the index alone, and its acts newest first.
            models.Index(fields=["post_id", "-id"], name="surveys_socialact_post", include=["kind", "has_words"]),
            # What people wrote, newest first: the list of comments.
            models.Index(
                fields=["-id"],
                name="surveys_socialact_written",
                include=["kind", "platform", "followers"],
                condition=models.Q(has_words=True),
            ),
            # What waits for an answer, and what was decided of the others: few of many.
            models.Index(
                fields=["-id"],
                name="surveys_socialact_waiting",
                condition=models.Q(has_words=True, state="", replied_at__isnull=True),
            ),
            models.Index(
                fields=["state", "-id"],
                name="surveys_socialact_state",
                condition=models.Q(has_words=True) & ~models.Q(state=""),
            ),
        ]


class OwnAccount(Model):
    """An account of the shop itself: what it writes is a reply and nobody's act; and what opens a ticket there."""

    placement = Placement.SHARED

    platform = models.CharField(max_length=20)
    handle = models.CharField(max_length=150)  # the shop's own name, nobody's
    tickets = ArrayField(models.CharField(max_length=10), default=list)  # kinds of acts, beside messages

    class Meta:
        verbose_name = _("account of the shop")
        verbose_name_plural = _("accounts of the shop")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["platform", "handle"], name="surveys_ownaccount_once"),
        ]
