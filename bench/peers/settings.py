"""Settings of the peers that stand on Django; connections are kept, as over HTTP one would."""

import os

import dj_database_url

SECRET_KEY = "only-for-measuring-on-loopback"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    *os.environ["PEER_APPS"].split(","),
]
DATABASES = {"default": dj_database_url.parse(os.environ["PEER_DATABASE_URL"], conn_max_age=None)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
