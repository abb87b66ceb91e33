"""All settings, from the environment. Secrets have no default; `make run` makes `var/env`."""

import os
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
# Everything an installation writes; another folder makes another installation.
VAR_DIR = Path(os.environ.get("VAR_DIR") or BASE_DIR / "var")

env = environ.Env()
environ.Env.read_env(VAR_DIR / "env")

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
SECRET_KEY = env.str("SECRET_KEY")
# The first key encrypts identity numbers, all of them decrypt: a new key goes in front.
FIELD_KEYS = env.list("FIELD_KEYS", default=[])
INDEX_KEY = env.str("INDEX_KEY", default="")

SITE_URL = env.str("SITE_URL", default="http://localhost:8000")
# A separate origin for uploaded files: nothing uploaded ever runs where staff work.
FILES_URL = env.str("FILES_URL", default="http://localhost:8001")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# How many proxies of ours stand in front; addresses further left in X-Forwarded-For are hearsay.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
BEHIND_TLS = env.bool("BEHIND_TLS", default=SITE_URL.startswith("https://"))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "lms.apps.StaticFiles",
    "django.contrib.humanize",
    "django.forms",  # its widget templates, beside ours
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "django_filters",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "allauth",
    "allauth.account",
    "audit",
    "reference",
    "files",
    "jobs",
    "notifications",
    "accounts",
    "courses",
    "enrolments",
    "admissions",
    "requirements",
    "surveys",
    "assessment",
    "certificates",
    "reporting",
    "interop",
    "lms.apps.LmsConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "lms.middleware.PageCompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lms.middleware.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "audit.middleware.RequestFacts",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionIdleMiddleware",
    "accounts.middleware.PersonLanguageMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "lms.urls"
WSGI_APPLICATION = "lms.wsgi.application"

TEMPLATE_LOADERS = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": (
                TEMPLATE_LOADERS
                if DEBUG
                else [("django.template.loaders.cached.Loader", TEMPLATE_LOADERS)]
            ),
            "builtins": ["django_cotton.templatetags.cotton", "lms.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lms.context.page",
            ],
        },
    }
]
FORM_RENDERER = "lms.forms.PageFormRenderer"

# --- Data ---------------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'lms.sqlite3'}")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
# SQLite's too: opening and closing a file with its settings took a third of an empty page.
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # Without IMMEDIATE a read-then-write transaction fails with "database is locked".
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
        "PRAGMA cache_size=-16000; PRAGMA mmap_size=134217728; PRAGMA temp_store=MEMORY;",
    }
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c statement_timeout=60000"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Shared by all processes and alive when Redis is not: it holds the sign-in limits.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "lms_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": env.str("FILES_DIR", default=str(VAR_DIR / "files"))},
    },
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
if env.str("S3_BUCKET", default=""):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.str("S3_BUCKET"),
            "endpoint_url": env.str("S3_ENDPOINT", default=None),
            "default_acl": "private",
            "file_overwrite": False,
        },
    }
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# No page names these: fonts of the papers, pages of packages that we do not show. Compressing them
# took most of a start.
STATIC_LEFT_OUT = ["CVS", ".*", "*~", "pdf-fonts", "rest_framework", "django_htmx"]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- People -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["lms.hashers.OfficeArgon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"

AUTHENTICATION_BACKENDS = ["accounts.backends.OfficeBackend"]
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=24).total_seconds())

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_IDLE = timedelta(minutes=env.int("SESSION_IDLE_MINUTES", default=30))
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False  # htmx reads it
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "lms.views.csrf_failure"
if BEHIND_TLS:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds())
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", FILES_URL],
        "media-src": [SELF, "blob:", FILES_URL],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [FILES_URL],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
        "object-src": [NONE],
    }
}

# --- Language and time --------------------------------------------------------------------------
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "lms" / "locale"]
FORMAT_MODULE_PATH = ["lms.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"

# --- Mail ---------------------------------------------------------------------------------------
# Without EMAIL_URL, mail goes to files, which administrators can read on a page.
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="cong-boi-duong@lms.example")

