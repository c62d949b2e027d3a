from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.jobs import every
from jiceng.kernel.base.starting import TAG, start_check


class WorkdaysConfig(AppConfig):
    name = "jiceng.kernel.workdays"
    verbose_name = _("工作日")

    def ready(self) -> None:
        """Register the hourly job, and the checks of calendar files and clock."""
        # Django lets models be imported only once every app is known.
        from jiceng.kernel.workdays.checks import clock_fits_calendar
        from jiceng.kernel.workdays.projection import reproject_deadlines

        every(3600, process="tick")(reproject_deadlines)
        checks.register(calendar_files, TAG)
        start_check(clock_fits_calendar)


def calendar_files(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Report calendar files that cannot be believed, before anything counts on them."""
    # As above: the loader's refusals need the translations, which need the apps.
    from jiceng.kernel.workdays.loader import CalendarMalformed
    from jiceng.kernel.workdays.shelf import read_again

    try:
        read_again()
    except CalendarMalformed as refusal:
        return [checks.Error(str(refusal), id="workdays.E001")]
    return []
