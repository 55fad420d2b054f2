"""Django's settings. What differs between installations comes from `config.env`."""

import os
import sys
from datetime import timedelta

from config import access_log, env

try:
    ENVIRONMENT = env.read(os.environ)
except env.WrongEnvironment as problem:
    sys.exit(str(problem))

BASE_DIR = env.BASE_DIR
DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret_key
PUBLIC_URL = ENVIRONMENT.public_url
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
OCID_PREFIX = ENVIRONMENT.ocid_prefix

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "core.User"
# The address is unique whatever its case, by a constraint that this check does not see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "config",
    "strategies",
    "tenders",
    "providers",
    "commissioning",
    "core",
    "config.apps.WorkspaceConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "config.apps.PortalStaticFilesConfig",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_filters",
    "drf_spectacular",
    "rest_framework",
]

MIDDLEWARE = [
    "config.middleware.OpenDataMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.NotModifiedMiddleware",
    "config.middleware.PolicyHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "config.middleware.MovedAddressMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.portal",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- PostgreSQL ---

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": ENVIRONMENT.database.name,
        "USER": ENVIRONMENT.database.user,
        "PASSWORD": ENVIRONMENT.database.password,
        "HOST": ENVIRONMENT.database.host,
        "PORT": ENVIRONMENT.database.port,
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **ENVIRONMENT.database.options,
            "application_name": "portal",
            "connect_timeout": "5",
            "options": (
                f"-c statement_timeout={ENVIRONMENT.statement_timeout}s -c lock_timeout=3s"
                " -c idle_in_transaction_session_timeout=120s"
                # A search's statement is long and quick: to compile it would take longer than to run it, and its rows
                # should be counted in memory.
                " -c jit=off -c work_mem=16MB"
            ),
        },
    }
}

# --- Redis: the jobs' messages and a cache; no page and no sign-in depends on it ---

REDIS_URL = ENVIRONMENT.redis_url
BROKER_URL = ENVIRONMENT.broker_url
CACHES = {
    "default": {
        "BACKEND": "config.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "portal",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    },
    # Whole public pages under their entity tags, in each process's own memory.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 100},
    },
}
# Seconds for which a process knows the registers' versions without asking again. Browsers keep a page for a minute.
VERSIONS_KEPT_SECONDS = 1.0

# --- Sign-in ---

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = int(timedelta(hours=8).total_seconds())
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

ACCOUNT_ADAPTER = "config.accounts.InvitedOnlyAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
# Nobody stays signed in past the browser's window: officers share computers.
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if ENVIRONMENT.is_https else "http"
# A ceiling for each account and address, whoever tries.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,10/5m/key", "reset_password": "30/h/ip,5/h/key"}
# The owner of an account is told by mail of a new password and of a second step that comes or goes.
ACCOUNT_EMAIL_NOTIFICATIONS = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Care commissioning portal"
MFA_FORMS = {"authenticate": "config.second_step.SecondStepForm"}

# The pair of name and address is locked, so that a stranger cannot lock the owner of an account out.
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "config.accounts.typed_name"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "config.accounts.client_address"
TRUSTED_PROXIES = ENVIRONMENT.trusted_proxies
ALLAUTH_TRUSTED_PROXY_COUNT = ENVIRONMENT.trusted_proxies

# --- Security: what depends on encryption follows the scheme of PUBLIC_URL ---

SECURE_SSL_REDIRECT = ENVIRONMENT.is_https
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 63_072_000 if ENVIRONMENT.is_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = ENVIRONMENT.is_https
SECURE_HSTS_PRELOAD = ENVIRONMENT.is_https
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if ENVIRONMENT.trusted_proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.is_https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Browsers take a name that starts with __Host- only from the very host, over TLS.
SESSION_COOKIE_NAME = "__Host-session" if ENVIRONMENT.is_https else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if ENVIRONMENT.is_https else "csrf"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "config.views.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        **({"upgrade-insecure-requests": True} if ENVIRONMENT.is_https else {}),
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_PERMISSIONS = 0o640

# --- Files ---

STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.static_root
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = ENVIRONMENT.media_root
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

# --- Language and time ---

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True

# --- Mail ---