# --- Jobs: reliability figures are argued in docs/decisions -------------------------------------
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6399/0")
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": env.int(
        "VISIBILITY_TIMEOUT", default=900
    ),  # above the longest task and the longest retry delay
    "unacked_restore_interval": env.float("UNACKED_RESTORE_INTERVAL", default=5),
    "unacked_restore_throttle": 1,  # the default of 10 scans only every 100 s
    "socket_timeout": 10,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "retry_on_timeout": True,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_RETRY_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 570
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
# Ticks only say "look what is due": a missed one loses nothing, a doubled one repeats nothing.
CELERY_BEAT_SCHEDULE = {
    "heartbeat": {"task": "jobs.heartbeat", "schedule": 30.0, "options": {"expires": 60}},
    "refresh-units": {"task": "accounts.refresh_units", "schedule": 600.0},
    "seal-audit": {"task": "audit.seal", "schedule": 60.0, "options": {"expires": 60}},
    "expire-papers": {"task": "certificates.tick", "schedule": 3600.0},
    "due-dates": {"task": "enrolments.tick", "schedule": 60.0, "options": {"expires": 60}},
    "admissions": {"task": "admissions.tick", "schedule": 60.0, "options": {"expires": 60}},
    "surveys": {"task": "surveys.tick", "schedule": 60.0, "options": {"expires": 60}},
    "requirements": {"task": "requirements.tick", "schedule": 60.0, "options": {"expires": 60}},
    "silent-tasks": {"task": "reporting.tick", "schedule": 3600.0, "options": {"expires": 3600}},
    "close-attempts": {"task": "assessment.tick", "schedule": 20.0, "options": {"expires": 20}},
    "prune-jobs": {"task": "jobs.prune", "schedule": 3600.0, "options": {"expires": 3600}},
    "prune-accounts": {"task": "accounts.prune", "schedule": 3600.0, "options": {"expires": 3600}},
    "prune-calls": {"task": "interop.prune", "schedule": 3600.0, "options": {"expires": 3600}},
    "sweep-files": {"task": "files.sweep", "schedule": 3600.0, "options": {"expires": 3600}},
    "send-due": {"task": "notifications.send_due", "schedule": 60.0, "options": {"expires": 60}},
}
JOB_QUEUES = ["default", "mail", "grading", "render", "import"]
# A lease outlasts the longest step of a task; what is published and not begun is stale later.
OUTBOX_LEASE_SECONDS = env.float("OUTBOX_LEASE_SECONDS", default=60)
OUTBOX_STALE_SECONDS = env.float("OUTBOX_STALE_SECONDS", default=120)
OUTBOX_IN_FLIGHT = 200  # per queue; the rest of the backlog waits in the table
OUTBOX_ATTEMPTS = 5  # then a row is a dead letter
OUTBOX_BACKOFF_SECONDS = env.float("OUTBOX_BACKOFF_SECONDS", default=2)
RELAY_POLL_SECONDS = env.float("RELAY_POLL_SECONDS", default=0.2)
# A slice of a long job hands over after this time; a step of it commits after the other.
SLICE_SECONDS = env.float("SLICE_SECONDS", default=20)
STEP_SECONDS = env.float("STEP_SECONDS", default=1)
# Prometheus sends it as a bearer token; without one only this machine may read /metrics.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# --- API ----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PAGINATION_CLASS": "interop.paging.NewestFirst",
    "PAGE_SIZE": 50,
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": env.str("API_RATE", default="600/minute")},
    "EXCEPTION_HANDLER": "interop.problems.answer",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
}
SPECTACULAR_SETTINGS = {
    "TITLE": "LMS API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": "/api/v1/",
}

# --- Product settings an office may change ------------------------------------------------------
AGENCY_NAME = env.str("AGENCY_NAME", default="Thành phố Hồ Chí Minh – bản trình diễn")
SUPPORT_PHONE = env.str("SUPPORT_PHONE", default="0200 000 000")
UNDO_DAYS = env.int("UNDO_DAYS", default=90)
KEEP_DONE_DAYS = env.int("KEEP_DONE_DAYS", default=30)  # finished tasks, expired codes, replies
EXPORT_DAYS = env.int("EXPORT_DAYS", default=7)  # a file of an export can be fetched so long
# Who is let into an examination room later than this needs a reason in its minutes.
EXAM_LATE_AFTER_MINUTES = env.int("EXAM_LATE_AFTER_MINUTES", default=15)
ACTIVATION_DAYS = env.int("ACTIVATION_DAYS", default=14)

FILE_QUOTA = env.int("FILE_QUOTA", default=2 * 1024**3)  # bytes one person may store
FILE_LINK_SECONDS = env.int("FILE_LINK_SECONDS", default=7200)
# Unfinished uploads: one directory that all web workers share.
UPLOAD_DIR = Path(env.str("UPLOAD_DIR", default=str(VAR_DIR / "uploads")))
UPLOAD_SESSION_LIFE = timedelta(hours=48)
# A complete list of people that would end more posts than this is not believed.
IMPORT_ENDS_PERCENT_AT_MOST = env.int("IMPORT_ENDS_PERCENT_AT_MOST", default=10)
SHEET_ROWS_AT_MOST = env.int("SHEET_ROWS_AT_MOST", default=60_000)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
