"""Who is told what, when, and only once."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.access.commands import bar
from caseapp.access.models import Reach
from caseapp.access.queries import not_barred, reaches
from caseapp.accounts.commands import disable_user, put_cover, set_absence
from caseapp.accounts.models import User
from caseapp.accounts.queries import find_actor_by_email
from caseapp.cases.commands import record_dated_event
from caseapp.deadlines.commands import apply_change
from caseapp.deadlines.domain import PolicyChange
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.subjects import Subject
from caseapp.notifications.commands import clear_outbox, put_in_outbox
from caseapp.notifications.models import Reminder
from caseapp.notifications.queries import count_unread, list_own
from caseapp.notifications.queries.readers import may_see
from tests.factories import AFamily, a_case, an_authorised_assessment, give, propose_step_down, someone, team_id
from tests.house.world import World
from tests.referrals.hub_world import receive

# A referral of Friday 20 November 2026: the law gives 45 working days, to Wednesday 27 January 2027.
RECEIVED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DUE = date(2027, 1, 27)
ASSESSMENT = "assessment.complete"


def morning(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 6, 30, tzinfo=UTC)


def a_family_of_leah(**more: object) -> AFamily:
    with clock.at(RECEIVED), transaction():
        return a_case(worker="north.worker", received_at=RECEIVED, **more)  # type: ignore[arg-type]


def told(rule: str = ASSESSMENT) -> list[tuple[str, str, int]]:
    """Who was told of that rule: (sign-in, kind, point), in order."""
    rows = db.session.execute(
        sa.select(Reminder.user_id, Reminder.kind, Reminder.point).where(Reminder.rule == rule).order_by(Reminder.id)
    ).all()
    db.session.rollback()
    names = {someone(login).user_id: login for login in LOGINS}
    return [(names.get(row.user_id, str(row.user_id)), row.kind, row.point) for row in rows]


LOGINS = (
    *("north.worker", "north.manager", "marta.wilk", "central.worker", "central.manager", "head", "mash.worker"),
    *("mash.manager", "mash.manager2", "familyhelp.north", "edt", "admin", "chair"),
)


@pytest.mark.parametrize(
    ("on", "point"),
    [
        # Ten working days before Wednesday 27 January is Wednesday 13 January; the day before nothing is said.
        (date(2027, 1, 12), None),
        (date(2027, 1, 13), 10),
        (date(2027, 1, 19), 10),
        (date(2027, 1, 20), 5),
        # On a Sunday it is as it was on Friday.
        (date(2027, 1, 24), 5),
        (date(2027, 1, 26), 1),
        (DUE, 0),
    ],
)
def test_each_warning_point_is_told_from_its_day_on(app: Flask, on: date, point: int | None) -> None:
    a_family_of_leah()

    with clock.at(morning(on.year, on.month, on.day)):
        put_in_outbox()

        assert told() == ([] if point is None else [("north.worker", "warning", point)])


def test_what_is_late_goes_to_those_whom_the_rule_names(app: Flask) -> None:
    a_family_of_leah()

    with clock.at(morning(2027, 1, 28)):
        put_in_outbox()

        assert sorted(told()) == [
            ("head", "late", -1),
            ("north.manager", "late", -1),
            ("north.worker", "late", -1),
        ]


def test_a_day_clock_is_not_late_before_midnight_in_london(app: Flask) -> None:
    a_family_of_leah()

    with clock.at(datetime(2027, 1, 27, 23, 59, tzinfo=UTC)):
        put_in_outbox()
        assert {kind for _, kind, _ in told()} == {"warning"}
    with clock.at(datetime(2027, 1, 28, 0, 0, tzinfo=UTC)):
        put_in_outbox()
        assert {kind for _, kind, _ in told()} == {"warning", "late"}


def test_told_twice_is_told_once_and_each_point_once_more(app: Flask) -> None:
    a_family_of_leah(children=2)

    for day in range(11, 31):
        for _ in range(3):
            with clock.at(morning(2027, 1, day)):
                put_in_outbox()

    rows = told()
    assert rows.count(("north.worker", "warning", 10)) == 2
    assert rows.count(("north.worker", "late", -1)) == 2
    # Two children, four points for the worker, and late for three people.
    assert len(rows) == 2 * (4 + 3)


def test_what_is_done_is_told_no_more(app: Flask) -> None:
    family = a_family_of_leah()
    with clock.at(morning(2027, 1, 13)):
        put_in_outbox()
        with transaction():
            an_authorised_assessment(family)

    with clock.at(morning(2027, 1, 28)):
        put_in_outbox()

        assert told() == [("north.worker", "warning", 10)]


def test_another_day_is_another_thing(app: Flask) -> None:
    """A bank holiday is proclaimed: what was due on Wednesday is due on Thursday, and that is told."""
    a_family_of_leah()
    holiday = PolicyChange(
        id=0,
        kind="bank_holiday",
        made_at=RECEIVED,
        day=date(2027, 1, 18),
        words="A day of thanks",
        source="The Privy Council",
    )
    with clock.at(morning(2027, 1, 13)):
        put_in_outbox()
        with transaction():
            apply_change(someone("head"), holiday, version=0)
        put_in_outbox()

        assert told() == [("north.worker", "warning", 10)] * 2
        days = db.session.scalars(sa.select(Reminder.due_on).order_by(Reminder.id)).all()
        assert days == [date(2027, 1, 27), date(2027, 1, 28)]


def test_a_new_worker_hears_what_the_one_before_was_told(app: Flask) -> None:
    family = a_family_of_leah()
    with clock.at(morning(2027, 1, 13)):
        put_in_outbox()
        with transaction():
            give(family, "marta.wilk")
        put_in_outbox()

        assert told() == [("north.worker", "warning", 10), ("marta.wilk", "warning", 10)]


def away(login: str, *, covering: str | None = None) -> None:
    with transaction():
        set_absence(
            someone("north.manager"),
            professional_id=someone(login).professional_id or 0,
            from_on=clock.today(),
            until_on=clock.today() + timedelta(days=5),
            reason="leave",
            covering_id=someone(covering).professional_id if covering else None,
        )


def test_whoever_covers_is_told_too(app: Flask) -> None:
    a_family_of_leah()
    with clock.at(morning(2027, 1, 13)):
        away("north.worker", covering="marta.wilk")
        put_in_outbox()

        assert sorted(told()) == [("marta.wilk", "warning", 10), ("north.worker", "warning", 10)]


def test_where_nobody_covers_the_manager_is_told(app: Flask) -> None:
    a_family_of_leah()
    with clock.at(morning(2027, 1, 13)):
        away("north.worker")
        put_in_outbox()

        assert sorted(told()) == [("north.manager", "warning", 10), ("north.worker", "warning", 10)]


def test_a_cover_that_is_over_is_told_nothing(app: Flask) -> None:
    a_family_of_leah()
    with clock.at(morning(2027, 1, 6)), transaction():
        put_cover(
            someone("north.manager"),
            away_id=someone("north.worker").professional_id or 0,
            covering_id=someone("marta.wilk").professional_id or 0,
            from_on=date(2027, 1, 6),
            until_on=date(2027, 1, 8),
        )
    with clock.at(morning(2027, 1, 13)):
        put_in_outbox()

        assert told() == [("north.worker", "warning", 10)]


def test_a_sign_in_that_is_off_is_told_nothing_and_the_manager_is(app: Flask) -> None:
    a_family_of_leah()
    with clock.at(morning(2027, 1, 13)):
        with transaction():
            disable_user(someone("admin"), someone("north.worker").user_id)
        put_in_outbox()

        assert [(who, point) for who, _, point in told()] == [("north.manager", 10)]


@pytest.mark.parametrize("who", ["north.manager", "head", "north.worker"])
def test_nobody_is_told_of_a_child_from_whom_they_are_kept(app: Flask, who: str) -> None:
    family = a_family_of_leah()
    with clock.at(morning(2027, 1, 28)):
        with transaction():
            bar(f"user:{someone(who).user_id}", subject_id=family.case_id, reason="knows_them")
        put_in_outbox()

        assert {login for login, _, _ in told()} == {"north.worker", "north.manager", "head"} - {who}


def test_a_bar_that_comes_later_takes_it_off_the_page(app: Flask) -> None:
    family = a_family_of_leah()
    with clock.at(morning(2027, 1, 13)):
        put_in_outbox()
        assert [row.reference for row in list_own(someone("north.worker"), unread=True)] == [family.reference]
        with transaction():
            bar(f"user:{someone('north.worker').user_id}", subject_id=family.case_id, reason="knows_them")

        assert list_own(someone("north.worker"), unread=True) == []
        assert count_unread(someone("north.worker")) == 0


def test_everybody_who_is_told_finds_it_on_their_page(app: Flask) -> None:
    """The statement for all people and the condition for one actor say the same."""
    a_family_of_leah(children=2)
    a_case_with_clocks()
    with clock.at(datetime(2027, 1, 28, 10, 0, tzinfo=UTC)):
        put_in_outbox()
        amounts = dict(
            db.session.execute(sa.select(Reminder.user_id, sa.func.count()).group_by(Reminder.user_id)).all()
        )
        db.session.rollback()
        assert len(amounts) >= 4
        for login in LOGINS:
            actor = someone(login)
            assert len(list_own(actor, unread=True)) == amounts.get(actor.user_id, 0), login


def referred(at: datetime) -> None:
    """A referral that came at that moment, and that nobody in the hub has opened."""
    receive("SAMPLE-001", change=lambda document: document.update(received_at=at.isoformat()))


def test_who_may_be_told_is_who_may_see(walked: tuple[Flask, World]) -> None:
    """For each sign-in and each subject of a world with cover, and bars on a person, a team and who leads one: the
    statement for all says what the condition for one actor says."""
    app, world = walked
    with app.app_context(), clock.at(morning(2027, 1, 13)):
        away("north.worker", covering="marta.wilk")
        with transaction():
            for reference, principal in (
                (world.own["case"], f"user:{someone('marta.wilk').user_id}"),
                (world.foreign["case"], f"team:{team_id('central')}"),
                (world.own["referral"], f"lead:{team_id('hub')}"),
            ):
                subject_id = db.session.scalars(sa.select(Subject.id).where(Subject.reference == reference)).one()
                bar(principal, subject_id=subject_id, reason="knows_them")
        today = sa.literal(clock.today(), sa.Date())
        pairs = db.session.execute(
            sa.select(User.id, Subject.id)
            .join(Subject, sa.true())
            .where(may_see(User.id, Subject.id, sa.literal("worker"), today=today, now=clock.now()))
        ).all()
        everybody = db.session.scalars(sa.select(User.email)).all()
        seen = set()
        for email in everybody:
            actor = find_actor_by_email(email)
            assert actor is not None
            ids = db.session.scalars(
                sa.select(Reach.subject_id)
                .where(reaches(actor), Reach.level >= 1, not_barred(actor, Reach.subject_id))
                .distinct()
            )
            seen |= {(actor.user_id, subject_id) for subject_id in ids}
        assert {tuple(pair) for pair in pairs} == seen
        assert len(seen) > 50


def a_case_with_clocks() -> None:
    """A child of Central under section 47, a referral that waits, a handover that waits for an answer."""
    with clock.at(datetime(2027, 1, 20, 10, 0, tzinfo=UTC)):
        with transaction():
            family = a_case(name="Okafor", team="central", worker="central.worker", received_at=clock.now())
            record_dated_event(
                someone("central.worker"),
                case_ids=family.case_ids,
                kind="s47.began",
                happened_at=clock.now(),
                who="Police, health",
                words="Held by video.",
                once_key="s47",
            )
        referred(clock.now())
        with transaction():
            moving = a_case(name="Hill", worker="north.worker", received_at=clock.now())
            an_authorised_assessment(moving)
            propose_step_down(moving)


def test_a_chairs_clock_is_told_to_the_childs_worker_until_chairs_have_a_page(app: Flask) -> None:
    a_case_with_clocks()
    # Section 47 began on Wednesday 20 January: 15 working days are Wednesday 10 February, five before is the 3rd.
    with clock.at(morning(2027, 2, 3)):
        put_in_outbox()

        assert told("icpc.held") == [("central.worker", "warning", 5)]


def test_the_hubs_managers_hear_that_a_referral_is_late_whoever_had_it(app: Flask) -> None:
    with clock.at(RECEIVED):
        referred(RECEIVED)
    with clock.at(RECEIVED + timedelta(minutes=45)):
        put_in_outbox()
        assert told("mash.first_look") == []
    with clock.at(RECEIVED + timedelta(minutes=61)):
        put_in_outbox()

        assert sorted(told("mash.first_look")) == [("mash.manager", "late", -1), ("mash.manager2", "late", -1)]


def test_what_has_been_late_for_long_is_not_news(app: Flask) -> None:
    a_family_of_leah()
    with clock.at(morning(2027, 3, 1)):
        put_in_outbox()

        assert told() == []


def test_what_was_due_a_quarter_ago_leaves_the_outbox_and_is_not_told_again(app: Flask) -> None:
    a_family_of_leah()
    with clock.at(morning(2027, 1, 28)):
        assert put_in_outbox() > 0
    late = told()
    assert late
    # 24:00 on the due day, and ninety days.
    with clock.at(datetime(2027, 4, 27, 22, 59, tzinfo=UTC)):
        assert clear_outbox() == 0
    assert told() == late
    with clock.at(datetime(2027, 4, 28, 0, 1, tzinfo=UTC)):
        clear_outbox()
        assert told() == []
        put_in_outbox()
        assert told() == []
