"""Chapter C: files where a photo, a table or a recording is asked for."""

from datetime import timedelta
from typing import Any

from django.test import Client

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.base import clock
from jiceng.kernel.base.jobs import JOBS
from jiceng.systems.grid.tests import scene, sending
from jiceng.systems.grid.tests.sending import words_of_report
from tests.bad_input import pictures, tables
from tests.bad_input.absence import no_system
from tests.bad_input.cases import Answer, Case, Pending, Row
from tests.bad_input.door import multipart
from tests.bad_input.knocks import bytes_of, called, case, photo, table
from tests.bad_input.town import Town

ONLY_PHOTOS = "only photos are taken in; other files of the house do not exist yet"
TESTS = "jiceng/kernel/exports/tests/test_reading.py::"


def refused_photos(*stories: str) -> tuple[Case, ...]:
    """Return files that are no photo, each with its code, and its field said."""

    def check(town: Town, answer: Answer) -> None:
        assert "photos" in answer.thing.context["form"].errors

    return tuple(
        photo(
            story,
            pictures.REFUSED[story][0],
            pictures.REFUSED[story][1],
            422,
            pictures.REFUSED[story][2],
            check=check,
        )
        for story in stories
    )


def refused_tables(*stories: str) -> tuple[Case, ...]:
    """Return files that are no table."""
    return tuple(table(story, *tables.REFUSED[story], longest=tables.LONGEST) for story in stories)


def left_behind(browser: Client, seed: int = 4) -> Attachment:
    """Return the photo of a report that came back for its telephone number."""
    words = words_of_report(phone="", photos=[scene.upload(seed)])
    answer: Any = browser.post("/report/", words)
    [kept] = answer.context["kept"]
    return Attachment.objects.get(pk=kept.pk)


def of_another(phone: str) -> Case:
    """Return a report with the upload of another session."""

    def ready(town: Town) -> Any:
        uid = left_behind(Client()).uid
        return lambda: Client().post("/report/", words_of_report(kept=[uid], phone=phone))

    return case(f"an upload of another session, phone {phone!r}", ready, 404, "not_found")


def with_upload(uid: str) -> Case:
    """Return a report with an upload that never was."""
    return case(
        f"upload {uid[:20]!r}",
        lambda town: lambda: Client().post("/report/", words_of_report(kept=[uid])),
        404,
        "not_found",
    )


def given_twice(town: Town) -> Any:
    """Return a second report with the photo of the first."""
    return lambda: town.reporter.post("/report/", words_of_report(kept=[town.photo.uid]))


def never_sent(town: Town) -> Any:
    """Return the sweeping a day after a form was left."""
    left_behind(Client())
    JOBS.get("attachments.sweep").run(clock.read() + timedelta(hours=23))
    assert Attachment.objects.filter(subject="").count() == 1
    return lambda: JOBS.get("attachments.sweep").run(clock.read() + timedelta(hours=25))


def swept(town: Town, answer: Answer) -> None:
    """Check that what was left is gone and what belongs to a case is not."""
    assert not Attachment.objects.filter(subject="").exists()
    assert Attachment.objects.filter(pk=town.photo.pk).exists()


def for_a_move(story: str) -> Case:
    """Return a file that is no photo where a move asks for one."""
    name, data, code = pictures.REFUSED[story]

    def ready(town: Town) -> Any:
        scene.walk(town.grid, town.case, scene.PATH[:2])
        words = sending.words_of_move(town.case, "dispose")
        del words["photo"]
        fields = [(key, str(value).encode()) for key, value in words.items()]
        body = multipart(fields, [("photo", name, bytes_of(data))])
        return lambda: town.qian.post(f"/desk/grid/cases/{town.case.number}/moves/dispose/", **body)

    return case(f"a move with {story}", ready, 422, code)


