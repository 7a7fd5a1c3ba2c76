"""A key that is compared with a column which a partial index names stands in the statement's text."""

import sqlalchemy as sa

from caseapp.kernel.db import Code
from caseapp.referrals.models import Referral

STATES = sa.table("states", sa.column("state", Code(12)))


def _written(condition: sa.ColumnElement[bool]) -> tuple[str, dict[str, object]]:
    compiled = condition.compile()
    return str(compiled), dict(compiled.params)


def test_a_key_is_written_into_the_text_whichever_side_it_stands_on() -> None:
    assert _written(STATES.c.state == "proposed") == ("states.state = 'proposed'", {})
    assert _written(STATES.c.state != "decided") == ("states.state != 'decided'", {})
    assert _written(Referral.state == "received") == ("referral.state = 'received'", {})


def test_what_does_not_read_like_a_key_stays_a_parameter() -> None:
    text, given = _written(STATES.c.state == "x' OR 'x' = 'x")
    assert text == "states.state = :state_1" and given == {"state_1": "x' OR 'x' = 'x"}
