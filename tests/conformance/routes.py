"""The table of all routes: who gets what. A route without a row fails, and so does a row without
its route; whoever adds a page says here what strangers get.

The case of the table belongs to the street of 王. 赵 is on duty in another street: for 赵 it does
not exist (404), as if the number were invented.
"""

from dataclasses import dataclass, field
from typing import Any

SIGN_IN = "sign in"  # a redirect to the page where officers sign in
ELSEWHERE = "elsewhere"  # a redirect within the site
Answer = int | str


@dataclass(frozen=True)
class Row:
    """What a route answers to a visitor, to 赵 and to 王; ``arguments`` may name the case."""

    name: str
    anonymous: Answer
    zhao: Answer
    wang: Answer
    arguments: tuple[str, ...] = ()
    method: str = "GET"
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Return how a test names the row."""
        return f"{self.method} {self.name}"


NO_UID = "0" * 32
CASE, PHOTO = ("{number}",), ("{number}", "{photo}")
# The grid of the community where the case lies, as the scene draws it.
CELL = ("990000001001001",)
NO_NOTICE = ("0" * 32,)
BULLETIN = ("0" * 32,)  # none is written here; see the desk's own tests of bulletins
REVIEW = ("0" * 32,)  # no review is open here; see the desk's own tests of reviews

ROWS = [
    Row("public:home", 200, 200, 200),
    Row("public:verify", 200, 200, 200),
    Row("public:verify", 422, 422, 422, method="POST"),
    Row("public:verifier", 200, 200, 200),
    # Nothing hangs on the boards of the table; what does, see the tests of boards.
    Row("public:boards", 200, 200, 200),
    Row("public:board", 404, 404, 404, ("990000001001",)),
    Row("public:board-feed", 404, 404, 404, ("990000001001",)),
    Row("public:notice", 404, 404, 404, NO_NOTICE),
    Row("public:object", 404, 404, 404, NO_NOTICE),
    Row("public:object", 404, 404, 404, NO_NOTICE, "POST"),
    Row("public:comment", 404, 404, 404, NO_NOTICE),
    Row("public:comment", 404, 404, 404, NO_NOTICE, "POST"),
    Row("public:poster", 404, 404, 404, NO_NOTICE),
    Row("public:notice-text", 404, 404, 404, NO_NOTICE),
    Row("public:voice-receipt", 404, 404, 404, NO_NOTICE),
    Row("public:grid:report", 200, 200, 200),
    Row("public:grid:report", 422, 422, 422, method="POST"),
    Row("public:grid:track", 200, 200, 200),
    Row("public:grid:track", 422, 422, 422, method="POST", data={"number": "1"}),
    # The number alone opens nothing: who has not given the end of the phone number is asked to.
    Row("public:grid:status", ELSEWHERE, ELSEWHERE, ELSEWHERE, CASE),
    Row("public:grid:receipt", 404, 404, 404, CASE),
    Row("public:grid:slip", 404, 404, 404, CASE),
    Row("public:grid:answer", 404, 404, 404, CASE),
    Row("public:grid:answer", 404, 404, 404, CASE, "POST"),
    Row("public:grid:withdraw", 404, 404, 404, CASE),
    Row("public:grid:withdraw", 404, 404, 404, CASE, "POST"),
    Row("public:grid:rate", 404, 404, 404, CASE),
    Row("public:grid:rate", 404, 404, 404, CASE, "POST"),
    Row("public:grid:photo", 404, 404, 404, PHOTO),
    Row("public:grid:cells", 200, 200, 200),
    Row("public:grid:spot", ELSEWHERE, ELSEWHERE, ELSEWHERE, ("LA001",)),
    Row("public:grid:nearby", 200, 200, 200),
    Row("public:grid:near-cases", 200, 200, 200),
    # What is not judged yet, or no reference of ours, is not there.
    Row("public:grid:join", 404, 404, 404, ("1.x",)),
    Row("public:grid:join", 404, 404, 404, ("1.x",), "POST"),
    Row("public:grid:feed", 200, 200, 200, ("990000001001001",)),
    Row("desk:inbox", 200, 200, 200),  # a visitor is shown the way in
    Row("desk:login", 200, ELSEWHERE, ELSEWHERE),
    Row("desk:logout", ELSEWHERE, ELSEWHERE, ELSEWHERE, method="POST"),
    Row("desk:password", SIGN_IN, 200, 200),
    Row("desk:password", SIGN_IN, 422, 422, method="POST", data={"old": "x"}),
    Row("desk:cases", SIGN_IN, 404, 404),  # without a number; with one, see the desk's own tests
    Row("desk:procedures", SIGN_IN, 200, 200),
    Row("desk:procedure", SIGN_IN, 200, 200, ("grid.case", "2026-2")),
    Row("desk:bulletins:all", SIGN_IN, 200, 200),
    Row("desk:bulletins:new", SIGN_IN, 403, 403),  # neither keeps figures
    Row("desk:bulletins:new", SIGN_IN, 403, 403, method="POST"),
    Row("desk:bulletins:bulletin", SIGN_IN, 404, 404, BULLETIN),
    Row("desk:bulletins:edit", SIGN_IN, 404, 404, BULLETIN),
    Row("desk:bulletins:edit", SIGN_IN, 404, 404, BULLETIN, "POST"),
    Row("desk:bulletins:issue", SIGN_IN, 404, 404, BULLETIN),
    Row("desk:bulletins:issue", SIGN_IN, 404, 404, BULLETIN, "POST"),
    Row("desk:bulletins:file", SIGN_IN, 404, 404, BULLETIN),
    Row("desk:reviews:all", SIGN_IN, 200, 200),
    Row("desk:reviews:new", SIGN_IN, 403, 403),  # neither heads a unit
    Row("desk:reviews:new", SIGN_IN, 403, 403, method="POST"),
    Row("desk:reviews:review", SIGN_IN, 404, 404, REVIEW),
    Row("desk:reviews:invite", SIGN_IN, 404, 404, REVIEW),
    Row("desk:reviews:invite", SIGN_IN, 404, 404, REVIEW, "POST"),
    Row("desk:reviews:close", SIGN_IN, 404, 404, REVIEW),
    Row("desk:reviews:close", SIGN_IN, 404, 404, REVIEW, "POST"),
    Row("desk:reviews:score", SIGN_IN, 404, 404, (*REVIEW, "1")),
    Row("desk:reviews:score", SIGN_IN, 404, 404, (*REVIEW, "1"), "POST"),
    Row("desk:reviews:aside", SIGN_IN, 404, 404, (*REVIEW, "1")),
    Row("desk:reviews:aside", SIGN_IN, 404, 404, (*REVIEW, "1"), "POST"),
    Row("desk:reviews:standing", SIGN_IN, 404, 404, (*REVIEW, "1")),
    Row("desk:reviews:file", SIGN_IN, 404, 404, (*REVIEW, "result", "csv")),
    Row("desk:boards:queue", SIGN_IN, 200, 200),  # each their own; see the desk's test of boards
    Row("desk:boards:notice", SIGN_IN, 404, 404, NO_NOTICE),
    Row("desk:boards:withdraw", SIGN_IN, 404, 404, NO_NOTICE),
    Row("desk:boards:withdraw", SIGN_IN, 404, 404, NO_NOTICE, "POST"),
    Row("desk:boards:correct", SIGN_IN, 404, 404, NO_NOTICE),
    Row("desk:boards:correct", SIGN_IN, 404, 404, NO_NOTICE, "POST"),
    Row("desk:boards:objection", SIGN_IN, 404, 404, NO_NOTICE),
    Row("desk:boards:objection", SIGN_IN, 404, 404, NO_NOTICE, "POST"),
    Row("desk:boards:comment", SIGN_IN, 404, 404, NO_NOTICE),
    Row("desk:boards:comment", SIGN_IN, 404, 404, NO_NOTICE, "POST"),
    # Each counts what they may open; see the law of visibility.
    Row("desk:figures", SIGN_IN, 200, 200),
    Row("desk:figure", SIGN_IN, 200, 200, ("grid.reported",)),
    Row("desk:figure-rows", SIGN_IN, 200, 200, ("grid.reported", "csv")),
    Row("desk:figure-rows", SIGN_IN, 404, 404, ("grid.reported", "pdf")),
    Row("desk:grid:phone", SIGN_IN, 200, 200),
    Row("desk:grid:phone", SIGN_IN, 422, 422, method="POST"),
    Row("desk:grid:phone-filed", SIGN_IN, 404, 404, CASE),  # only of one's own call
    Row("desk:grid:spots", SIGN_IN, 200, 200),
    Row("desk:grid:new-spot", SIGN_IN, 200, 200),
    Row("desk:grid:new-spot", SIGN_IN, 422, 422, method="POST"),
    Row("desk:grid:end-spot", SIGN_IN, 404, 404, ("LA001",), "POST"),
    Row("desk:grid:poster", SIGN_IN, 404, 404, ("LA001",)),
    Row("desk:grid:patrol", SIGN_IN, 200, 200),
    Row("desk:grid:patrol", SIGN_IN, 422, 422, method="POST"),
    Row("desk:grid:cases", SIGN_IN, 200, 200),  # each their own; see the grid's test of lists
    Row("desk:grid:map", SIGN_IN, 200, 200),
    Row("desk:grid:points", SIGN_IN, 200, 200),
    Row("desk:grid:export", SIGN_IN, 200, 200, ("csv",)),
    Row("desk:grid:export", SIGN_IN, 404, 404, ("pdf",)),
    Row("desk:grid:keep-filter", SIGN_IN, 422, 422, method="POST"),
    Row("desk:grid:drop-filter", SIGN_IN, 404, 404, method="POST"),
    Row("desk:grid:watch", SIGN_IN, 404, ELSEWHERE, CASE, "POST", {"watch": "1"}),
    Row("desk:grid:case", SIGN_IN, 404, 200, CASE),
    Row("desk:grid:move", SIGN_IN, 404, 200, (*CASE, "judge")),
    Row("desk:grid:move", SIGN_IN, 404, 422, (*CASE, "find_major"), "POST"),
    Row("desk:grid:photo", SIGN_IN, 404, 200, PHOTO),
    Row("desk:grid:receipt", SIGN_IN, 404, 200, CASE),
    Row("desk:grid:slip", SIGN_IN, 404, 200, CASE),
    Row("desk:grid:print", SIGN_IN, 404, 200, CASE),
    Row("desk:grid:bulk", SIGN_IN, 200, 200),  # nothing picked, as the page says
    Row("desk:grid:bulk", SIGN_IN, 422, 422, method="POST", data={"move": "judge"}),
    # The case of the table is open: whoever is on duty speaks for no unit that handled it.
    Row("desk:grid:appeal", SIGN_IN, 404, 403, CASE),
    Row("desk:grid:appeal", SIGN_IN, 404, 422, CASE, "POST"),
    Row("desk:grid_appeal:case", SIGN_IN, 404, 404, CASE),  # a case is no appeal
    Row("desk:grid_appeal:move", SIGN_IN, 404, 404, (*CASE, "pass")),
    Row("desk:grid_appeal:move", SIGN_IN, 404, 404, (*CASE, "pass"), "POST"),
    # The rules are for all to read who lead or watch; 王 and 赵 are on duty in a street alone.
    Row("desk:grid:routing", SIGN_IN, 200, 200),
    Row("desk:grid:routing-trial", SIGN_IN, 200, 200),
    Row("desk:grid:routing-new", SIGN_IN, 403, 403),
    Row("desk:grid:routing-new", SIGN_IN, 403, 403, method="POST"),
    Row("desk:grid:routing-rule", SIGN_IN, 404, 404, ("R1",)),  # none is drawn up here
    Row("desk:grid:routing-edit", SIGN_IN, 403, 403, ("R1",)),
    Row("desk:grid:routing-edit", SIGN_IN, 403, 403, ("R1",), "POST"),
    Row("desk:grid:routing-try", SIGN_IN, 404, 404, ("R1",)),
    Row("desk:grid:routing-try", SIGN_IN, 404, 404, ("R1",), "POST"),
    Row("desk:grid:routing-end", SIGN_IN, 403, 403, ("R1",)),
    Row("desk:grid:routing-end", SIGN_IN, 403, 403, ("R1",), "POST"),
    Row("desk:grid:grids", SIGN_IN, 200, 200),
    Row("desk:grid:grid", SIGN_IN, 404, 200, CELL),
    Row("desk:grid:grid", SIGN_IN, 404, 422, CELL, "POST"),
    # The table has no plan; that of another grid is as absent, see the grid's own tests.
    Row("desk:grid:hand-over", SIGN_IN, 404, 404, (*CELL, "1")),
    Row("desk:grid:hand-over", SIGN_IN, 404, 404, (*CELL, "1"), "POST"),
    Row("desk:grid:end-plan", SIGN_IN, 404, 404, (*CELL, "1")),
    Row("desk:grid:end-plan", SIGN_IN, 404, 404, (*CELL, "1"), "POST"),
    Row("desk:grid:patrols", SIGN_IN, 200, 200),
    Row("desk:grid:walk", SIGN_IN, 404, 404, ("1",), "POST"),
    Row("ui:gallery", 200, 200, 200),
    Row("ui:language", 422, 422, 422, method="POST"),
    Row("ui:language", ELSEWHERE, ELSEWHERE, ELSEWHERE, method="POST", data={"language": "en"}),
    Row("ui:large", ELSEWHERE, ELSEWHERE, ELSEWHERE, method="POST", data={"large": "1"}),
    Row("ui:healthz", 200, 200, 200),
    Row("ui:readyz", 200, 200, 200),
    # Neither 王 nor 赵 leads a project, and a case of the grid is none.
    Row("public:secretary_projects:board", 200, 200, 200),
    Row("public:secretary_projects:project", 404, 404, 404, CASE),
    Row("desk:secretary_projects:ledger", SIGN_IN, 200, 200),
    Row("desk:secretary_projects:tables", SIGN_IN, 403, 403, ("projects",)),
    Row("desk:secretary_projects:tables", SIGN_IN, 403, 403, ("outcomes",), "POST"),
    Row("desk:secretary_projects:tables-file", SIGN_IN, 403, 403, ("projects", "csv")),
    Row("desk:secretary_projects:propose", SIGN_IN, 403, 403, ("project",)),
    Row("desk:secretary_projects:propose", SIGN_IN, 403, 403, ("item",), "POST"),
    Row("desk:secretary_projects:case", SIGN_IN, 404, 404, CASE),
    Row("desk:secretary_projects:move", SIGN_IN, 404, 404, (*CASE, "survey")),
    Row("desk:secretary_projects:move", SIGN_IN, 404, 404, (*CASE, "survey"), "POST"),
    Row("desk:secretary_projects:photo", SIGN_IN, 404, 404, PHOTO),
    Row("desk:secretary_projects:step-new", SIGN_IN, 404, 404, CASE),
    Row("desk:secretary_projects:step-new", SIGN_IN, 404, 404, CASE, "POST"),
    Row("desk:secretary_projects:plan-hang", SIGN_IN, 404, 404, CASE),
    Row("desk:secretary_projects:plan-hang", SIGN_IN, 404, 404, CASE, "POST"),
    Row("desk:secretary_projects:step", SIGN_IN, 404, 404, (*CASE, "1")),
    Row("desk:secretary_projects:step", SIGN_IN, 404, 404, (*CASE, "1"), "POST"),
    Row("desk:secretary_projects:step-drop", SIGN_IN, 404, 404, (*CASE, "1")),
    Row("desk:secretary_projects:step-drop", SIGN_IN, 404, 404, (*CASE, "1"), "POST"),
    Row("desk:secretary_projects:progress", SIGN_IN, 404, 404, (*CASE, "1")),
    Row("desk:secretary_projects:progress", SIGN_IN, 404, 404, (*CASE, "1"), "POST"),
    Row("desk:secretary_projects:duties", SIGN_IN, 200, 200),
    Row("desk:secretary_projects:draws", SIGN_IN, 200, 200),
    Row("desk:secretary_projects:draw", SIGN_IN, 404, 404, (NO_UID,)),
    Row("desk:secretary_projects:coverage", SIGN_IN, 200, 200),
    Row("desk:secretary_projects:ends", SIGN_IN, 200, 200),
    Row("desk:secretary_projects:outcomes", SIGN_IN, 200, 200),
    Row("desk:secretary_projects:exemplars", SIGN_IN, 200, 200),
    Row("desk:secretary_projects:exemplar", SIGN_IN, 404, 404, CASE),
    Row("desk:secretary_projects:report", SIGN_IN, 404, 404, (*CASE, "monthly", "2026-01-01")),
    Row(
        "desk:secretary_projects:report",
        SIGN_IN,
        404,
        404,
        (*CASE, "monthly", "2026-01-01"),
        "POST",
    ),
    Row("desk:secretary_projects:draw-new", SIGN_IN, 403, 403),
    Row("desk:secretary_projects:draw-new", SIGN_IN, 403, 403, method="POST"),
    Row("desk:secretary_projects:draw-make", SIGN_IN, 404, 404, (NO_UID,)),
    Row("desk:secretary_projects:draw-make", SIGN_IN, 404, 404, (NO_UID,), "POST"),
    Row("desk:secretary_projects:draw-reveal", SIGN_IN, 404, 404, (NO_UID,)),
    Row("desk:secretary_projects:draw-reveal", SIGN_IN, 404, 404, (NO_UID,), "POST"),
    Row("desk:secretary_projects:visit", SIGN_IN, 404, 404, (NO_UID,)),
    Row("desk:secretary_projects:visit", SIGN_IN, 404, 404, (NO_UID,), "POST"),
    Row("desk:secretary_projects:finding-new", SIGN_IN, 404, 404, (NO_UID,)),
    Row("desk:secretary_projects:finding-new", SIGN_IN, 404, 404, (NO_UID,), "POST"),
    Row("desk:secretary_projects:visit-new", SIGN_IN, 403, 403, CASE),
    Row("desk:secretary_projects:visit-new", SIGN_IN, 403, 403, CASE, "POST"),
    Row("desk:secretary_projects:rectify", SIGN_IN, 404, 404, (*CASE, NO_UID)),
    Row("desk:secretary_projects:rectify", SIGN_IN, 404, 404, (*CASE, NO_UID), "POST"),
    Row("desk:secretary_projects:confirm", SIGN_IN, 404, 404, (*CASE, NO_UID)),
    Row("desk:secretary_projects:confirm", SIGN_IN, 404, 404, (*CASE, NO_UID), "POST"),
    Row("desk:secretary_projects:back", SIGN_IN, 404, 404, (*CASE, NO_UID)),
    Row("desk:secretary_projects:back", SIGN_IN, 404, 404, (*CASE, NO_UID), "POST"),
    Row("desk:secretary_projects:achieve", SIGN_IN, 404, 404, (NO_UID,)),
    Row("desk:secretary_projects:achieve", SIGN_IN, 404, 404, (NO_UID,), "POST"),
    Row("desk:secretary_projects:result-new", SIGN_IN, 404, 404, CASE),
    Row("desk:secretary_projects:result-new", SIGN_IN, 404, 404, CASE, "POST"),
    Row("desk:secretary_projects:roadshow", SIGN_IN, 403, 403),
    Row("desk:secretary_projects:roadshow", SIGN_IN, 403, 403, method="POST"),
    Row("desk:secretary_projects:column", SIGN_IN, 403, 403, CASE),
    Row("desk:secretary_projects:column", SIGN_IN, 403, 403, CASE, "POST"),
    Row("desk:secretary_projects:adopt", SIGN_IN, 403, 403, CASE),
    Row("desk:secretary_projects:adopt", SIGN_IN, 403, 403, CASE, "POST"),
    Row("desk:secretary_projects:exemplar-new", SIGN_IN, 403, 403, CASE),
    Row("desk:secretary_projects:exemplar-new", SIGN_IN, 403, 403, CASE, "POST"),
]

# What no page expects where an address names a thing. Percent signs are sent as they stand.
HOSTILE = [
    "%00",
    "%ED%A0%80",
    "%FF%FE",
    "%F0%9F%98%80",
    "%EF%BC%91%EF%BC%92%EF%BC%93",
    "%E2%80%AE%31",
    "9223372036854775808",
    "-1",
    "1e9",
    "null",
    "%27%20OR%201=1--",
    "..%5c..%5cetc",
    "%3Cscript%3E",
    "9" * 300,
]
# Longer than Python turns into a number.
LONG = "9" * 5000