ROWS: dict[str, Row | Pending] = {
    "C01": Row(
        "bombs of pixels",
        (
            *refused_photos("a bomb of 400 megapixels", "a bomb that Pillow only warns of"),
            for_a_move("a bomb that Pillow only warns of"),
        ),
    ),
    "C02": Row("where and when a photo was taken", tests=("test_photos.TestWhereItWasTaken",)),
    "C03": Row(
        "the same photo by every way in",
        tests=("test_photos.TestWhereItWasTaken",),
        waits="report, returned form, patrol and move; no mail, no address and no API takes photos",
    ),
    "C04": Row(
        "two kinds in one file",
        (*refused_photos("GIF with a script behind", "PDF and ZIP"),),
        tests=("test_photos.test_what_phones_and_scanners_make_is_taken_in_anew",),
    ),
    "C05": Row(
        "SVG", (*refused_photos("SVG", "SVG that says JPEG", "SVG in UTF-16"), for_a_move("SVG"))
    ),
    "C06": Row(
        "what phones and scanners make",
        (*refused_photos("GIF that says JPEG", "a bitmap", "TIFF"),),
        tests=("test_photos.test_what_phones_and_scanners_make_is_taken_in_anew",),
    ),
    "C07": Row(
        "cut, broken, empty",
        (
            *refused_photos(
                "a JPEG cut in half",
                "three bytes of a JPEG",
                "a PNG with a wrong checksum",
                "nothing",
            ),
            for_a_move("a JPEG cut in half"),
        ),
    ),
    "C08": Row(
        "names that do not fit what is inside",
        (
            *refused_photos(
                "PDF that says JPEG",
                "a program",
                "a script",
                "PNG that says JPEG",
                "JPEG that says PDF",
                "JPEG that says program",
                "a program's name inside",
                "a page's name inside",
                "HTML",
                "HTML behind spaces",
                "text",
                "an old Office file",
                "more bytes than are read",
            ),
            for_a_move("a program"),
        ),
        tests=("test_photos.TestWhatIsNoPhoto",),
    ),
    "C09": Row("names of files", tests=("test_photos.TestNames",)),
    "C10": Row(
        "bombs of archives",
        (
            *refused_photos("a ZIP bomb", "a path out of the archive"),
            *refused_tables(
                "10,000 members",
                "the same name twice",
                "a password",
                "a password, wrapped",
                "broken",
                "an archive in an archive",
            ),
            called(
                "a bomb",
                "standards",
                "import",
                "s.xlsx",
                files={"s.xlsx": tables.blanks},
                code="workbook_too_large",
            ),
        ),
        elsewhere=(f"{TESTS}test_names_that_climb_are_never_followed",),
    ),
    "C11": Row(
        "workbooks that would do something",
        (
            *refused_photos("a workbook with macros"),
            *refused_tables(
                "macros",
                "an entity bomb",
                "a cell in the last row",
                "a cell in the last column",
                "an identity number typed",
                "OpenDocument",
            ),
            called(
                "macros",
                "standards",
                "import",
                "s.xlsx",
                files={"s.xlsx": tables.macros},
                code="macros",
            ),
        ),
        elsewhere=(
            f"{TESTS}test_a_cell_of_a_workbook_is_text",
            f"{TESTS}test_hidden_sheets_are_passed_over",
            f"{TESTS}test_an_entity_is_not_unfolded",
        ),
    ),
    "C12": Row(
        "CSV in every shape",
        (
            *refused_tables(
                "UTF-16",
                "semicolons",
                "a quote without end",
                "a field of 1 MB",
                "too many rows",
                "NUL in a cell",
                "no heading",
                "more cells than headings",
                "more bytes than are read",
            ),
            called(
                "UTF-16",
                "standards",
                "import",
                "s.csv",
                code="bad_encoding",
                files={"s.csv": "编码,名称\n1,x\n".encode("utf-16")},
            ),
            called(
                "one bad row of two",
                "standards",
                "import",
                "s.csv",
                files={"s.csv": tables.one_bad_row},
            ),
        ),
        elsewhere=(
            f"{TESTS}test_a_table_is_read",
            f"{TESTS}test_a_csv_that_is_refused",
            "jiceng/systems/grid/tests/test_standards_table.py::test_one_bad_cell_stops_all_and_is_named",
        ),
    ),
    "C13": Row(
        "PDF",
        (*refused_photos("PDF", "PDF that says JPEG", "PDF and ZIP"), for_a_move("PDF")),
        waits=ONLY_PHOTOS,
    ),
    "C14": Pending("recordings", "有声学习平台 is not built", no_system("audio_wall")),
    "C15": Row(
        "the test signature of virus scanners",
        refused_photos("the test signature of virus scanners"),
        waits="no scanner can be configured yet; the signature is no photo and is refused",
    ),
    "C16": Row(
        "uploads that are never sent, sent twice, or somebody else's",
        (
            of_another(scene.PHONE),
            of_another(""),
            *map(
                with_upload,
                ["0" * 32, "A" * 32, "", "x" * 5_000, "../../etc/passwd", "' OR 1=1", "井"],
            ),
            case("given twice", given_twice, 409, "already_attached"),
            case("never sent", never_sent, 200, check=swept),
        ),
    ),
    "C17": Row(
        "the line breaks",
        tests=("test_photos.TestTheLine",),
        waits="slow lines and chunks without end are for the laboratory (make faults)",
    ),
    "C18": Row(
        "the disk is full", tests=("test_photos.test_a_full_disk_loses_nothing_and_says_so",)
    ),
}
