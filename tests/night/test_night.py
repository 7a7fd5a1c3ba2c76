"""Friday afternoon to Monday morning: what is handed over has an owner, the night accepts and writes, the day reads."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.access.commands import bar
from caseapp.access.queries import get_subject
from caseapp.cases.commands import close_cases, reopen_case
from caseapp.cases.models import Case
from caseapp.cases.queries import get_case_page
from caseapp.deadlines.queries import clocks_of
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder
from caseapp.kernel.subjects import Subject
from caseapp.night import commands, queries
from caseapp.night.commands import EntryTexts
from caseapp.night.domain import untils
from caseapp.night.models import NightEntry, NightReason, NightWork
from caseapp.night.routes import desk_panels
from caseapp.people.models import Person
from caseapp.referrals.commands import Received
from caseapp.referrals.commands.holding import take_referral
from caseapp.referrals.commands.triage import read_referral
from caseapp.referrals.models import ReferralChild
from tests.factories import AFamily, a_case, someone, team_id
from tests.referrals import hub_world
from tests.referrals.hub_world import rate

MONDAY_OPENING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SATURDAY_NIGHT = datetime(2026, 11, 21, 2, 15, tzinfo=UTC)


def receive(sample: str = "SAMPLE-001", *, number: str | None = None) -> Received:
    """A contact that comes in now."""
    return hub_world.receive(sample, number=number, change=lambda told: told.update(received_at=None))


def opened(**wanted: Any) -> AFamily:
    """A family with open cases, kept."""
    with transaction():
        return a_case(**wanted)


def hand(referral_id: int, *, seen: int = 0, by: str = "mash.worker", may: str = "He may come back") -> str:
    """The hub hands a contact to the night."""
    with transaction():
        return commands.hand_over(
            someone(by),
            referral_id=referral_id,
            may_happen=may,
            whom_to_ring="Grandmother, 01709 555010",
            until_at=MONDAY_OPENING,
            seen=seen,
        )


def number(reference: str) -> int:
    return db.session.scalars(sa.select(Subject.id).where(Subject.reference == reference)).one()


def accept(reference: str) -> int:
    with transaction():
        commands.accept(someone("edt"), work_id=number(reference))
    return number(reference)


def texts(**changes: object) -> EntryTexts:
    said: dict[str, object] = {
        "happened": "Lee came to the door.",
        "done": "Police took him home.",
        "day_must": "See Ellie before school.",
        "happened_at": clock.now(),
    }
    return EntryTexts(**{**said, **changes})  # type: ignore[arg-type]


def clock_words(subject_id: int, key: str) -> str | None:
    found = [view for view in clocks_of([subject_id]).get(subject_id, ()) if view.rule.key == key]
    return found[0].time_left.plain if found else None


# Read, rated, due: what must have an owner, from practice 2.
@pytest.mark.parametrize(
    ("rating", "hours_ago", "listed"),
    [(None, 1, True), ("red", 1, True), ("green", 1, False), ("amber", 1, True), ("green", 71, True)],
)
def test_what_must_have_an_owner(app: Flask, rating: str | None, hours_ago: int, listed: bool) -> None:
    # Thursday: an amber one has 24 hours and is due before nobody opens; a green one has 72.
    with clock.at(datetime(2026, 11, 19, 16, 45, tzinfo=UTC) - timedelta(hours=hours_ago)):
        made = receive("SAMPLE-001")
    with clock.at(datetime(2026, 11, 19, 16, 45, tzinfo=UTC)):
        if rating:
            rate(made.id, rating)
        rows = queries.closing_list(someone("mash.worker")).rows
    due_before_nine = rating == "amber" and hours_ago == 1
    expected = listed if not due_before_nine else any(row.reference == made.reference for row in rows)
    assert (made.reference in [row.reference for row in rows]) is expected


def test_nothing_leaves_the_list_by_itself_and_each_line_says_who(app: Flask, friday: datetime) -> None:
    one, two = receive("SAMPLE-001", number="1"), receive("SAMPLE-001", number="2")
    reference = hand(one.id)
    with transaction():
        commands.keep_in_hub(
            someone("mash.worker"),
            referral_id=two.id,
            keeper_id=someone("mash.manager").professional_id,
            whom_to_ring="07700 900500",
            until_at=MONDAY_OPENING,
            seen=0,
        )
    accept(reference)
    listed = queries.closing_list(someone("mash.manager"))
    assert (len(listed.rows), listed.without, listed.accepted, listed.kept) == (2, 0, 1, 1)
    assert {row.work.owner_words for row in listed.rows if row.work} == {
        "Gareth Lowe, out of hours",
        "Paul Denton, in the hub",
    }


def test_the_night_has_thirty_minutes_to_accept(app: Flask, friday: datetime) -> None:
    work_id = number(hand(receive("SAMPLE-001").id))
    assert clock_words(work_id, "edt.accept") == "30 min left, by 16:00 today"
    with clock.at(friday + timedelta(minutes=40)):
        assert clock_words(work_id, "edt.accept") == "Late by 10 min, was due 16:00 today"
        with transaction():
            commands.accept(someone("edt"), work_id=work_id)
        assert clock_words(work_id, "edt.accept") is None
        assert clock_words(work_id, "edt.morning") == "2 days 17 h left, by Mon 23 Nov, 09:30"


def test_handing_over_needs_words(app: Flask, friday: datetime) -> None:
    made = receive("SAMPLE-001")
    with pytest.raises(Invalid) as refused:
        commands.hand_over(
            someone("mash.worker"), referral_id=made.id, may_happen=" ", whom_to_ring="", until_at=None, seen=0
        )
    assert set(refused.value.problems) == {"may_happen", "whom_to_ring", "until"}


def test_two_people_hand_over_at_once_and_the_second_sees_both_texts(app: Flask, friday: datetime) -> None:
    made = receive("SAMPLE-001")
    first = hand(made.id)
    assert hand(made.id) == first
    with pytest.raises(Conflict) as clash:
        hand(made.id, by="mash.manager", may="She may ring")
    assert clash.value.theirs and "He may come back" in clash.value.theirs.words
    assert clash.value.mine and "She may ring" in clash.value.mine.words
    assert hand(made.id, by="mash.manager", may="She may ring", seen=1) == first
    accept(first)
    with pytest.raises(OutOfOrder):
        hand(made.id, by="mash.manager", may="A third thing", seen=3)


def test_what_came_in_while_the_hub_was_closed_is_taken_on(app: Flask) -> None:
    with clock.at(SATURDAY_NIGHT - timedelta(hours=1)):
        made = receive("SAMPLE-001")
    with clock.at(SATURDAY_NIGHT):
        night = someone("edt")
        assert [row.reference for row in queries.night_list(night).arrived] == [made.reference]
        with transaction():
            reference = commands.take_on(night, reference=made.reference)
        assert commands.take_on(night, reference=made.reference) == reference
        assert queries.night_list(night).arrived == ()
        assert queries.get_work(night, number(reference)).work.owner_words == "Gareth Lowe, out of hours"
        for wrong in ("R-0000-0000", "nonsense", reference):
            with pytest.raises(NotFound):
                commands.take_on(night, reference=wrong)


def test_a_conflict_of_interest_keeps_the_night_out_too(app: Flask) -> None:
    with clock.at(SATURDAY_NIGHT):
        family, made = opened(worker="north.worker", level="child_in_need"), receive("SAMPLE-001")
        night = someone("edt")
        work = hand(made.id)
        assert len(queries.night_list(night).plan) == 1
        with transaction():
            for subject_id in (family.case_id, made.id):
                bar(f"user:{night.user_id}", subject_id=subject_id, reason="staff_conflict")
        listed = queries.night_list(night)
        assert (listed.works, listed.plan, listed.arrived) == ((), (), ())
        assert queries.find_children(night, "Marsden") == []
        for reference, kind in ((family.reference, "case"), (work, "night")):
            with pytest.raises(NotFound):
                get_subject(night, reference, kind, 1)


def test_the_record_opens_with_a_reason_and_closes_by_itself(app: Flask) -> None:
    with clock.at(SATURDAY_NIGHT):
        family, night = opened(worker="north.worker"), someone("edt")
        with pytest.raises(NotFound):
            get_subject(night, family.reference, "case", 4)
        with pytest.raises(Invalid), transaction():
            commands.open_record(night, case_id=family.case_id, source="typed", words=" ")
        with transaction():
            commands.open_record(night, case_id=family.case_id, source="typed", words="Police rang: door open")
        assert get_subject(night, family.reference, "case", 4).why == "night"
        assert db.session.scalars(sa.select(NightReason.words)).one() == "Police rang: door open"
    with clock.at(MONDAY_OPENING + timedelta(minutes=1)), pytest.raises(NotFound):
        get_subject(night, family.reference, "case", 4)


def a_night_entry(family: AFamily, **changes: object) -> None:
    with transaction():
        commands.write_child_entry(
            someone("edt"), case_id=family.case_id, texts=texts(**changes), once_key="pressed-once"
        )


def test_the_night_writes_and_the_team_reads_it_first_on_monday(app: Flask) -> None:
    with clock.at(SATURDAY_NIGHT):
        family = opened(worker="north.worker")
        a_night_entry(family)
        a_night_entry(family)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(NightEntry)) == 1
        page = get_case_page(someone("north.worker"), family.case_id)
        assert "Police took him home." in " ".join(entry.words or "" for entry in page.chronology)
    with clock.at(MONDAY_OPENING):
        worker, manager = someone("north.worker"), someone("north.manager")
        assert clock_words(family.case_id, "edt.morning_child") == "30 min left, by 09:30 today"
        assert queries.has_morning(worker) and queries.has_morning(manager)
        assert not queries.has_morning(someone("mash.worker")) and not queries.has_morning(someone("central.worker"))
        work = queries.list_morning(worker)[0]
        assert work.entries[0].day_must == "See Ellie before school."
        with pytest.raises(Invalid):
            commands.acknowledge(worker, work_id=work.id, follows="")
        with transaction():
            commands.acknowledge(worker, work_id=work.id, follows="I see her at 8.45.")
        with pytest.raises(Conflict) as second:
            commands.acknowledge(manager, work_id=work.id, follows="Marta goes.")
        assert second.value.theirs and second.value.theirs.words == "I see her at 8.45."
        assert not queries.has_morning(worker)
        assert clock_words(family.case_id, "edt.morning_child") is None


def test_the_team_s_manager_sees_in_the_morning_what_the_night_wrote_about_their_families(app: Flask) -> None:
    with clock.at(SATURDAY_NIGHT):
        family, elsewhere = opened(name="Holt"), opened(team="south", name="Lister")
        a_night_entry(family)
        made = receive()
        with transaction():
            child = db.session.scalars(sa.select(ReferralChild).where(ReferralChild.referral_id == made.id)).first()
            person = db.session.get_one(Person, db.session.get_one(Case, elsewhere.case_id).person_id)
            assert child is not None
            person.match_key = child.match_key
            work = commands.take_on(someone("edt"), reference=made.reference)
    with clock.at(MONDAY_OPENING):
        manager, south = someone("north.manager"), someone("south.manager")
        (row,) = queries.list_last_night(manager, team_id("north"))
        assert (row.case_reference, row.entries, row.read_at, row.on_child) == (family.reference, 1, None, True)
        # Taken on, and nothing written: there is nothing to read yet.
        assert queries.list_last_night(south, team_id("south")) == []
    with clock.at(SATURDAY_NIGHT), transaction():
        commands.write_entry(someone("edt"), work_id=number(work), texts=texts(), once_key="another")
    with clock.at(MONDAY_OPENING):
        (told,) = queries.list_last_night(south, team_id("south"))
        assert (told.case_reference, told.on_child) == (elsewhere.reference, False)
        with transaction():
            commands.acknowledge(manager, work_id=queries.list_morning(manager)[0].id, follows="Marta goes.")
        (row,) = queries.list_last_night(manager, team_id("north"))
        assert row.read_by == manager.name
        with app.test_request_context():
            (panel,) = desk_panels(manager, team_id("north"))
            assert panel["title"] == "From the night" and f"Read by {manager.name}, today 09:00" in str(panel["rows"])
            (panel,) = desk_panels(south, team_id("south"))
            assert panel["title"] == "From the night (1 to read)" and "a contact that the hub reads" in str(panel)
        with transaction():
            bar(f"user:{manager.user_id}", subject_id=family.case_id, reason="kin")
        assert queries.list_last_night(manager, team_id("north")) == []
    with clock.at(MONDAY_OPENING + timedelta(days=1)):
        assert queries.list_last_night(someone("head"), team_id("north")) == []


def test_what_was_written_on_paper_has_its_own_time(app: Flask) -> None:
    with clock.at(MONDAY_OPENING):
        family = opened(worker="north.worker")
        a_night_entry(family, happened_at=SATURDAY_NIGHT, from_paper=True)
        entry = queries.list_morning(someone("north.worker"))[0].entries[0]
        assert (entry.happened_at, entry.recorded_at) == (SATURDAY_NIGHT, MONDAY_OPENING)
        assert entry.written_later and entry.from_paper
        note = next(each for each in get_case_page(someone("north.worker"), family.case_id).chronology if each.note)
        assert note.recorded and "written down" in note.recorded
        with pytest.raises(Invalid):
            a_night_entry(family, happened_at=MONDAY_OPENING + timedelta(hours=1))


def test_an_alert_stands_until_its_time_or_until_withdrawn(app: Flask, friday: datetime) -> None:
    family, worker = opened(worker="north.worker"), someone("north.worker")
    alert = commands.Alert("Lee may come back", "Send police", "Kirsty, 07700 900112", friday + timedelta(hours=6))
    for _ in range(2):
        with transaction():
            commands.leave_alert(worker, case_ids=[family.case_id], alert=alert, once_key="pressed-once")
    (row,) = queries.night_list(someone("edt")).alerts
    assert get_case_page(worker, family.case_id).alerts[0].may_happen == "Lee may come back"
    with clock.at(friday + timedelta(hours=6)):
        assert queries.night_list(someone("edt")).alerts == ()
        assert get_case_page(worker, family.case_id).alerts == ()
    with transaction():
        commands.withdraw_alert(worker, case_id=family.case_id, alert_id=row.id)
    assert queries.night_list(someone("edt")).alerts == ()
    with pytest.raises(OutOfOrder):
        commands.withdraw_alert(worker, case_id=family.case_id, alert_id=row.id)


def test_a_late_acceptance_counts_as_late(app: Flask, friday: datetime, actor: Callable[..., object]) -> None:
    work_id = number(hand(receive("SAMPLE-001").id))
    with clock.at(friday + timedelta(minutes=31)), transaction():
        commands.accept(someone("edt"), work_id=work_id)
    (view,) = [each for each in clocks_of([work_id], running_only=False)[work_id] if each.rule.key == "edt.accept"]
    assert view.ended_as == "late"


def level_of(login: str, reference: str) -> int:
    try:
        return get_subject(someone(login), reference, "case", 1).level
    except NotFound:
        return 0


def test_an_entry_opens_no_record(app: Flask) -> None:
    with clock.at(SATURDAY_NIGHT):
        family = opened(worker="north.worker", level="assessment")
        a_night_entry(family)
        assert level_of("edt", family.reference) == 1
        with pytest.raises(Invalid, match="20 characters"), transaction():
            commands.open_record(someone("edt"), case_id=family.case_id, source="typed", words="I need it")


def test_while_the_hub_is_open_no_record_opens_to_the_night(app: Flask, friday: datetime) -> None:
    family = opened(worker="north.worker")
    with pytest.raises(OutOfOrder, match="The hub is open"), transaction():
        commands.open_record(someone("edt"), case_id=family.case_id, source="plan")


def test_what_somebody_of_the_night_opened_ends_with_their_place_there(app: Flask) -> None:
    with clock.at(SATURDAY_NIGHT):
        family, edt = opened(worker="north.worker"), someone("edt")
        with transaction():
            commands.open_record(edt, case_id=family.case_id, source="typed", words="Police rang: the door is open")
        assert level_of("edt", family.reference) == 4
        elsewhere = replace(edt, memberships=someone("central.worker").memberships)
        with pytest.raises(NotFound):
            get_subject(elsewhere, family.reference, "case", 1)


def test_the_night_has_no_closed_case_and_has_it_again_when_it_is_reopened(app: Flask) -> None:
    with clock.at(SATURDAY_NIGHT):
        family, edt = opened(worker="north.worker", level="child_in_need"), someone("edt")
        with transaction():
            commands.open_record(edt, case_id=family.case_id, source="plan")
        with transaction():
            version = db.session.scalars(sa.select(Case.version).where(Case.id == family.case_id)).one()
            close_cases(someone("north.manager"), cases={family.case_id: version}, reason="RC1", words="All told")
        assert level_of("edt", family.reference) == 0
        with pytest.raises(NotFound), transaction():
            commands.open_record(edt, case_id=family.case_id, source="typed", words="Police rang: the door is open")
        with pytest.raises(NotFound):
            a_night_entry(family)
    with clock.at(SATURDAY_NIGHT + timedelta(minutes=5)):
        with transaction():
            reopen_case(someone("north.manager"), case_id=family.case_id, words="The wrong sister")
        assert level_of("edt", family.reference) == 1


def test_a_form_saves_one_entry_and_says_so_when_another_comes(app: Flask) -> None:
    with clock.at(SATURDAY_NIGHT):
        family, other = opened(worker="north.worker"), opened(worker="north.worker", name="Okafor")
        a_night_entry(family)
        with pytest.raises(Conflict) as refused:
            a_night_entry(other)
        assert refused.value.theirs is None, "another child's words stay with that child"
        with pytest.raises(Conflict) as refused:
            a_night_entry(family, done="Something else.")
        assert refused.value.theirs and "Something else." not in refused.value.theirs.words
        work = queries.list_morning(someone("north.worker"))[0]
        with transaction():
            commands.acknowledge(someone("north.worker"), work_id=work.id, follows="I see her at 8.45.")
        a_night_entry(family)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(NightWork)) == 1


def test_the_night_takes_on_only_what_its_list_shows(app: Flask, friday: datetime) -> None:
    made = receive("SAMPLE-001")
    assert queries.night_list(someone("edt")).arrived == ()
    with pytest.raises(NotFound), transaction():
        commands.take_on(someone("edt"), reference=made.reference)


def test_only_people_of_the_hub_keep_something(app: Flask, friday: datetime) -> None:
    made, outside = receive("SAMPLE-001"), someone("police").professional_id
    with pytest.raises(Invalid, match="Choose who keeps it"), transaction():
        commands.keep_in_hub(
            someone("mash.worker"),
            referral_id=made.id,
            keeper_id=outside,
            whom_to_ring="1",
            until_at=MONDAY_OPENING,
            seen=0,
        )


def test_what_was_opened_and_left_stays_with_the_night(app: Flask) -> None:
    with clock.at(datetime(2026, 11, 20, 20, 10, tzinfo=UTC)):
        left, held, rated = (receive("SAMPLE-001", number=each) for each in ("left", "held", "rated"))
    with clock.at(datetime(2026, 11, 20, 20, 20, tzinfo=UTC)):
        for each in (left, held):
            with transaction():
                read_referral(someone("mash.worker"), referral_id=each.id)
        with transaction():
            take_referral(someone("mash.worker"), referral_id=held.id, seen="")
        rate(rated.id, "red")
    with clock.at(SATURDAY_NIGHT):
        assert [row.reference for row in queries.night_list(someone("edt")).arrived] == [left.reference]


def test_the_closing_list_has_danger_then_red_and_unrated_then_what_is_due(app: Flask) -> None:
    def danger(told: Any) -> None:
        told.update(received_at=None)
        told["concern"]["immediate_danger"] = True

    at = datetime(2026, 11, 19, 16, 45, tzinfo=UTC)
    with clock.at(at - timedelta(hours=71)):
        green = receive("SAMPLE-003", number="green")
        rate(green.id, "green")
    with clock.at(at - timedelta(hours=2)):
        red = receive("SAMPLE-003", number="red")
        rate(red.id, "red")
    with clock.at(at - timedelta(hours=1)):
        unrated = receive("SAMPLE-003", number="unrated")
        first = hub_world.receive("SAMPLE-003", number="danger", change=danger)
    with clock.at(at):
        rows = queries.closing_list(someone("mash.worker")).rows
        assert [row.reference for row in rows] == [each.reference for each in (first, red, unrated, green)]
        assert "The referrer says: in danger now" in [signal.words for signal in rows[0].signals]
        hand(first.id)
        assert queries.closing_list(someone("mash.worker")).rows[-1].reference == first.reference


# The choices of "until when", by hand, at four moments of the weekend.
@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 20, 16, 30, tzinfo=UTC), ["20:00 this evening, Fri 20 Nov",
            "midnight at the end of Fri 20 Nov", "08:00 tomorrow, Sat 21 Nov", "the hub opens, 09:00 Mon 23 Nov"]),
        (datetime(2026, 11, 22, 0, 1, tzinfo=UTC), ["08:00 this morning, Sun 22 Nov", "20:00 this evening, Sun 22 Nov",
            "midnight at the end of Sun 22 Nov", "the hub opens, 09:00 Mon 23 Nov"]),
        (datetime(2026, 11, 22, 8, 0, tzinfo=UTC), ["20:00 this evening, Sun 22 Nov",
            "midnight at the end of Sun 22 Nov", "08:00 tomorrow, Mon 23 Nov", "the hub opens, 09:00 Mon 23 Nov"]),
    ],
)  # fmt: skip
def test_until_when_says_the_day(at: datetime, words: list[str]) -> None:
    assert [each.label for each in untils(at)] == words
