"""What a store may tell, as plain values in our words. Times are aware, money is Decimal, texts are as told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from commerce.rules.carts import CartInput
from commerce.rules.inputs import OrderInput, RefundInput


@dataclass(frozen=True, slots=True)
class ConsentTold:
    """What a customer said about marketing by one channel, and when."""

    channel: str
    granted: bool
    at: datetime
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PersonTold:
    """A customer of the store. `raw` are texts by field name, as `customers.rules.people.clean` takes them."""

    number: str
    at: datetime
    raw: Mapping[str, str]
    consents: tuple[ConsentTold, ...] = ()


@dataclass(frozen=True, slots=True)
class RefundTold:
    """Money given back. `order_id` is the store's inner id of the order; `currency` empty means the order's."""

    order_id: str
    refund: RefundInput


@dataclass(frozen=True, slots=True)
class OrderTold:
    """An order with its buyer, the tokens of the cart it came from, and the refunds told with it. `is_ahead`: by its
    store's clock it was placed after it was told of, so its first telling says best when.
    """

    order_id: str
    at: datetime
    order: OrderInput
    buyer: Mapping[str, str]
    tokens: tuple[str, ...] = ()
    refunds: tuple[RefundTold, ...] = ()
    is_ahead: bool = False


@dataclass(frozen=True, slots=True)
class OrderGone:
    """The store deleted an order: if we know it, it does not count any more."""

    order_id: str


@dataclass(frozen=True, slots=True)
class Article:
    """What can be bought under one SKU. A price without a currency is in the currency of the store."""

    sku: str
    values: Mapping[str, Any]
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ProductTold:
    """A product with its variants."""

    product_id: str
    at: datetime
    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class CartTold:
    """A cart or checkout; `buyer` is empty while nobody is known."""

    cart: CartInput
    buyer: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoticeTold:
    """Something a person of ours must look at. `reference` tells one request from another; `named` is kept sealed."""

    kind: str
    reference: str
    person: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeadTold:
    """Somebody answered an ad or wrote in a chat. `raw` are texts by field name, `words` form, campaign and ad.

    `vouched`: the platform itself says who it is; else whoever held the phone typed it. `ticked` are the consent boxes
    of the form by the platform's key, with the words beside them where they are known; `disclaimer` stood above them.
    """

    platform: str
    number: str
    at: datetime
    raw: Mapping[str, str]
    external_id: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    is_organic: bool | None = None
    ticked: Mapping[str, str] = field(default_factory=dict)
    disclaimer: str = ""
    vouched: bool = False


@dataclass(frozen=True, slots=True)
class LinkTold:
    """Somebody who had logged in as a customer linked their chat account: a `nonce` of ours says which customer."""

    kind: str
    value: str
    nonce: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReachTold:
    """Whether a person can be reached in a chat since then: they follow the shop's account, or left it."""

    kind: str
    value: str
    is_open: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class ChatTold:
    """What a person wrote in a chat, or that they follow the shop there. `number` tells one from another.

    `sent` is what they sent instead of words: image, sticker … `what` "unsend": they took back what bears that number.
    """

    kind: str
    value: str
    number: str
    text: str
    at: datetime
    what: str = "message"
    sent: str = ""


Fact = (
    PersonTold
    | OrderTold
    | OrderGone
    | RefundTold
    | ProductTold
    | CartTold
    | NoticeTold
    | LeadTold
    | LinkTold
    | ReachTold
    | ChatTold
)
