"""Who is away, who covers, who is on duty: the manager's part.

Cover is not a change of worker: it gives what the away person works with to a colleague from day to day, and ends by
itself (practice 17).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts import queries
from caseapp.accounts.catalogue import ABSENCES
from caseapp.accounts.domain import day_words, part_hours, parts_of
from caseapp.accounts.models import Absence, Cover, DutyRota, Professional
from caseapp.accounts.queries.staffing import MemberRow
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import ActorLike, record


def member_of(actor: Actor, professional_id: int) -> MemberRow:
    """Somebody of a team that the actor manages, their row locked until the commit. Raises NotFound."""
    managed = {place.team_id for place in actor.memberships if place.role == "manager"}
    for team_id in sorted(managed):
        found = queries.list_members(team_id, professional_id=professional_id)
        if found:
            db.session.execute(
                sa.select(Professional.id).where(Professional.id == professional_id).with_for_update()
            ).all()
            return found[0]
    raise NotFound


def set_absence(
    actor: Actor,
    *,
    professional_id: int,
    from_on: date,
    until_on: date | None,
    reason: str,
    covering_id: int | None = None,
) -> int:
    """Say that somebody is away from a day until another (None: nobody knows), and, if named, who covers meanwhile.

    Gives the absence's number. Raises NotFound for somebody of another team, Invalid for days that make no sense or
    that meet an absence on record.
    """
    member = member_of(actor, professional_id)
    if reason not in ABSENCES:
        raise Invalid({"reason": "Choose why they are away"})
    _check_days(from_on, until_on)
    there = db.session.execute(
        sa.select(Absence.from_on, Absence.until_on).where(
            Absence.professional_id == professional_id, *_meets(Absence, from_on, until_on)
        )
    ).first()
    if there is not None:
        raise Invalid({"from_on": f"{member.name} is already away {period_words(there.from_on, there.until_on)}"})
    row = Absence(professional_id=professional_id, from_on=from_on, until_on=until_on, reason=reason, ended_at=None)
    db.session.add(row)
    db.session.flush()
    record(
        actor,
        "staff.absence.set",
        subjects=_about(member),
        professional=professional_id,
        since=from_on,
        until=until_on,
    )
    if covering_id is not None:
        put_cover(actor, away_id=professional_id, covering_id=covering_id, from_on=from_on, until_on=until_on)
    return row.id


def end_absence(actor: Actor, *, absence_id: int) -> None:
    """Say that somebody is back: the absence is over from now on, and so is the cover for it.

    Raises NotFound for somebody of another team, OutOfOrder if it is over already.
    """
    there = db.session.execute(
        sa.select(Absence.professional_id, Absence.from_on, Absence.until_on).where(Absence.id == absence_id)
    ).first()
    if there is None:
        raise NotFound
    member = member_of(actor, there.professional_id)
    if not _end(Absence, absence_id):
        raise OutOfOrder(f"{member.name} is back already.")
    record(actor, "staff.absence.ended", subjects=_about(member), professional=member.professional_id)
    for row in db.session.execute(
        sa.select(Cover.id, Cover.covering_id).where(
            Cover.away_id == member.professional_id, *_meets(Cover, there.from_on, there.until_on)
        )
    ).all():
        _end_cover(actor, member, row)


def put_cover(actor: Actor, *, away_id: int, covering_id: int, from_on: date, until_on: date | None) -> int:
    """Let a colleague do somebody's work from a day until another: they reach the same children for that time.

    Gives the cover's number. Raises NotFound for people of another team, Invalid for somebody who can't cover: the away
    person, somebody without a sign-in here, somebody away themself; or for days on which somebody covers already.
    """
    member, colleague = _pair(actor, away_id, covering_id)
    _check_days(from_on, until_on)
    problem = None
    if away_id == covering_id:
        problem = f"{member.name} can't cover for themself"
    elif not colleague.can_work:
        problem = f"{colleague.name} can't cover: they have no sign-in in this team today"
    elif not member.user_id:
        problem = f"{member.name} has no sign-in, so there is nothing here to cover"
    elif away := db.session.execute(
        sa.select(Absence.from_on, Absence.until_on).where(
            Absence.professional_id == covering_id, *_meets(Absence, from_on, until_on)
        )
    ).first():
        problem = f"{colleague.name} is away too, {period_words(away.from_on, away.until_on)}"
    if problem:
        raise Invalid({"covering": problem})
    there = db.session.execute(
        sa.select(Professional.name, Cover.from_on, Cover.until_on)
        .join(Professional, Professional.id == Cover.covering_id)
        .where(Cover.away_id == away_id, *_meets(Cover, from_on, until_on))
    ).first()
    if there is not None:
        words = period_words(there.from_on, there.until_on)
        raise Invalid({"covering": f"{there.name} covers already, {words}. End that cover first"})
    row = Cover(away_id=away_id, covering_id=covering_id, from_on=from_on, until_on=until_on, ended_at=None)
    db.session.add(row)
    db.session.flush()
    record(
        actor,
        "staff.cover.put",
        subjects=_about(member, colleague),
        professional=away_id,
        covering=covering_id,
        since=from_on,
        until=until_on,
    )
    return row.id


def end_cover(actor: Actor, *, cover_id: int) -> None:
    """End a cover before its last day. Raises NotFound for another team's, OutOfOrder if it is over already."""
    there = db.session.execute(
        sa.select(Cover.id, Cover.away_id, Cover.covering_id).where(Cover.id == cover_id)
    ).first()
    if there is None:
        raise NotFound
    if not _end_cover(actor, member_of(actor, there.away_id), there):
        raise OutOfOrder("This cover is over already.")


