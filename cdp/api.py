"""The REST resources under /api/v1/, gathered from the rooms."""

from rest_framework.routers import SimpleRouter

from analytics.api import customers as customer_figures
from analytics.api import segments
from campaigns.api import campaigns
from cdp.core.api import webhooks
from commerce.api import interests, line_links, orders, products
from consent.api import consents, feedback, requests
from customers.api import customers
from loyalty.api import accounts, coupons, receipts, rewards
from surveys.api import interviews, social, surveys, tickets


class Router(SimpleRouter):
    """`/orders` is the address; `/orders/` is answered too, because a POST cannot be redirected."""

    def __init__(self) -> None:
        """An optional last slash."""
        super().__init__(trailing_slash=False)
        self.trailing_slash = "/?"


router = Router()
router.register("customers", customers.CustomerViewSet, basename="customer")
router.register("consents", consents.ConsentViewSet, basename="consent")
router.register(
    r"customers/(?P<customer>[^/.]+)/consents", consents.CustomerConsentViewSet, basename="customer-consents"
)
router.register("mail-feedback", feedback.FeedbackViewSet, basename="mail-feedback")
router.register("privacy-requests", requests.RequestViewSet, basename="privacy-request")
router.register("orders", orders.OrderViewSet, basename="order")
router.register("products", products.ProductViewSet, basename="product")
router.register("stock-interests", interests.StockInterestViewSet, basename="stock-interest")
router.register("line-links", line_links.LineLinkViewSet, basename="line-link")
router.register("surveys", surveys.SurveyViewSet, basename="survey")
router.register("interviews", interviews.InterviewViewSet, basename="interview")
router.register("testimonials", interviews.TestimonialViewSet, basename="testimonial")
router.register("tickets", tickets.TicketViewSet, basename="ticket")
router.register("social", social.SocialViewSet, basename="social")
router.register("loyalty/accounts", accounts.AccountViewSet, basename="loyalty-account")
router.register("loyalty/receipts", receipts.ReceiptViewSet, basename="loyalty-receipt")
router.register("loyalty/rewards", rewards.RewardViewSet, basename="loyalty-reward")
router.register("coupons", coupons.CouponViewSet, basename="coupon")
router.register("segments", segments.SegmentViewSet, basename="segment")
router.register(
    r"customers/(?P<customer_id>[^/.]+)/metrics", customer_figures.CustomerMetricsViewSet, basename="customer-metrics"
)
router.register(
    r"customers/(?P<customer_id>[^/.]+)/segments",
    customer_figures.CustomerSegmentsViewSet,
    basename="customer-segments",
)
router.register("campaigns", campaigns.CampaignViewSet, basename="campaign")
router.register("webhooks", webhooks.WebhookViewSet, basename="webhook")
