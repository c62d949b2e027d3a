"""Chapter A, numbers: counts, digits of every script, telephones, places."""

from django.test import Client

from jiceng.kernel.procedures.models import Case as Filed
from jiceng.systems.grid.tests.sending import press
from tests.bad_input.absence import no_field
from tests.bad_input.cases import Case, Pending, Row
from tests.bad_input.chapters.counted import A29
from tests.bad_input.chapters.receipts import bent
from tests.bad_input.chapters.text import keeps
from tests.bad_input.knocks import accepted, got, reported, sent
from tests.bad_input.town import Town

LIST = "/desk/grid/cases/"
NO_STEP = ["0", "-1", "1.5", "abc", "９", str(2**31), str(2**63), "9" * 5_000, "1' OR 1=1"]

# typed → kept
PHONES = {
    "１３８００１３８０００": "13800138000",
    "١٣٨٠٠١٣٨٠٠٠": "13800138000",
    "138 0013 8000": "13800138000",
    "138-0013-8000": "13800138000",
    "+86 13800138000": "13800138000",
    "＋８６１３８００１３８０００": "13800138000",
    "0086-13800138000": "13800138000",
    "(0556) 5551234": "05565551234",
    "（0556）5551234": "05565551234",
    "010-12345678": "01012345678",
}
NO_PHONES = [
    "12800138000",
    "1380013800",
    "138001380000",
    "010-12345678-8001",
    "+1 202 555 0100",
    "110",
    "一三八零零一三八零零零",
    "13800138000;13900139000",
    "0",
    "13８00１3a000",
]
# latitude, longitude → code
NO_PLACES = {
    ("117.02", "30.52"): "swapped",
    ("0", "0"): "out_of_range",
    ("-30.52", "117.02"): "out_of_range",
    ("30.52", ""): "half_place",
    ("", "117.02"): "half_place",
    ("1e5", "117.02"): "invalid",
    ("30,52", "117.02"): "invalid",
    ("30°31′", "117.02"): "invalid",
    ("三十", "117.02"): "invalid",
    ("30.52", "117.50"): "no_place",  # in the country, in no cell
    ("39.90", "116.40"): "no_place",  # another city
}


def stepped(step: str) -> Case:
    """Return the move of a page that says another step than the one the case stands in."""
    return sent(
        f"step {step[:30]}",
        lambda town: press(town.wang, town.case, "judge", step=step),
        409,
        "stale_page",
    )


def lies_at(lat: float, **words: str) -> Case:
    """Return a place in digits of another script; it is the same place."""

    def check(town: Town, browser: Client, filed: Filed) -> None:
        assert filed.incident.lat == lat

    return accepted(check, **words)


def after(value: str, status: int, code: str) -> Case:
    """Return the list of cases from a place that no id can be."""
    return got(LIST, status, code, "wang", f"after={value}")


ROWS: dict[str, Row | Pending] = {
    "A11": Row(
        "2^31, 2^63, less than nothing",
        (
            after(str(2**63), 422, "max_value"),
            after("-1", 422, "min_value"),
            after("1.5", 422, "invalid"),
            after("9" * 100, 422, "invalid"),
            got(LIST, 200, who="wang", query=f"after={2**31}"),
            *map(stepped, NO_STEP),
        ),
    ),
    "A12": Row(
        "truth or text for a number",
        (
            bent("truth for a place", "malformed", position=True),
            bent("text for a place", "malformed", position="0"),
            bent("a fraction for a place", "malformed", position=0.5),
            bent("truth for an epoch", "malformed", epoch=True),
        ),
        tests=("test_receipts.test_no_value_of_another_kind_is_believed",),
    ),
    "A13": Row(
        "digits of other scripts",
        (
            *(
                lies_at(30.52, point_lat=text)
                for text in ("３０．５２", "٣٠.٥٢", "30.52 ", "+30.52")
            ),
            lies_at(30.52, point_lat="30.520000000001"),
            accepted(keeps("phone", "13800138000"), phone="１３８００１３８０００"),
            accepted(keeps("phone", "13800138000"), phone="١٣٨٠٠١٣٨٠٠٠"),
            reported(422, "bad_phone", phone="13８00１3a000"),
            reported(422, "invalid", point_lat="三十"),
        ),
    ),
    "A25": Pending(
        "identity numbers",
        "no form asks for one; those in free text are masked, see kernel.base.text",
        no_field("ident|id_number|citizen"),
    ),
    "A26": Pending(
        "统一社会信用代码", "no form asks for one", no_field("credit|uscc|registration_no")
    ),
    "A27": Row(
        "telephone numbers",
        (
            *(accepted(keeps("phone", kept), phone=typed) for typed, kept in PHONES.items()),
            *(reported(422, "bad_phone", phone=typed) for typed in NO_PHONES),
        ),
    ),
    "A28": Pending("number plates", "no form asks for one before 停车位", no_field("plate")),
    "A29": A29,
    "A30": Row(
        "places",
        tuple(
            reported(422, code, point_lat=lat, point_lng=lng)
            for (lat, lng), code in NO_PLACES.items()
        ),
    ),
}
