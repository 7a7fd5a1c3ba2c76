"""Rules of children in our care, of leaving care and of private fostering (domain 1.2, rows 23 to 26)."""

from datetime import date
from typing import Any

from caseapp.deadlines.domain import Rule

from .making import Source, row

_REGULATIONS = "Care Planning, Placement and Case Review (England) Regulations 2010"
_SINCE = date(2011, 4, 1)
REVIEWS = Source(
    f"{_REGULATIONS}, regulation 33", "https://www.legislation.gov.uk/uksi/2010/959/regulation/33", _SINCE, True, True
)
VISITS = Source(
    f"{_REGULATIONS}, regulation 28", "https://www.legislation.gov.uk/uksi/2010/959/regulation/28", _SINCE, True, True
)
LEAVING = Source(
    f"{_REGULATIONS}, regulation 42", "https://www.legislation.gov.uk/uksi/2010/959/regulation/42", _SINCE, True, True
)
ROTHERHAM = Source("as Rotherham’s council papers have it", "https://moderngov.rotherham.gov.uk/mgAi.aspx?ID=79122")
FOSTERED = "Children (Private Arrangements for Fostering) Regulations 2005, regulation "
FOSTERED_URL = "https://www.legislation.gov.uk/uksi/2005/1533/regulation/"
FOSTERED_FIRST = Source(f"{FOSTERED}7", f"{FOSTERED_URL}7", date(2005, 7, 1), True)
FOSTERED_VISITS = Source(f"{FOSTERED}8", f"{FOSTERED_URL}8", date(2005, 7, 1), True, True)

_VISITED = "the child is visited there"
_REVIEWED: dict[str, Any] = {
    "owner": "reviewing_officer",
    "late_to": "team_manager head",
    "source": REVIEWS,
    "ends": "care.ended",
}
_VISIT: dict[str, Any] = {"late_to": "team_manager head", "source": VISITS}

# fmt: off
CARE: tuple[Rule, ...] = (
    row("care.review_first", "First review of care", 20, "working_days", "care.began", "care.first_review_held",
        ("The child came into our care", "The first review has", "it is held"), **_REVIEWED),
    row("care.review_second", "Second review of care", 3, "months", "care.first_review_held", "care.reviewed",
        ("The first review was", "The second has", "it is held"), **_REVIEWED),
    row("care.review_later", "Next review of care", 6, "months", "care.reviewed", "care.reviewed",
        ("The last review was", "The next has", "it is held"), anchored_at="previous", **_REVIEWED),
    row("care.visit_first", "First visit in the placement", 1, "weeks", "care.placed", "care.visited",
        ("The placement began", "The first visit has", _VISITED), ends="care.ended", **_VISIT),
    row("care.visit_later", "Next visit in the placement", 6, "weeks", "care.visited", "care.visited",
        ("The last visit was", "The next has", _VISITED), ends="care.ended care.placement_lasting",
        planned="visit.planned", anchored_at="previous", **_VISIT),
    row("care.visit_lasting", "Next visit in a placement meant to last", 3, "months", "care.placement_lasting",
        "care.visited", ("The last visit, or the end of the first year, was", "The next has", _VISITED),
        ends="care.ended care.placed", planned="visit.planned", anchored_at="previous", **_VISIT),
    row("care.visit_parent", "Weekly visit: placed with a parent", 1, "weeks", "care.placed_with_parent",
        "care.visited", ("The last visit, or the placement’s beginning, was", "The next has", _VISITED),
        ends="care.ended care.first_review_held", anchored_at="previous", **_VISIT),
    row("care.visit_local", "Visit in the placement: our own standard", 4, "weeks", "care.visited", "care.visited",
        ("The last visit was", "The next has", _VISITED), ends="care.ended", anchored_at="previous",
        source=ROTHERHAM),
    row("leaving_care.needs", "Assessment of needs for leaving care", 3, "months", "leaving_care.eligible",
        "leaving_care.needs_done", ("The young person became eligible", "The assessment has", "it is done"),
        late_to="team_manager head", source=LEAVING),
    row("private_fostering.visit_first", "First visit: private fostering", 7, "working_days",
        "private_fostering.known", "private_fostering.visited",
        ("We learned of it", "The first visit has", _VISITED), ends="private_fostering.ended",
        late_to="team_manager head", source=FOSTERED_FIRST),
    row("private_fostering.visit_later", "Next visit: private fostering, first year", 6, "weeks",
        "private_fostering.visited", "private_fostering.visited",
        ("The last visit was", "The next has", _VISITED),
        ends="private_fostering.ended private_fostering.year_passed", anchored_at="previous",
        late_to="team_manager head", source=FOSTERED_VISITS),
    row("private_fostering.visit_settled", "Next visit: private fostering, later years", 12, "weeks",
        "private_fostering.year_passed", "private_fostering.visited",
        ("The last visit, or the end of the first year, was", "The next has", _VISITED),
        ends="private_fostering.ended", anchored_at="previous", late_to="team_manager head", source=FOSTERED_VISITS),
)
# fmt: on
