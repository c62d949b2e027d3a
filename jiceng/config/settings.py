"""One settings file; the environment decides. ``docs/operations.md`` lists every variable."""

import dj_database_url
from csp.constants import NONE, SELF

from jiceng.config import environment as env
from jiceng.config.safety import refuse_unsafe

ROOT = env.ROOT
PRODUCTION = env.choice("JICENG_MODE", "demo", "production") == "production"
VAR = env.Path(env.text("JICENG_VAR") or ROOT / "var")

DEBUG = env.flag("JICENG_DEBUG", default=False)
SECRET_KEY = env.text("JICENG_SECRET_KEY") or (
    "" if PRODUCTION else env.kept_secret(VAR / "secret_key")
)
ALLOWED_HOSTS = env.words("JICENG_HOSTS") or ["127.0.0.1", "localhost", "[::1]"]
TRUSTED_PROXIES = env.whole("JICENG_TRUSTED_PROXIES", default=0)
CSRF_TRUSTED_ORIGINS = env.words("JICENG_ORIGINS")

INSTALLED_APPS = [
    "jiceng.kernel.base",
    "jiceng.kernel.ledger",
    "jiceng.kernel.orgs",
    "jiceng.kernel.workdays",
    "jiceng.kernel.attachments",
    "jiceng.kernel.search",
    "jiceng.kernel.figures",
    "jiceng.kernel.notices",
    "jiceng.kernel.bulletins",
    "jiceng.kernel.procedures",
    "jiceng.kernel.reviews",
    "jiceng.kernel.backups",
    "jiceng.ui",
    "jiceng.systems.grid",
    "jiceng.systems.secretary_projects",
    "jiceng.faces.public",
    "jiceng.faces.desk",
    "jiceng.demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "lucide",
    "axes",
    "csp",
]

MIDDLEWARE = [
    # These write headers on the way out, on what the edge refuses too.
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "jiceng.ui.middleware.Edge",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "jiceng.ui.middleware.Refusals",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "jiceng.config.urls"
WSGI_APPLICATION = "jiceng.config.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "jiceng.ui.context.site",
            ],
            "builtins": ["template_partials.templatetags.partials"],
        },
    }
]

DATABASES = {
    "default": dj_database_url.parse(
        env.text("JICENG_DATABASE_URL") or f"sqlite:///{VAR / 'jiceng.sqlite3'}", conn_max_age=None
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"] |= {
        "ENGINE": "jiceng.kernel.base.sqlite",
        # WAL lets readers go on beside a writer; FULL syncs at every commit; IMMEDIATE takes the
        # write lock first, because a read lock cannot be upgraded while somebody else writes.
        # SECURE_DELETE writes zeros over what is erased; else it would stay in the file's gaps.
        "OPTIONS": {
            "timeout": 30,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
            ),
        },
    }
else:
    # Both are needed before psycopg prepares a statement; it halves the server's time.
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        server_side_binding=True, prepare_threshold=5
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "orgs.Officer"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
LOGIN_URL = "desk:login"
LOGIN_REDIRECT_URL = "desk:inbox"
LOGOUT_REDIRECT_URL = "public:home"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
# The field of the sign-in form. Axes would look for USERNAME_FIELD, find nothing there, and count
# the failures of everybody as those of nobody: the right password would then open a locked account.
AXES_USERNAME_FORM_FIELD = "username"
AXES_CLIENT_IP_CALLABLE = "jiceng.ui.middleware.lockout_address"
AXES_LOCKOUT_CALLABLE = "jiceng.ui.middleware.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "locale"]
LANGUAGE_COOKIE_NAME = "language"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = ROOT / "build" / "static"
STATICFILES_DIRS = [("vendor", ROOT / "build" / "vendor")]
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
if PRODUCTION:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
MEDIA_ROOT = VAR / "attachments"

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 9
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "jiceng.ui.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Whose installation this is, under the name of the platform on every page.
ZONE_NAME = env.text("JICENG_ZONE_NAME")
# The name under which this log signs; a receipt of another origin is not ours.
LEDGER_ORIGIN = env.text("JICENG_LEDGER_ORIGIN", "jiceng-demo-zone")
LEDGER_KEY_FILE = env.Path(env.text("JICENG_LEDGER_KEY_FILE") or VAR / "ledger_key.pem")
# Every checkpoint is also appended here, outside the database, so that a lost tail shows.
LEDGER_ANCHOR_FILE = env.Path(env.text("JICENG_LEDGER_ANCHOR_FILE") or VAR / "checkpoints.jsonl")
# A promise is sealed within a minute, or no new one is made; 0 never refuses.
LEDGER_STUCK_SECONDS = env.whole("JICENG_LEDGER_STUCK_SECONDS", default=60 if PRODUCTION else 0)
# Backups are encrypted with this key; it lies neither beside them nor beside the data.
BACKUP_KEY_FILE = env.text("JICENG_BACKUP_KEY_FILE")
# Where pg_dump, pg_restore and psql of the server's version lie; empty means PATH.
POSTGRESQL_BIN = env.text("JICENG_POSTGRESQL_BIN")
WORKDAYS_DIR = ROOT / "data" / "workdays"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"axes": {"level": "WARNING"}, "django.request": {"level": "ERROR"}},
}

if PRODUCTION:
    refuse_unsafe(globals())

# How many days after its closing a grid case can be reopened; the pages show the same day.
GRID_REOPEN_DAYS = env.whole("JICENG_GRID_REOPEN_DAYS", default=15)
