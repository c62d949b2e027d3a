"""The courses that cases of the demo year take: every move of the procedure in at least one."""

from dataclasses import dataclass

STRAIGHT = ("judge", "dispatch", "dispose", "verify", "close")
TO_HANDLER = ("judge", "dispatch")
DONE = ("dispose", "verify", "close")


@dataclass(frozen=True)
class Course:
    """What happens to a case, turn by turn.

    A turn is a move of the procedure, made by whoever holds the step, or one of: ``expire`` and
    ``late`` (time passes), ``second`` (somebody reports the same, and it is merged), ``same``
    (somebody says «me too»), ``parts`` (the parts of a split are done), ``rate``, ``unhappy``,
    ``appeal`` (the unit that handled it appeals; ``pass``, ``uphold``, ``reject`` review that).
    ``often`` is how many cases of the year take it.
    """

    code: str
    turns: tuple[str, ...]
    often: int = 2
    patrol: bool = False
    phone: bool = False
    category: str = ""


COURSES = (
    Course("plain", (*STRAIGHT, "rate"), often=50),
    Course("patrol", STRAIGHT, often=30, patrol=True),
    Course("phone", (*STRAIGHT, "rate"), often=12, phone=True),
    Course("finished", ("judge", "dispatch", "finish", "close"), often=10, category="E205"),
    Course("refused", ("refuse",), often=6),
    Course("taken_up", ("refuse", "take_up", *STRAIGHT)),
    Course("withdrawn", ("withdraw",), often=3),
    Course("answered", ("ask", "answer", *STRAIGHT), often=4),
    Course("unanswered", ("ask", "expire", "refuse")),
    Course("not_waited", ("ask", "go_on", *STRAIGHT)),
    Course("major", ("find_major", "study", "dispatch", *DONE, "rate"), often=5),
    Course("beyond", ("pass_up", *STRAIGHT), often=4),
    Course(
        "beyond_after_study", ("find_major", "pass_up", "find_major", "study", "dispatch", *DONE)
    ),
    Course("sent_back", (*TO_HANDLER, "return", "dispatch", *DONE), often=6),
    Course("reassigned", (*TO_HANDLER, "reassign", *DONE), often=4),
    Course("consulted", (*TO_HANDLER, "consult", "hear", *DONE), often=3),
    Course("consulted_in_vain", (*TO_HANDLER, "consult", "expire", *DONE)),
    Course("not_heard", (*TO_HANDLER, "consult", "go_on_without", *DONE)),
    Course("extended", (*TO_HANDLER, "ask_extension", "extend", *DONE), often=5, category="C103"),
    Course(
        "not_extended",
        (*TO_HANDLER, "ask_extension", "refuse_extension", *DONE),
        category="C103",
    ),
    Course(
        "shelved",
        (*TO_HANDLER, "ask_shelving", "shelve", "expire", *DONE),
        often=3,
        category="C104",
    ),
    Course("resumed", (*TO_HANDLER, "ask_shelving", "shelve", "resume", *DONE), category="C104"),
    Course("not_shelved", (*TO_HANDLER, "ask_shelving", "refuse_shelving", *DONE)),
    Course("reworked", (*TO_HANDLER, "dispose", "rework", *DONE, "rate"), often=8),
    Course("late", (*TO_HANDLER, "late", "reassign", *DONE), often=3),
    Course("excused", (*TO_HANDLER, "late", "reassign", *DONE, "appeal", "pass", "uphold")),
    Course("not_excused", (*TO_HANDLER, "late", "reassign", *DONE, "appeal", "reject")),
    Course("merged", ("second", *STRAIGHT, "rate"), often=6),
    Course("taken_apart", ("second", "unmerge", *STRAIGHT)),
    Course("same_here", ("judge", "same", "same", "dispatch", *DONE, "rate"), often=5),
    Course("split", ("judge", "split", "parts", "gather", "close"), often=3),
    Course("unhappy", (*STRAIGHT, "unhappy", "dispatch", *DONE, "rate"), often=5),
    Course(
        "unhappy_twice",
        (*STRAIGHT, "unhappy", "dispatch", *DONE, "unhappy", "dispatch", *DONE),
    ),
    Course("reopened", (*STRAIGHT, "reopen_by_office", "dispatch", *DONE)),
)
CASES = sum(course.often for course in COURSES)
