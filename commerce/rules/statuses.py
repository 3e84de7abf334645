"""The words that stores use for the state of an order, as our states.

Stores say the same thing in many words: Shopify's financial status, WooCommerce's order status, a till's "open", a
Thai or Korean export. What is not listed is not guessed.
"""

import unicodedata

PENDING = "pending"
PAID = "paid"
FULFILLED = "fulfilled"
REFUNDED = "refunded"
PARTIALLY_REFUNDED = "partially_refunded"
VOIDED = "voided"
FAILED = "failed"
CANCELLED = "cancelled"

ALL = (PENDING, PAID, FULFILLED, REFUNDED, PARTIALLY_REFUNDED, VOIDED, FAILED, CANCELLED)
UNCOUNTED = frozenset({PENDING, VOIDED, FAILED, CANCELLED})
"""Orders in these states are no purchases. A full refund keeps the order."""

_WORDS = {
    PENDING: (
        "pending, pending payment, payment pending, awaiting payment, waiting for payment, unpaid, on hold, draft, "
        "checkout draft, auto draft, new, requires payment method, requires action, requires confirmation, "
        "requires capture, uncaptured, incomplete, "
        "รอชำระเงิน, รอการชำระเงิน, รอดำเนินการ, 입금대기, 결제대기, 입금 전, 주문접수"
    ),
    PAID: (
        "paid, processing, in process, in progress, open, authorized, authorised, partially paid, payment received, "
        "accepted, confirmed, approved, captured, succeeded, preparing, unfulfilled, awaiting shipment, "
        "awaiting fulfillment, partially fulfilled, partially shipped, ready to ship, "
        "ชำระแล้ว, ชำระเงินแล้ว, จ่ายแล้ว, กำลังดำเนินการ, ที่ต้องจัดส่ง, "
        "결제완료, 입금완료, 결제 확인, 배송준비중, 상품준비중, 처리중"
    ),
    FULFILLED: (
        "fulfilled, completed, complete, closed, done, finished, shipped, in transit, out for delivery, delivered, "
        "picked up, sold, success, "
        "สำเร็จ, เสร็จสิ้น, จัดส่งแล้ว, กำลังจัดส่ง, ส่งแล้ว, 완료, 배송중, 배송완료, 구매확정, 거래완료"
    ),
    REFUNDED: "refunded, fully refunded, returned, return, คืนเงินแล้ว, คืนเงิน, คืนสินค้า, 환불, 환불완료, 반품, 반품완료",
    PARTIALLY_REFUNDED: "partially refunded, partly refunded, partial refund, คืนเงินบางส่วน, 부분환불, 부분 환불",
    VOIDED: "voided, void, expired, โมฆะ, หมดอายุ, 무효, 만료",
    FAILED: (
        "failed, failure, declined, denied, error, rejected, payment failed, blocked, ล้มเหลว, ไม่สำเร็จ, 실패, 결제실패"
    ),
    CANCELLED: (
        "cancelled, canceled, cancellation, deleted, trash, trashed, abandoned, "
        "ยกเลิก, ยกเลิกแล้ว, 취소, 취소완료, 주문취소"
    ),
}


def _plain(word: str) -> str:
    text = unicodedata.normalize("NFC", word).casefold().replace("_", " ").replace("-", " ")
    return " ".join(text.split()).removeprefix("wc ")


_KNOWN = {_plain(word): status for status, words in _WORDS.items() for word in words.split(",")}


def find(word: str) -> str | None:
    """Our status for a store's word in any case, with spaces, dashes or underscores; None for a word nobody knows."""
    return _KNOWN.get(_plain(word))
