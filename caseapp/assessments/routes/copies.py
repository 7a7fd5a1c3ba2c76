"""The family's copy of an assessment: a page to print and a PDF, in it only what may be given to all of them."""

from typing import Any

from flask import url_for

from caseapp.access.domain import L4, Actor, SubjectAccess
from caseapp.access.guard import guard
from caseapp.access.taking import give_paper
from caseapp.assessments import queries
from caseapp.assessments.catalogue import NOT_FOR_FAMILY
from caseapp.assessments.domain import AUTHORISED, protected_in
from caseapp.kernel.errors import OutOfOrder
from caseapp.people.queries import list_family

from .blueprint import bp


@bp.get("/<ref:reference>/family-copy", defaults={"as_file": False})
@bp.get("/<ref:reference>/family-copy.pdf", defaults={"as_file": True})
@guard("assessment:write")
def family_copy(actor: Actor, subject: SubjectAccess, as_file: bool) -> Any:
    """What the family is given of an authorised assessment. It leaves out what a child said without the parents, what
    is about one adult, and what agencies told; it is not made while a protected address stands in its text."""
    page = queries.get_assessment(subject.id)
    if page.state != AUTHORISED:
        raise OutOfOrder("The family’s copy is made once a manager has authorised the assessment.")
    sections = _for_family(page)
    secrets = [
        part
        for person in list_family(actor, page.family_id, level=L4)
        if person.address_protected and person.address
        for part in (person.address.line, person.address.postcode or "")
    ]
    held = protected_in(sections, secrets)
    if held:
        raise OutOfOrder(
            f"A protected address stands in: {'; '.join(held)}. No copy is made with it. Tell the family what the "
            "assessment says, and record how they were told."
        )
    return give_paper(
        actor,
        subject,
        "assessments/family_copy.html",
        kind="family_assessment",
        as_file=as_file,
        back=url_for(".show", reference=subject.reference),
        page=page,
        sections=sections,
    )


def _for_family(page: queries.AssessmentPage) -> list[tuple[str, str]]:
    """Heading and text of what may be given, and is written."""
    kind = page.kind
    found = [(part.heading, part.key) for part in kind.before]
    for child in page.children:
        found += [(part.heading.format(name=child.name), f"{part.key}_{child.case_id}") for part in kind.for_child]
    found += [(part.heading, part.key) for part in (*kind.around, *kind.meaning, *kind.sources)]
    numbers = {f"{key}_{child.case_id}" for key in NOT_FOR_FAMILY for child in page.children}
    return [
        (heading, words)
        for heading, key in found
        if key not in NOT_FOR_FAMILY | numbers and (words := str(page.answers.get(key, "")).strip())
    ]