EMAIL_BACKEND = ENVIRONMENT.email.backend
EMAIL_HOST = ENVIRONMENT.email.host
EMAIL_PORT = ENVIRONMENT.email.port
EMAIL_HOST_USER = ENVIRONMENT.email.user
EMAIL_HOST_PASSWORD = ENVIRONMENT.email.password
EMAIL_USE_TLS = ENVIRONMENT.email.use_tls
EMAIL_USE_SSL = ENVIRONMENT.email.use_ssl
EMAIL_FILE_PATH = ENVIRONMENT.email.file_path or None
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENVIRONMENT.email_from
# Where people write about the site, its accessibility, their data and its security: shown on public pages.
CONTACT_EMAIL = ENVIRONMENT.contact_email

# --- How old a provider's word may grow, in days ---

CONFIRMATION_REMINDER_DAYS = ENVIRONMENT.reminder_days
CONFIRMATION_STALE_DAYS = ENVIRONMENT.stale_days
CONFIRMATION_OVERDUE_DAYS = ENVIRONMENT.overdue_days
# Confirming links work as long as the next ones are not due.
CONFIRMATION_LINK_DAYS = ENVIRONMENT.stale_days
INVITATION_DAYS = ENVIRONMENT.invitation_days
VACANCY_DAYS = ENVIRONMENT.vacancy_days
OPPORTUNITY_STALE_WEEKS = ENVIRONMENT.opportunity_weeks
CONTRACT_LEAD_MONTHS = ENVIRONMENT.contract_lead_months

# --- Who comes to an event, and who is interested in a tender ---

# Days after the event, or after the procurement's end, until names are deleted.
ENGAGEMENT_KEPT_DAYS = ENVIRONMENT.engagement_kept_days

# --- When news of opportunities goes out: every so many minutes, at an hour in London, on a day (Monday is 1) ---

ALERTS_MINUTES = ENVIRONMENT.alerts_minutes
ALERTS_HOUR = ENVIRONMENT.alerts_hour
ALERTS_WEEKDAY = ENVIRONMENT.alerts_weekday

# --- What one visitor may send without an account ---

CORRECTIONS_PER_SENDER_AND_HOUR = 5
CORRECTIONS_PER_SERVICE_AND_DAY = 10
ALERTS_PER_SENDER_AND_HOUR = 20
QUESTIONS_PER_SENDER_AND_HOUR = 10
QUESTIONS_PER_ADDRESS_AND_DAY = 20
QUESTIONS_UNCONFIRMED_PER_TENDER_AND_DAY = 200
REPLIES_PER_SENDER_AND_HOUR = 10

# --- API ---

REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["config.api.DenyAll"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_RATES": {"public": "120/minute", "exports": "30/minute"},
    "EXCEPTION_HANDLER": "core.api.handle_exception",
    # Answers are JSON; "format" is left to the standards that name it.
    "URL_FORMAT_OVERRIDE": None,
    "NUM_PROXIES": ENVIRONMENT.trusted_proxies,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Care commissioning portal",
    "DESCRIPTION": "Public registers of care services, opportunities, contracts and strategies.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVERS": [{"url": PUBLIC_URL}],
    "LICENSE": {
        "name": "Open Government Licence v3.0",
        "url": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    },
    "SORT_OPERATION_PARAMETERS": False,
    "ENUM_NAME_OVERRIDES": {
        "RatingState": "providers.models.ratings.Rating.State",
        "RatingQuestion": "providers.models.ratings.Rating.Question",
        "ServiceSetting": "providers.models.services.Service.Setting",
        "OpportunityStatus": "tenders.models.opportunities.Opportunity.Status",
        "FrameworkKind": "tenders.models.frameworks.Framework.Kind",
        "FrameworkStatus": "tenders.models.frameworks.Framework.Status",
        "ContractArrangement": "tenders.models.contracts.Contract.Arrangement",
        "ContractStatus": "tenders.models.contracts.Contract.Status",
    },
}

# --- Logs and errors: never a request's body or query ---

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"without_secrets": {"()": "config.access_log.WithoutSecrets"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": ENVIRONMENT.log_level},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"filters": ["without_secrets"]},
        "django.security.csrf": {"filters": ["without_secrets"]},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
    },
}
if ENVIRONMENT.sentry_dsn:
    try:
        import sentry_sdk
    except ImportError:
        sys.exit("SENTRY_DSN is set but its library is missing: install the optional extra named sentry.")
    sentry_sdk.init(
        dsn=ENVIRONMENT.sentry_dsn,
        send_default_pii=False,
        max_request_body_size="never",
        before_send=access_log.without_questions,
    )
