"""When a plan may begin, from outside: the validation rules of the Children in Need census; how an action stands."""

from datetime import date, timedelta

import pytest

from caseapp.plans.catalogue import AREAS, KINDS, OUTCOMES, PARTS
from caseapp.plans.domain import (
    HELP,
    STATUTORY,
    Change,
    Rated,
    Stretch,
    changes,
    draw,
    standing,
    why_not_begin,
    why_not_end,
)

CAME = date(2026, 9, 1)
TODAY = date(2026, 11, 20)
CIN, CP, FH = "child in need plan", "protection plan", "family help plan"


def other(words: str, track: str, from_on: str, to_on: str = "") -> Stretch:
    return Stretch(words, track, date.fromisoformat(from_on), date.fromisoformat(to_on) if to_on else None)


BEGINS = [
    # words, track, from, other plans, what is said (rule of the census)
    (CIN, STATUTORY, "2026-09-01", [], ""),
    (CIN, STATUTORY, "2026-08-31", [], "before the referral came"),  # 4015
    (CIN, STATUTORY, "2026-10-01", [other(CIN, STATUTORY, "2026-09-10")], "an open child in need plan"),  # 4004, 4014
    (CIN, STATUTORY, "2026-10-01", [other(CP, STATUTORY, "2026-09-10")], "the two never run together"),  # 4001, 4016
    (CP, STATUTORY, "2026-10-01", [other(CIN, STATUTORY, "2026-09-10")], "the two never run together"),  # 4003, 4017
    (CIN, STATUTORY, "2026-10-01", [other(CP, STATUTORY, "2026-09-10", "2026-10-01")], ""),
    (CIN, STATUTORY, "2026-09-30", [other(CP, STATUTORY, "2026-09-10", "2026-10-01")], "ran until 1 October 2026"),
    (FH, HELP, "2026-10-01", [other(CIN, STATUTORY, "2026-09-10")], ""),
    (FH, HELP, "2026-10-01", [other(FH, HELP, "2026-09-10")], "an open family help plan"),
]


@pytest.mark.parametrize(("words", "track", "from_on", "others", "said"), BEGINS)
def test_when_a_plan_may_begin(words: str, track: str, from_on: str, others: list[Stretch], said: str) -> None:
    found = why_not_begin(words, track, date.fromisoformat(from_on), others, received_on=CAME)
    assert said in found and bool(found) == bool(said)


@pytest.mark.parametrize(
    ("on", "said"), [("2026-11-20", ""), ("2026-10-01", ""), ("2026-11-21", "future"), ("2026-09-30", "began on")]
)
def test_when_it_may_end(on: str, said: str) -> None:
    found = why_not_end(date(2026, 10, 1), date.fromisoformat(on), TODAY)
    assert said in found and bool(found) == bool(said)


@pytest.mark.parametrize(
    ("days", "state", "words"),
    [
        (-1, "late", "Late by 1 day"),
        (-12, "late", "Late by 12 days"),
        (0, "soon", "Due today"),
        (1, "soon", "1 day left"),
        (7, "soon", "7 days left"),
        (8, "calm", "8 days left"),
    ],
)
def test_how_an_open_action_stands(days: int, state: str, words: str) -> None:
    found = standing("open", TODAY + timedelta(days=days), TODAY)
    assert (found.state, found.words) == (state, words)


def test_how_a_settled_action_stands() -> None:
    assert standing("done", TODAY, TODAY, TODAY).words == "Done"
    assert standing("done", TODAY, TODAY, TODAY + timedelta(days=1)).words == "Done, late"
    assert standing("dropped", TODAY, TODAY, TODAY).words == "Not needed any more"


def test_scores_by_area_in_words_and_drawn() -> None:
    told = [(date(2026, 9, 1), {"home": 3, "school": 5}), (date(2026, 11, 1), {"home": 7, "school": 5, "safety": 9})]
    found = {change.area: change for change in changes(told, AREAS)}
    assert list(found) == ["home", "school", "safety"]
    assert found["home"].words == "from 3 to 7, better"
    assert found["school"].words == "from 5 to 5, the same"
    assert found["safety"].words == "9, once so far"
    assert Change("home", ((TODAY, 7), (TODAY, 2))).words == "from 7 to 2, worse"
    line = draw(Change("home", ((TODAY, 0), (TODAY, 10))))
    (first_x, first_y), (last_x, last_y) = line.points
    assert first_x < last_x <= line.width and last_y < first_y <= line.height


def test_the_average_never_stands_without_the_response_rate() -> None:
    assert Rated(0, 0, 0).words == "Nobody was asked yet"
    assert Rated(4, 0, 0).words == "No answer yet: 0 of 4 families answered (0 %)"
    assert Rated(7, 3, 26).words == "8.7 out of 10 on average: 3 of 7 families answered (43 %)"


def test_plain_words() -> None:
    shown = " ".join(
        [*AREAS.values(), *OUTCOMES.values(), *(p.heading for p in PARTS), *(k.words for k in KINDS.values())]
    )
    assert not [word for word in ("LAC", "NFA", "DNA", "TAF", "CIN", "engage") if word.lower() in shown.lower().split()]
