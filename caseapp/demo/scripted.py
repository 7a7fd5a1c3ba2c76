"""What stands in the demo whatever the seed: every room has somebody in it, and the queue shows each of its signals."""

from .stories import Plan

NORTH = ("S63 7", "S62 5", "S61 4")
CENTRAL = ("S65 2", "S60 2")
SOUTH = ("S25 2", "S66 8")

_MAN = {"name": "Dean Holt", "relationship": "mother's partner", "adult_of_concern": True, "lives_with_child": "yes"}
_MOTHER = {"name": "Kelly Shaw", "relationship": "mother", "parental_responsibility": True, "phone": "07700 900155"}


def _waits(days_ago: float, source: str, extra: dict[str, object] | None = None, **more: object) -> Plan:
    return Plan(
        str(more.get("outcome", "assessment")),
        str(more.get("until", "received")),
        days_ago=days_ago,
        sectors=(NORTH, CENTRAL, SOUTH)[round(days_ago * 100) % 3],
        source_code=source,
        rating=str(more.get("rating", "")),
        also=str(more.get("also", "")),
        extra=dict(extra or {}),
    )


def _done(
    days_ago: float, source: str, sectors: tuple[str, ...], until: str = "answered_on", *, returned: bool = False
) -> Plan:
    return Plan("assessment", until, days_ago=days_ago, sectors=sectors, returned=returned, source_code=source)


SCRIPTED: tuple[Plan, ...] = (
    # Their sources are about the published mix, or they would bend it.
    _done(28, "6", NORTH),
    _done(13, "5D", NORTH, "agreed_on"),
    _done(25, "2A", NORTH, returned=True),
    _done(12, "3B", NORTH, "proposed_on"),
    _done(10, "6", NORTH, "submitted"),
    _done(7, "5A", NORTH, "writing"),
    Plan("strategy_discussion", "noted", days_ago=9, sectors=NORTH, rating="red"),
    _done(20, "5B", CENTRAL, "submitted"),
    _done(8, "6", CENTRAL, "writing"),
    _done(4, "3A", CENTRAL, "decided"),
    _done(22, "6", SOUTH, "agreed_on"),
    _done(9, "1A", SOUTH, "writing"),
    _done(3, "2A", SOUTH, "decided"),
    _done(4, "8", NORTH, "decided"),
    _done(2, "5D", NORTH, "decided"),
    Plan("family_help", "decided", days_ago=6, sectors=NORTH),
    # The queue: what waits for a manager, what is rated, what nobody has opened; some of it late.
    _waits(3, "2A", until="proposed"),
    _waits(3.1, "3B", until="proposed", outcome="no_further_action"),
    _waits(1.4, "6", until="proposed", rating="amber"),
    _waits(2.2, "4", until="rated", rating="green"),
    _waits(1.1, "3E", until="rated", rating="amber", also="night"),
    _waits(0.9, "2A", until="rated", rating="green", also="asks"),
    _waits(0.85, "2A", until="rated", rating="amber", also="adds"),
    _waits(0.12, "3B", until="rated", rating="red"),
    _waits(0.03, "2A", {"concern": {"immediate_danger": True}}),
    _waits(0.09, "2A", {"household": [_MOTHER, _MAN]}),
    _waits(0.14, "3A", {"now": {"where": "school", "safe_to_go_home": "no", "safe_why": "Afraid to go back"}}),
    _waits(0.2, "6", {"concern": {"categories": ["sexual_abuse"]}}),
    _waits(0.31, "6", {"now": {"where": "missing"}}),
    _waits(0.4, "2A", {"exploitation": {"missing_last_30_days": 4}}),
    _waits(0.55, "5D", {"visit_dangers": "A large dog loose in the yard. Ring first."}),
    _waits(0.07, "1B"),
    _waits(0.24, "6"),
    _waits(0.45, "9"),
    _waits(0.62, "3D"),
    _waits(0.7, "8"),
)
# A bruise on a baby, a child whose case is open, and a third contact: about families of their own kind.
BABY = _waits(
    0.05,
    "3B",
    {"concern": {"injury": {"present": True, "words": "A bruise on the cheek"}}},
    outcome="strategy_discussion",
)
OPEN_CASE = _waits(0.17, "2A")
REPEATED = _waits(0.27, "6")
