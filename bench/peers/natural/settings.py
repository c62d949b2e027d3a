"""Settings as ``startproject`` leaves them, on the database that NATURAL_DATABASE_URL names.

NATURAL_KEEP=yes keeps connections open, which is not the default but what one soon learns.
"""

import os

import dj_database_url

KEEP = os.environ.get("NATURAL_KEEP") == "yes"
SECRET_KEY = "only-for-measuring-on-loopback"
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["django.contrib.contenttypes", "bench.peers.natural"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "bench.peers.natural.urls"
DATABASES = {
    "default": dj_database_url.parse(
        os.environ["NATURAL_DATABASE_URL"], conn_max_age=None if KEEP else 0
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
