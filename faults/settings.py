"""The settings of the product with the laboratory installed beside it; production never reads them.

``FAULTS_MUTANT`` names a known-bad build, which is made when the applications are ready.
"""

from jiceng.config.settings import *  # noqa: F403
from jiceng.config.settings import INSTALLED_APPS, LOGGING

INSTALLED_APPS = [*INSTALLED_APPS, "faults"]
ROOT_URLCONF = "faults.urls"
# One proxy is believed, so that every client of the laboratory is a household of its own.
TRUSTED_PROXIES = 1
LOGGING = {**LOGGING, "root": {"handlers": ["console"], "level": "WARNING"}}
