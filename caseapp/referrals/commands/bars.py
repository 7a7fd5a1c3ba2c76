"""A conflict of interest follows the child: onto each new referral, and from there onto whatever grows out of it."""

from collections.abc import Iterable

import sqlalchemy as sa

from caseapp.access.commands import bar, bars_of, carry_bars, carry_found_bars
from caseapp.accounts.queries import list_user_names
from caseapp.cases.commands import keep_together
from caseapp.people.domain.names import normalise_name
from caseapp.people.queries import persons_said_in
from caseapp.referrals.domain.children import ChildTold, match_keys_of
from caseapp.referrals.queries.arrivals import kin_of
from caseapp.referrals.queries.referral_page import HubPage

CONFLICT = "staff_conflict"
# A mark: somebody of ours knows the family, and nobody has said yet who that is.
KNOWS_THEM_UNKNOWN = "knows_them_unknown"

# Built once, as it is asked for every referral that comes.
_BARS_OF_KIN = bars_of(kin_of(sa.bindparam("keys", expanding=True)))


def inherit_bars(referral_id: int, document: object, children: Iterable[ChildTold] | None = None) -> None:
    """Keep from a referral whoever is kept from another referral, a case or a family of the people it names."""
    keys = match_keys_of(document, children)
    if keys:
        carry_found_bars(_BARS_OF_KIN, {"keys": keys}, [referral_id])


def bar_named(referral_id: int, text: str, *, sender_id: int | None = None) -> list[str]:
    """Keep a referral from everybody of ours whom a text names in full, but not from its own sender; gives the names.

    Two of one name are both kept away: better one too many than the father's brother.
    """
    said = f" {normalise_name(text)} "
    found = [(number, name) for number, name in list_user_names() if f" {normalise_name(name)} " in said]
    for number, _name in found:
        if number != sender_id:
            bar(f"user:{number}", subject_id=referral_id, reason=CONFLICT)
    return [name for number, name in found if number != sender_id]


def pass_bars_on(page: HubPage, family_id: int) -> None:
    """Keep whoever is kept from a referral from the family (0: none was made), the people it told of, and the open
    cases of its children.

    A case that a barred team holds stays whole until it has moved: half of it would help nobody.
    """
    known = [case for line in page.lines if (case := page.open_case_for(line))]
    told = [case for line in page.lines if (case := page.open_case_to_tell(line))]
    held = {case.person_id for case in known} - {case.person_id for case in told}
    families = {case.family_id for case in told} | ({family_id} if family_id else set())
    persons = {case.person_id for case in told}
    for each in page.together if family_id else ():
        persons |= set(persons_said_in(each.id, family_id=family_id))
    found = carry_bars(
        [each.id for each in page.together], sorted(families | {case.id for case in told} | (persons - held))
    )
    if found:
        keep_together(persons)
