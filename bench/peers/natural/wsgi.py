"""The application for a web server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.peers.natural.settings"
application = get_wsgi_application()
