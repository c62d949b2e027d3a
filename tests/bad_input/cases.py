"""What a row of the catalogue holds, and the laws that every answer keeps.

Never 500; an answer within two seconds; nothing written where it refuses; a Chinese sentence; a
stable code; and no word back of what is secret.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.management.base import CommandError
from django.http import HttpResponseBase
from django.utils.translation import override

from jiceng.kernel.base.errors import Refusal
from tests.bad_input.door import CHINESE, codes, taken_back, unchanged
from tests.bad_input.town import Town

# Seconds of this process, not on the wall: what others run on the machine makes no answer slow.
LONGEST = 2.0
CODE_OF_COMMAND = "command"

Knock = Callable[[], Any]
# Makes ready whatever has to be there, and returns the knock, or several: only they are judged.
Ready = Callable[[Town], Knock | tuple[Knock, ...]]


@dataclass(frozen=True)
class Answer:
    """What came back, by whichever door: a status, the codes, the words, and the thing itself."""

    status: int
    codes: set[str]
    body: str
    thing: Any = None


@dataclass(frozen=True)
class Case:
    """One bad input: its story, how it is sent, and what has to come back.

    ``statuses`` of which one must come; ``code`` that must be among the codes ("" for any);
    ``secrets`` that must not come back; ``check`` looks at an answer, and at the town after it.
    """

    story: str
    ready: Ready
    statuses: frozenset[int]
    code: str = ""
    secrets: tuple[str, ...] = ()
    check: Callable[[Town, Answer], object] = lambda town, answer: None
    longest: float = LONGEST
    offline: bool = False
    verdict: bool = False

    @property
    def refuses(self) -> bool:
        """Tell whether every allowed answer refuses; a verdict on a receipt says no with 200."""
        return self.verdict or min(self.statuses) >= 400


@dataclass(frozen=True)
class Row:
    """A row that is swept: its cases here, or tests of this folder that are the row already.

    ``tests`` are named «module.test» or «module.Class.test»; ``elsewhere`` says which tests of the
    packages go deeper; ``waits`` says for which part of the row there is no surface yet.
    """

    title: str
    cases: tuple[Case, ...] = ()
    tests: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    waits: str = ""

    @property
    def offline(self) -> bool:
        """Tell whether the row has nothing to do with a database."""
        return bool(self.cases) and all(case.offline for case in self.cases)


@dataclass(frozen=True)
class Pending:
    """A row whose surface does not exist; ``absent`` fails on the day it does."""

    title: str
    reason: str
    absent: Callable[[], bool] = field(repr=False)


def heard(knock: Knock) -> Answer:
    """Knock, and return what came back in one shape."""
    try:
        thing = knock()
    except Refusal as refusal:
        with override("zh-hans"):
            return Answer(refusal.status, {refusal.code}, str(refusal.sentence), refusal)
    except CommandError as error:
        return Answer(422, {CODE_OF_COMMAND}, str(error), error)
    if isinstance(thing, HttpResponseBase):
        body = b"".join(thing).decode(errors="replace")  # type: ignore[arg-type]
        refused = thing.status_code >= 400 or thing.status_code == 200
        return Answer(thing.status_code, codes_of(thing, body) if refused else set(), body, thing)
    return Answer(200, set(), str(thing), thing)


def codes_of(response: Any, body: str) -> set[str]:
    """Return the codes on a page or in JSON; what is neither has none."""
    if response.streaming or not response["Content-Type"].startswith(("text/html", "application/")):
        return set()
    if response["Content-Type"].startswith("application/json") and '"code"' not in body:
        return set()
    return codes(response)


def judged(case: Case, knock: Knock) -> Answer:
    """Knock and hold the answer to every law."""
    begun = time.process_time()
    answer = heard(knock)
    spent = time.process_time() - begun
    said = f"«{case.story}» {answer.status} {sorted(answer.codes)}: {answer.body[:200]}"
    assert answer.status in case.statuses, said
    assert answer.status not in range(500, 503), said
    assert spent <= case.longest, f"{spent:.2f} s for {said}"
    assert "Traceback" not in answer.body, said
    for secret in case.secrets:
        assert secret not in answer.body, f"«{case.story}» says {secret} back"
    if case.refuses:
        assert CHINESE.search(answer.body), said
        assert answer.codes, f"no code: {said}"
        told = case.code in answer.codes or f"（{case.code}）" in answer.body
        assert not case.code or told or case.code in answer.body.split(), said
    return answer


def knocks_of(case: Case, town: Town) -> tuple[Knock, ...]:
    """Make a case ready; return its knocks."""
    ready = case.ready(town)
    return ready if isinstance(ready, tuple) else (ready,)


def tried(case: Case, town: Town) -> None:
    """Send one case to the town, and leave the town as it was."""
    with taken_back():
        for knock in knocks_of(case, town):
            if case.refuses:
                with unchanged():
                    case.check(town, judged(case, knock))
            else:
                case.check(town, judged(case, knock))


def tried_offline(case: Case) -> None:
    """Try a case that needs no town and no database."""
    nobody: Any = None
    for knock in knocks_of(case, nobody):
        case.check(nobody, judged(case, knock))