def put_on_duty(actor: ActorLike | None, *, team_id: int, professional_id: int, on_day: date, part: str) -> None:
    """Name who is on duty for a team in a part of a day, whoever was named before. Saying it again changes nothing.

    Raises Invalid for somebody who does not work in the team, or a part that this team's day does not have.
    """
    team = queries.find_team(team_id=team_id)
    members = queries.list_members(team_id, professional_id=professional_id)
    if team is None or part not in parts_of(team.kind):
        raise Invalid({"rota": "Choose a part of the day that the team works in"})
    if not members or not members[0].can_work:
        raise Invalid({"rota": "Choose somebody who works in the team and has a sign-in"})
    named = _on_rota(team_id, on_day, part)
    if named is not None and named.professional_id == professional_id:
        return
    if named is not None:
        take_off_duty(actor, team_id=team_id, on_day=on_day, part=part)
    from_at, until_at = part_hours(on_day, part, clock.LONDON)
    db.session.add(
        DutyRota(
            team_id=team_id,
            professional_id=professional_id,
            on_day=on_day,
            part=part,
            from_at=from_at,
            until_at=until_at,
        )
    )
    db.session.flush()
    record(
        actor,
        "staff.duty.put",
        subjects=_about(members[0]),
        professional=professional_id,
        team=team_id,
        day=on_day,
        part=part,
    )


def take_off_duty(actor: ActorLike | None, *, team_id: int, on_day: date, part: str) -> None:
    """Name nobody for a part of a day; nothing happens when nobody is named."""
    named = _on_rota(team_id, on_day, part)
    if named is None:
        return
    db.session.execute(sa.delete(DutyRota).where(DutyRota.id == named.id))
    subjects = [named.user_id] if named.user_id else []
    record(
        actor,
        "staff.duty.taken_off",
        subjects=subjects,
        professional=named.professional_id,
        team=team_id,
        day=on_day,
        part=part,
    )


def set_rota(
    actor: Actor, *, team_id: int, seen: Mapping[tuple[date, str], int], wanted: Mapping[tuple[date, str], int | None]
) -> int:
    """Put a team's rota as its manager wants it; gives how many places changed.

    `seen` is what the page showed: where somebody else has named another person since, nothing is changed and Conflict
    says so. Raises NotFound for a team the actor does not manage.
    """
    if team_id not in {place.team_id for place in actor.memberships if place.role == "manager"}:
        raise NotFound
    # One rota is written at a time: the team's row is what the two wait for.
    db.session.execute(sa.select(Professional.id).where(Professional.team_id == team_id).with_for_update()).all()
    changed = {place: who for place, who in wanted.items() if who != seen.get(place)}
    for on_day, part in changed:
        named = _on_rota(team_id, on_day, part)
        if (named.professional_id if named else None) != seen.get((on_day, part)):
            raise Conflict("Not saved: somebody else has changed the rota since your page was opened. Open it again.")
    for (on_day, part), who in sorted(changed.items()):
        if who is None:
            take_off_duty(actor, team_id=team_id, on_day=on_day, part=part)
        else:
            put_on_duty(actor, team_id=team_id, professional_id=who, on_day=on_day, part=part)
    return len(changed)


def period_words(from_on: date, until_on: date | None) -> str:
    """A stretch of days in words: "from 3 November 2026 until 5 November 2026"."""
    until = f"until {day_words(until_on)}" if until_on else "with no day of return yet"
    return f"from {day_words(from_on)} {until}"


def _pair(actor: Actor, away_id: int, covering_id: int) -> tuple[MemberRow, MemberRow]:
    """Both people, of one team; locked in one order, so that two managers never wait for each other."""
    found = {each: member_of(actor, each) for each in sorted({away_id, covering_id})}
    member = found[away_id]
    colleague = next(iter(queries.list_members(member.team_id, professional_id=covering_id)), None)
    if colleague is None:
        raise Invalid({"covering": "Choose somebody of the same team"})
    return member, colleague


def _check_days(from_on: date, until_on: date | None) -> None:
    if until_on is not None and until_on < from_on:
        raise Invalid({"until_on": "The last day must not be before the first"})
    if until_on is not None and until_on < clock.today():
        raise Invalid({"until_on": "The last day is over already"})


def _meets(period: Any, from_on: date, until_on: date | None) -> tuple[sa.ColumnElement[bool], ...]:
    """Rows not ended that share a day with a stretch."""
    meets = [period.ended_at.is_(None), sa.or_(period.until_on.is_(None), period.until_on >= from_on)]
    if until_on is not None:
        meets.append(period.from_on <= until_on)
    return tuple(meets)


def _end(period: Any, row_id: int) -> bool:
    change = sa.update(period).where(period.id == row_id, period.ended_at.is_(None)).values(ended_at=clock.now())
    return (
        db.session.execute(change.returning(period.id).execution_options(synchronize_session=False)).first() is not None
    )


def _end_cover(actor: Actor, member: MemberRow, row: Any) -> bool:
    if not _end(Cover, row.id):
        return False
    record(
        actor,
        "staff.cover.ended",
        subjects=_about(member),
        professional=member.professional_id,
        covering=row.covering_id,
    )
    return True


def _on_rota(team_id: int, on_day: date, part: str) -> Any:
    query = sa.select(
        DutyRota.id, DutyRota.professional_id, queries.user_id_of(DutyRota.professional_id).label("user_id")
    ).where(DutyRota.team_id == team_id, DutyRota.on_day == on_day, DutyRota.part == part)
    return db.session.execute(query).first()


def _about(*members: MemberRow) -> list[int]:
    return [member.user_id for member in members if member.user_id]
