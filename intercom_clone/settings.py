"""Settings: everything from the environment, and sensible without any."""

import os
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF

from intercom_clone.servers import addresses, secret_key

ROOT = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("DATA_DIR") or ROOT / ".data").resolve()

DATABASE_URL = os.environ.get("DATABASE_URL")
REDIS_URL = os.environ.get("REDIS_URL")
EMBEDDED = not DATABASE_URL
PRODUCTION = bool(DATABASE_URL) and os.environ.get("DEBUG") != "1"
DEBUG = os.environ.get("DEBUG") == "1"

if PRODUCTION:
    SECRET_KEY = os.environ.get("SECRET_KEY", "")
    ALLOWED_HOSTS = [host.strip() for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host.strip()]
else:
    SECRET_KEY = os.environ.get("SECRET_KEY") or secret_key(DATA_DIR)
    ALLOWED_HOSTS = [host.strip() for host in os.environ.get("ALLOWED_HOSTS", "*").split(",") if host.strip()]

# Where time stands, outside production: "+8d", "-30m" (see workspace/clock).
CLOCK_OFFSET = "" if PRODUCTION else os.environ.get("CLOCK_OFFSET", "")

INSTALLED_APPS = [
    "apps.workspace.apps.OperatorsConfig",  # the Django admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_htmx",
    "csp",
    "apps.workspace",
    "apps.attributes",
    "apps.segments",
    "apps.qualification",
    "apps.tags",
    "apps.lists",
    "apps.people",
    "apps.companies",
    "apps.events",
    "apps.subscriptions",
    "apps.conversations",
    "apps.bulk",
    "apps.duplicates",
    "apps.deletion",
    "apps.messenger",
    "apps.api",
    "apps.imports",
    "apps.exports",
    "apps.moving",
    "apps.demo",
    "intercom_clone",
]

MIDDLEWARE = [
    "apps.workspace.middleware.VisitorAddress",
    "apps.messenger.middleware.MessengerDoor",
    "apps.api.middleware.ApiDoor",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.workspace.middleware.ViewerTimeZone",
    "apps.workspace.middleware.ProblemPages",
]

ROOT_URLCONF = "intercom_clone.urls"
WSGI_APPLICATION = "intercom_clone.wsgi.application"
APPEND_SLASH = True  # pages only: the REST API and the Messenger answer before, and know no redirect

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {"lucide": "apps.workspace.templatetags.icons"},  # in place of the package's own
        },
    }
]

# ---- stores ----------------------------------------------------------------------------------------------------------

_embedded = addresses(DATA_DIR)
DATABASES = {
    "default": dj_database_url.parse(DATABASE_URL or _embedded.database_url, conn_max_age=600, conn_health_checks=True)
}
# How often a connection meets a statement of `workspace.prepared` before PostgreSQL is asked to remember it. A pooler
# has to hand out connections by session: moves, indexes and destructions hold locks for as long as one lasts.
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("prepare_threshold", 2)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = REDIS_URL or _embedded.redis_url
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "people"}
}
MEDIA_ROOT = DATA_DIR / "files"

# ---- queue -----------------------------------------------------------------------------------------------------------

# kombu spells a socket's address otherwise than redis-py does.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Lost tasks are looked for every few seconds, not every hundred. Jobs are rows in PostgreSQL; the broker is a wake-up.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
CELERY_TIMEZONE = "UTC"

# ---- people who sign in ----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "workspace.Teammate"
LOGIN_URL = "workspace:sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30

# ---- security --------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "https:", "http:", "data:"],  # avatars live where people's apps keep them
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
# How many reverse proxies stand before this, each adding one address to X-Forwarded-For. In production that is one
# unless said otherwise, because only a proxy can speak HTTPS there.
TRUSTED_PROXIES = int(os.environ.get("TRUSTED_PROXIES") or PRODUCTION)
SECURE_REFERRER_POLICY = "same-origin"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SAMESITE = "Lax"
if PRODUCTION:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = os.environ.get("SECURE_SSL_REDIRECT", "1") == "1"
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_HSTS_SECONDS = int(os.environ.get("SECURE_HSTS_SECONDS", 60 * 60 * 24 * 365))
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS if host != "*"]

# ---- language, time, files -------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [ROOT / "static"]
STATICFILES_FINDERS = [
    "intercom_clone.stylesheet.OneStyleSheet",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

if os.environ.get("TESTING") == "1":  # set by `manage.py test`: no manifest to collect, cheap hashes
    STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    WHITENOISE_USE_FINDERS = True
    WHITENOISE_AUTOREFRESH = True  # look for the file that is asked for, not for all whenever a client is made
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "apps.workspace.logbook.Discreet",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

# ---- the product's own numbers ---------------------------------------------------------------------------------------

ATTRIBUTE_LIMIT = int(os.environ.get("ATTRIBUTE_LIMIT", 250))  # ATT-12: a soft limit
EVENT_NAME_LIMIT = int(os.environ.get("EVENT_NAME_LIMIT", 120))  # EVT-05: in use at a time, archived ones not counted
EVENT_METADATA_LIMIT = 10  # EVT-06: keys of one occurrence
PAGE_SIZE = 50
# How long the activity log is kept (AUD-02): never less than a year.
ACTIVITY_LOG_DAYS = max(366, int(os.environ.get("ACTIVITY_LOG_DAYS", 400)))
# How often the Messenger may be called, 0: as often as one likes. Generous: an office, a school, or a customer's own
# server in between has one address for all who sit behind it.
MESSENGER_LIMIT_ADDRESS = os.environ.get("MESSENGER_LIMIT_ADDRESS", "2000/10s")
MESSENGER_LIMIT_APP = os.environ.get("MESSENGER_LIMIT_APP", "20000/10s")
# How often a token of the API may call, and all of a workspace together: 10,000 and 25,000 a minute.
API_LIMIT_TOKEN = os.environ.get("API_LIMIT_TOKEN", "1667/10s")
API_LIMIT_WORKSPACE = os.environ.get("API_LIMIT_WORKSPACE", "4167/10s")
IMPORT_MAX_BYTES = int(os.environ.get("IMPORT_MAX_BYTES", 20 * 1024 * 1024))  # IMP-16: of one uploaded file
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000  # the form of an import has three for each of 500 columns
GEOIP_PATH = os.environ.get("GEOIP_PATH", "")  # a MaxMind database of cities or countries (ATT-51); "": no places
BASE_URL = os.environ.get("BASE_URL", "")  # what printed links start with where the workspace names no host
# Where each region's pages and API are reached (LINK-09, API-10); a workspace may name its own hosts.
REGION_HOSTS = {
    "us": {"app": os.environ.get("APP_HOST_US", ""), "api": os.environ.get("API_HOST_US", "")},
    "eu": {"app": os.environ.get("APP_HOST_EU", ""), "api": os.environ.get("API_HOST_EU", "")},
    "au": {"app": os.environ.get("APP_HOST_AU", ""), "api": os.environ.get("API_HOST_AU", "")},
}
