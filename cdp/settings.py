"""Settings, from the environment only.

Every knob is an environment variable listed in docs/operations.md. A `CDP_…` variable nobody knows is refused,
because a misspelt knob that silently does nothing is worse than a failed start. So are values that would be unsafe
in the open: DEBUG on a public address, a short SECRET_KEY, plain HTTP cookies behind an https base URL.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from celery.schedules import crontab, schedule
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from cdp.core import environment
from cdp.core.api import guide
from cdp.run import keys, programs

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

KNOWN_CDP_VARIABLES = {
    "CDP_BACKUP_KEY",
    "CDP_BASE_URL",
    "CDP_CHAIN_KEYS",
    "CDP_CURRENCY",
    "CDP_DOUBLE_OPT_IN",
    "CDP_ENCRYPTION_KEYS",
    "CDP_EVENTS_KEPT_MONTHS",
    "CDP_EXPORT_ALONE",
    "CDP_HOST",
    "CDP_JURISDICTION",
    "CDP_LINE_URL",
    "CDP_LINKEDIN_URL",
    "CDP_META_URL",
    "CDP_METRICS_TOKEN",
    "CDP_RECEIPT_KEYS",
    "CDP_REQUIRE_BROWSER",
    "CDP_REQUIRE_DATA",
    "CDP_SAMPLE",
    "CDP_SHOP_ADDRESS",
    "CDP_SHOP_COUNTRY",
    "CDP_SHOP_NAME",
    "CDP_SHOP_URL",
    "CDP_SPECIAL_DETAILS",
    "CDP_SUPERVISED",
    "CDP_TRUSTED_PROXIES",
    "CDP_VAR",
    "CDP_WEBHOOK_PRIVATE",
}
unknown = {name for name in os.environ if name.startswith("CDP_")} - KNOWN_CDP_VARIABLES
if unknown:
    message = f"Unknown environment variables: {', '.join(sorted(unknown))}. See docs/operations.md for the list."
    raise ImproperlyConfigured(message)

# --- Places -----------------------------------------------------------------------------------------------------
CDP_VAR = Path(env.str("CDP_VAR", default=str(BASE_DIR / "var"))).resolve()
PORT = env.int("PORT", default=8000)
CDP_BASE_URL = env.str("CDP_BASE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
_base = urlsplit(CDP_BASE_URL)
if _base.scheme not in {"http", "https"} or not _base.hostname:
    raise ImproperlyConfigured("CDP_BASE_URL must be a full address such as https://crm.example.com")
IS_HTTPS = _base.scheme == "https"
IS_LOOPBACK = _base.hostname in {"127.0.0.1", "localhost", "::1"}

# --- Security ---------------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
if DEBUG and not IS_LOOPBACK:
    raise ImproperlyConfigured("DEBUG=1 is refused unless CDP_BASE_URL is a loopback address.")
SECRET_KEY = env.str("SECRET_KEY", default="") or keys.secret_key(CDP_VAR)
if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5:
    raise ImproperlyConfigured("SECRET_KEY must have at least 50 characters; leave it unset to have one made.")
CDP_CHAIN_KEYS = env.str("CDP_CHAIN_KEYS", default="") or keys.chain_keys(CDP_VAR)
CDP_RECEIPT_KEYS = env.str("CDP_RECEIPT_KEYS", default="") or keys.receipt_keys(CDP_VAR)
CDP_ENCRYPTION_KEYS = env.str("CDP_ENCRYPTION_KEYS", default="") or keys.encryption_keys(CDP_VAR)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=sorted({_base.hostname, "127.0.0.1", "localhost"}))
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS=* is refused; name the hosts.")
CSRF_TRUSTED_ORIGINS = [f"{_base.scheme}://{_base.netloc}"]

SECURE_SSL_REDIRECT = IS_HTTPS
# Health checks come from the balancer over plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 12
CSRF_FAILURE_VIEW = "cdp.web.views.errors.csrf_failure"
DEFAULT_EXCEPTION_REPORTER_FILTER = "cdp.core.faults.KeylessFilter"

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

# --- The shop ---------------------------------------------------------------------------------------------------
CDP_SHOP_NAME = env.str("CDP_SHOP_NAME", default="Mali & Co.")
CDP_SHOP_ADDRESS = env.str("CDP_SHOP_ADDRESS", default="99 Sukhumvit Road, Bangkok 10110, Thailand")
CDP_SHOP_COUNTRY = environment.country(env.str("CDP_SHOP_COUNTRY", default="TH"), name="CDP_SHOP_COUNTRY")
# Where customers buy; empty until somebody says it. CDP_BASE_URL is where staff log in.
CDP_SHOP_URL = env.str("CDP_SHOP_URL", default="").rstrip("/")
# Where leads are asked for; with their versions, which the platforms retire after a year or two.
CDP_META_URL = environment.interface(
    env.str("CDP_META_URL", default="https://graph.facebook.com/v23.0"), name="CDP_META_URL"
)
CDP_LINKEDIN_URL = environment.interface(
    env.str("CDP_LINKEDIN_URL", default="https://api.linkedin.com/rest"), name="CDP_LINKEDIN_URL"
)
CDP_LINE_URL = environment.interface(env.str("CDP_LINE_URL", default="https://api.line.me"), name="CDP_LINE_URL")
if CDP_SHOP_URL and not (urlsplit(CDP_SHOP_URL).scheme in {"http", "https"} and urlsplit(CDP_SHOP_URL).hostname):
    raise ImproperlyConfigured("CDP_SHOP_URL must be a full address such as https://shop.example.com")
CDP_CURRENCY = environment.currency(env.str("CDP_CURRENCY", default="THB"), name="CDP_CURRENCY")
CDP_JURISDICTION = env.str("CDP_JURISDICTION", default="gdpr")
if CDP_JURISDICTION not in {"gdpr", "pdpa_th", "pipa_kr"}:
    raise ImproperlyConfigured("CDP_JURISDICTION must be one of gdpr, pdpa_th, pipa_kr.")
# Who confirms a sign-up by a link in a mail: those whose law asks for it, or everybody.
CDP_DOUBLE_OPT_IN = env.str("CDP_DOUBLE_OPT_IN", default="law")
if CDP_DOUBLE_OPT_IN not in {"law", "always"}:
    raise ImproperlyConfigured("CDP_DOUBLE_OPT_IN must be law or always.")
# Details of the special categories that this shop keeps, with explicit consent only; none unless somebody says so.
CDP_SPECIAL_DETAILS = environment.special_details(env.str("CDP_SPECIAL_DETAILS", default=""))
# Whole months of events before the present one; 0 keeps all of them.
CDP_EVENTS_KEPT_MONTHS = env.int("CDP_EVENTS_KEPT_MONTHS", default=0)
if not 0 <= CDP_EVENTS_KEPT_MONTHS <= 600:
    raise ImproperlyConfigured("CDP_EVENTS_KEPT_MONTHS must be 0 (keep all) to 600.")
# Networks of the shop's own that webhooks may be told at (`10.0.0.0/8,127.0.0.1/32`), also without TLS.
CDP_WEBHOOK_PRIVATE = environment.networks(env.str("CDP_WEBHOOK_PRIVATE", default=""), name="CDP_WEBHOOK_PRIVATE")
# Files of more people than this wait for a second member of staff.
CDP_EXPORT_ALONE = env.int("CDP_EXPORT_ALONE", default=100)
if CDP_EXPORT_ALONE < 0:
    raise ImproperlyConfigured("CDP_EXPORT_ALONE must be 0 (every file of people waits) or more.")
CDP_METRICS_TOKEN = env.str("CDP_METRICS_TOKEN", default="")
# How many proxies stand before us and report the client in X-Forwarded-For.
CDP_TRUSTED_PROXIES = env.int("CDP_TRUSTED_PROXIES", default=0)
ALLAUTH_TRUSTED_PROXY_COUNT = CDP_TRUSTED_PROXIES
CDP_SUPERVISED = env.bool("CDP_SUPERVISED", default=False)

# --- Applications -----------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "cdp.core",
    "customers",
    "consent",
    "events",
    "commerce",
    "surveys",
    "loyalty",
    "analytics",
    "campaigns",
    "cdp.web.apps.WebConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "cdp.web.apps.StewardsAdminConfig",
    "django.forms",  # its widget templates, for FORM_RENDERER
    "django_htmx",
    "phonenumber_field",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
]

MIDDLEWARE = [
    "cdp.core.middleware.RequestContextMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cdp.core.middleware.StaffPagesMiddleware",
    "cdp.web.handing.LockedTabletMiddleware",
    "cdp.web.second_factor.SecondFactorMiddleware",
    "cdp.web.language.LanguageLinkMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cdp.core.middleware.AccessLogMiddleware",
]

ROOT_URLCONF = "cdp.urls"
WSGI_APPLICATION = "cdp.wsgi.application"
CDP_PIPELINE = "cdp.pipeline.STEPS"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cdp.web.context.shell",
            ],
        },
    },
]
FORM_RENDERER = "cdp.web.renderers.FormRenderer"

# --- Data -------------------------------------------------------------------------------------------------------
DATABASES = {
    "default": {
        **env.db_url("DATABASE_URL", default="postgres://cdp@127.0.0.1:5432/cdp"),
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,  # one round trip; a restarted PostgreSQL then costs no request
        "OPTIONS": {
            # Every thread of a web process holds one, and two are left for what runs beside the requests.
            "pool": {"min_size": 1, "max_size": programs.BLOCKING_THREADS + 2, "timeout": 20},
            # Constant clean-up of sessions that a killed client left open inside a transaction.
            "application_name": keys.connection_name(CDP_ENCRYPTION_KEYS),
            "options": "-c idle_in_transaction_session_timeout=120000",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379").rstrip("/")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": f"{REDIS_URL}/2",
        "KEY_PREFIX": "cdp",
    }
}

# --- Queue ------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = f"{REDIS_URL}/0"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_connect_timeout": 2, "socket_timeout": 5}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BEAT_SCHEDULE_FILENAME = str(CDP_VAR / "celerybeat-schedule")
# A queue entry only wakes a worker: the work itself is rows in PostgreSQL. The beat entries are the safety net that
# finds work whose wake-up was lost; they expire so that they never pile up behind a long job.
CELERY_BEAT_SCHEDULE = {
    name: {"task": task, "schedule": schedule(seconds), "options": {"expires": seconds}}
    for name, task, seconds in [
        ("process-inbox", "events.tasks.process_inbox", 2),
        ("seal-ledgers", "cdp.core.tasks.seal_ledgers", 2),
        ("drain-pipeline", "cdp.core.tasks.drain_pipeline", 5),
        ("run-jobs", "cdp.core.tasks.run_jobs", 5),
        ("send-notices", "cdp.core.tasks.send_notices", 5),
        ("tidy-consent", "consent.tasks.tidy", 3600),
        ("tell-people", "consent.tasks.tell_people", 3600),
        ("send-messages", "campaigns.tasks.send_messages", 5),
        ("run-triggers", "campaigns.tasks.run_triggers", 300),
        ("refresh-segments", "analytics.tasks.refresh_segments", 600),
        ("count-products", "analytics.tasks.count_products", 600),
        ("work-off-hooks", "commerce.tasks.work_off_hooks", 5),
        ("keep-house", "consent.tasks.keep_house", 900),
        ("forget-hooks", "commerce.tasks.forget_hooks", 3600),
        ("look-after-booking", "commerce.tasks.look_after_booking", 3600),
        ("forget-coupons", "loyalty.tasks.forget_coupons", 3600),
        ("lapse-holds", "loyalty.tasks.lapse_holds", 60),
        ("look-after-draws", "loyalty.tasks.look_after_draws", 60),
        ("book-points", "loyalty.tasks.book_time", 900),
        ("give-for-birthdays", "loyalty.tasks.give_for_birthdays", 3600),
        ("make-keys-ahead", "cdp.core.tasks.make_keys_ahead", 600),
        ("tidy", "cdp.core.tasks.tidy", 3600),
        ("tell-others", "cdp.core.tasks.tell_others", 5),
        ("send-codes", "consent.tasks.send_codes", 5),
        ("send-links", "consent.tasks.send_links", 10),
        ("watch-requests", "consent.tasks.watch_requests", 600),
        ("sweep-companies", "customers.tasks.sweep_companies", 60),
        ("index-phones", "customers.tasks.index_phones", 600),
        ("tidy-events", "events.tasks.tidy", 3600),
        ("end-survey-days", "surveys.tasks.end_days", 900),
        ("look-after-invitations", "surveys.tasks.look_after_invitations", 600),
        ("escalate-tickets", "surveys.tasks.escalate_tickets", 60),
        ("read-texts", "surveys.tasks.read_texts", 300),
    ]
}
CELERY_BEAT_SCHEDULE["find-themes"] = {
    "task": "surveys.tasks.find_themes",
    "schedule": crontab(hour=3, minute=10),
    "options": {"expires": 3600},
}
CELERY_BEAT_SCHEDULE["end-survey-months"] = {
    "task": "surveys.tasks.end_months",
    "schedule": crontab(hour=1, minute=40),
    "options": {"expires": 3600},
}
CELERY_BEAT_SCHEDULE["count-referrals"] = {
    "task": "loyalty.tasks.count_referrals",
    "schedule": crontab(hour=0, minute=50),
    "options": {"expires": 3600},
}
CELERY_BEAT_SCHEDULE["remind-of-ends"] = {  # when people are awake: it is sent at once
    "task": "loyalty.tasks.remind_of_ends",
    "schedule": crontab(hour=10, minute=10),
    "options": {"expires": 3600},
}
CELERY_BEAT_SCHEDULE["settle-tiers"] = {
    "task": "loyalty.tasks.settle_tiers",
    "schedule": crontab(hour=0, minute=30),
    "options": {"expires": 3600},
}
CELERY_BEAT_SCHEDULE["look-for-unsettled"] = {
    "task": "loyalty.tasks.look_for_unsettled",
    "schedule": crontab(hour=3, minute=30),
    "options": {"expires": 3600},
}
CELERY_BEAT_SCHEDULE["look-for-birthdays"] = {
    "task": "loyalty.tasks.look_for_birthdays",
    "schedule": crontab(hour=0, minute=10),
    "options": {"expires": 3600},
}
# At night of the shop (CELERY_TIMEZONE), whatever beat was restarted for by day.
CELERY_BEAT_SCHEDULE["verify-ledgers"] = {
    "task": "cdp.core.tasks.verify_ledgers",
    "schedule": crontab(hour=2, minute=20),
    "options": {"expires": 3600},
}

# --- People who log in ------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "cdp.web.accounts.StaffAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
# Whoever types an address that is no member of staff's is answered alike, and nobody is written to.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
MFA_ADAPTER = "cdp.web.accounts.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = CDP_SHOP_NAME

# --- Languages and time -----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("th", _("Thai")), ("ko", _("Korean"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "cdp_language"
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Bangkok")
try:
    ZoneInfo(TIME_ZONE)
except (ZoneInfoNotFoundError, ValueError) as error:
    message = f"TIME_ZONE={TIME_ZONE} is no known zone; use a name such as Asia/Bangkok."
    raise ImproperlyConfigured(message) from error
CELERY_TIMEZONE = TIME_ZONE  # what beat does at a time of day, it does by the shop's clock

# --- Files and mail ---------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = CDP_VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": CDP_VAR / "files"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# Uploads are sealed while they stream in and never touch a disk in clear.
FILE_UPLOAD_HANDLERS = ["cdp.core.uploads.SealedUploadHandler"]

# `file:` writes one .eml per message under var/outbox; `smtp://user:pass@host:port`, `smtps://`, `smtp+tls://` send.
EMAIL_URL = environment.mail_url(env.str("EMAIL_URL", default="file:"), name="EMAIL_URL")
EMAIL_BACKEND = "cdp.core.mail.StaffMailBackend"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="hello@example.com")

# At most so many messages of one purpose to one person in seven days; 0 is no cap. Service messages are never capped.
CAMPAIGN_MESSAGES_PER_WEEK = env.int("CAMPAIGN_MESSAGES_PER_WEEK", default=0)

# Nobody is asked to answer a survey sooner after the last one, nor more often in so many days, whichever survey it is.
SURVEY_WAIT_DAYS = env.int("SURVEY_WAIT_DAYS", default=30)
SURVEY_MOST_IN_WINDOW = env.int("SURVEY_MOST_IN_WINDOW", default=4)
SURVEY_WINDOW_DAYS = env.int("SURVEY_WINDOW_DAYS", default=180)

# --- REST -------------------------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["cdp.core.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["cdp.core.api.permissions.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["cdp.core.api.throttling.KeyThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["cdp.core.api.rendering.Renderer"],
    "DEFAULT_PARSER_CLASSES": ["cdp.core.api.parsing.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "cdp.core.api.pagination.SealedCursorPagination",
    "DEFAULT_SCHEMA_CLASS": "cdp.core.api.schema.ResourceSchema",
    "EXCEPTION_HANDLER": "cdp.core.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
    "DATETIME_FORMAT": None,  # the renderer writes times, the same at every address
}
API_RATE_PER_SECOND = 200
API_BURST = 400
SPECTACULAR_SETTINGS = {
    "TITLE": "Customer data platform",
    "DESCRIPTION": guide.DESCRIPTION,
    "TAGS": guide.TAGS,
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    # Fields of one name with different words get names of their own, which generated clients then keep.
    "ENUM_NAME_OVERRIDES": {
        "PrivacyRequestStateEnum": "consent.models.PrivacyRequest.State",
        "CodeKindEnum": ["personal", "word", "batch"],
        "CouponStateEnum": ["open", "redeemed", "void", "expired", "not_yet", "sold_out", "off"],
        "SurveyStatusEnum": ["open", "early", "over"],
        "InterviewKindEnum": ["single", "group"],
        "TicketChannelEnum": ["email", "phone", "line", "chat", "counter", "web", "social", "other"],
        "TicketStatusEnum": ["open", "waiting", "resolved"],
    },
    "PREPROCESSING_HOOKS": ["cdp.core.api.schema.without_last_slash"],
}

# --- Logs -------------------------------------------------------------------------------------------------------
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
LOGGING_CONFIG = "cdp.core.logs.configure"
LOGGING = {"level": LOG_LEVEL, "debug": DEBUG}

PHONENUMBER_DEFAULT_REGION = CDP_SHOP_COUNTRY
# E-mail addresses of staff are unique whatever their case (core_user_one_per_email), which Django does not recognise.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
