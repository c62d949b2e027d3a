"""A small file of requests in the columns of Boston, with every trap that a row can hold."""

import csv
import gzip
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.models import Incident

BOSTON = settings.ROOT / "data" / "mappings" / "boston2015.toml"
PLAIN_ROW = {
    "CASE_ENQUIRY_ID": "",
    "OPEN_DT": "03/02/2015 09:00:00 AM",
    "TARGET_DT": "03/04/2015 08:30:00 AM",
    "CLOSED_DT": "03/03/2015 04:00:00 PM",
    "OnTime_Status": "ONTIME",
    "CASE_STATUS": "Closed",
    "CLOSURE_REASON": "Case Closed Case Resolved lamp replaced",
    "CASE_TITLE": "Lamp out, third pole",
    "TYPE": "Street Light Outages",
    "QUEUE": "PWDx_Street Light Outages",
    "Department": "PWDx",
    "Location": "1 City Hall Sq  Boston  MA  02201",
    "LATITUDE": "42.3601",
    "LONGITUDE": "-71.0550",
    "Source": "Self Service",
}
OPEN = {
    "CLOSED_DT": "",
    "CASE_STATUS": "Open",
    "CLOSURE_REASON": "",
    "OnTime_Status": "OVERDUE",
}


@dataclass(frozen=True)
class Story:
    """A row, and what becomes of it: the code of its refusal, or "" where it is taken in."""

    number: str
    refused: str = ""
    cells: dict[str, str] = field(default_factory=dict)

    @property
    def row(self) -> dict[str, str]:
        """Return the row as the file has it."""
        return PLAIN_ROW | {"CASE_ENQUIRY_ID": self.number} | self.cells


STORIES = [
    Story("1"),
    Story("2", cells={"OnTime_Status": "OVERDUE", "CLOSED_DT": "03/04/2015 08:30:01 AM"}),
    Story("3", cells={"CLOSED_DT": "03/04/2015 08:30:00 AM"}),  # on the stroke is on time
    Story("4", cells={"TARGET_DT": ""}),
    Story("5", cells={"OnTime_Status": ""}),
    Story("6", cells=OPEN),
    Story("7", cells=OPEN | {"TARGET_DT": "03/20/2016 08:30:00 AM", "OnTime_Status": "ONTIME"}),
    Story("8", cells=OPEN | {"TARGET_DT": "", "OnTime_Status": "ONTIME"}),
    Story("9", cells={"CLOSURE_REASON": "Case Closed Case Invalid no such street"}),
    Story("10", cells={"CLOSURE_REASON": ""}),
    Story("11", cells={"LATITUDE": "42.3594", "LONGITUDE": "-71.0587"}),
    Story("12", cells={"LATITUDE": "", "LONGITUDE": "", "Location": ""}),
    Story("13", cells={"QUEUE": "INFO_Other, “Misc”", "Department": "INFO"}),
    Story("14", cells={"CASE_TITLE": "two lines,\nin one cell; 井盖"}),
    Story("15", cells={"OnTime_Status": "OVERDUE"}),  # a verdict that contradicts its own day
    Story(
        "16",
        cells={
            "OPEN_DT": "11/01/2015 12:59:59 AM",
            "TARGET_DT": "",
            "CLOSED_DT": "11/01/2015 01:30:00 AM",
        },
    ),
    Story("", "number_missing"),
    Story("1", "duplicate"),
    Story("20", "closed_before_opened", {"CLOSED_DT": "03/02/2015 08:59:59 AM"}),
    Story("21", "due_before_start", {"TARGET_DT": "03/02/2015 08:59:59 AM"}),
    Story("22", "opened_missing", {"OPEN_DT": " "}),
    Story("23", "date_malformed", {"OPEN_DT": "2015-03-02 09:00"}),
    Story("24", "date_malformed", {"CLOSED_DT": "02/30/2015 09:00:00 AM"}),
    Story("25", "date_out_of_range", {"OPEN_DT": "03/02/0015 09:00:00 AM"}),
    Story("26", "time_nonexistent", {"OPEN_DT": "03/08/2015 02:30:00 AM"}),
    Story("27", "in_future", {"CLOSED_DT": "03/03/2115 04:00:00 PM"}),
    Story("28", "before_founding", {"OPEN_DT": "12/31/2014 11:59:59 PM"}),
    Story("29", "status_unknown", {"CASE_STATUS": "Pending"}),
    Story("30", "status_contradicts", {"CASE_STATUS": "Open"}),
    Story("31", "verdict_unknown", {"OnTime_Status": "MAYBE"}),
    Story("32", "coordinate_half", {"LONGITUDE": ""}),
    Story("33", "coordinate_malformed", {"LATITUDE": "nan"}),
    Story("34", "coordinate_swapped", {"LATITUDE": "-71.0550", "LONGITUDE": "42.3601"}),
    Story("35", "coordinate_outside", {"LATITUDE": "0", "LONGITUDE": "0"}),
    Story("36", "category_missing", {"TYPE": ""}),
    Story("37", "handler_missing", {"QUEUE": ""}),
    Story("38", "bad_char", {"Location": "1 City\u202eHall"}),
    Story("39", "too_long", {"CASE_TITLE": "x" * 501}),
    Story("=40", "owner_missing", {"Department": ""}),
    Story("41", "bad_name", {"QUEUE": "=HYPERLINK(1)"}),
]
TAKEN = [story for story in STORIES if not story.refused]
REFUSED = [story for story in STORIES if story.refused]


def as_csv(stories: Iterable[Story]) -> str:
    """Return the file as text."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(PLAIN_ROW), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(story.row for story in stories)
    return text.getvalue()


def write(folder: Path, stories: Iterable[Story] = STORIES, *, packed: bool = False) -> Path:
    """Write the file, gzipped or not, and return where it is."""
    data = as_csv(stories).encode()
    file = folder / ("requests.csv.gz" if packed else "requests.csv")
    file.write_bytes(gzip.compress(data) if packed else data)
    return file


def command(file: Path, report: Path, *options: str) -> str:
    """Run the command and return what it says."""
    out = io.StringIO()
    arguments = [str(file), "--mapping", str(BOSTON), "--report", str(report), *options]
    call_command("replay", *arguments, stdout=out)
    return out.getvalue()


def reported(report: Path) -> list[list[str]]:
    """Return the rows of a report without its header."""
    with report.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))[1:]


def case_of(number: str) -> Case:
    """Return the case of a row."""
    return Incident.objects.get(origin="boston311", origin_number=number).case
