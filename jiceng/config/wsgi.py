"""The WSGI entry point that granian serves; it does not start unsafe."""

import os

from django.core.wsgi import get_wsgi_application

from jiceng.kernel.base.starting import refuse_unsafe

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiceng.config.settings")
application = get_wsgi_application()
refuse_unsafe()
