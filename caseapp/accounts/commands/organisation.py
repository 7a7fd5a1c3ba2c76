"""Making agencies, teams and professionals; the table of postcodes."""

from datetime import date

from caseapp.accounts.models import (
    Agency,
    PostcodeSector,
    Professional,
    Team,
)
from caseapp.kernel.db import db


def add_agency(*, key: str, name: str, kind: str, source_code: str, phone: str) -> int:
    """Add an agency; gives its number. `source_code` is the census referral source (1A-10)."""
    row = Agency(key=key, name=name, kind=kind, source_code=source_code, phone=phone)
    db.session.add(row)
    db.session.flush()
    return row.id


def add_team(
    *, key: str, name: str, kind: str, agency_id: int, locality: str | None, may_hold_cases: bool, phone: str
) -> int:
    """Add a team; gives its number."""
    row = Team(
        key=key,
        name=name,
        kind=kind,
        agency_id=agency_id,
        locality=locality,
        may_hold_cases=may_hold_cases,
        phone=phone,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def add_professional(
    *,
    agency_id: int,
    team_id: int | None,
    name: str,
    title: str,
    phone: str,
    qualified: bool,
    registration_number: str | None = None,
    checked_on: date | None = None,
    expires_on: date | None = None,
) -> int:
    """Add a named person working for an agency; gives their number.

    A social worker (`qualified`) comes with their registration number, the day on which somebody checked it and the
    last day on which it holds; without these they are no qualified one yet (practice 18).
    """
    row = Professional(
        agency_id=agency_id,
        team_id=team_id,
        name=name,
        title=title,
        phone=phone,
        qualified=qualified,
        registration_body="Social Work England" if registration_number else None,
        registration_number=registration_number,
        registration_checked_on=checked_on,
        registration_expires_on=expires_on,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def add_postcode_sectors(rows: list[tuple[str, str, str]]) -> None:
    """Add (sector, ward, locality) rows."""
    db.session.add_all(PostcodeSector(sector=sector, ward=ward, locality=locality) for sector, ward, locality in rows)
    db.session.flush()
