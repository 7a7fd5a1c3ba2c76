"""A referral on paper: as the hub reads it, the referrer's own copy, the letters; and the lists as spreadsheets."""

from typing import Any

from flask import request, url_for

from caseapp.access.domain import PERMISSIONS, Actor, SubjectAccess, allows
from caseapp.access.guard import guard
from caseapp.access.taking import give_list, give_paper
from caseapp.kernel import clock
from caseapp.kernel.errors import OutOfOrder, Refused
from caseapp.kernel.sheets import MOST_ROWS, Sheet
from caseapp.referrals.catalogue import OUTCOMES
from caseapp.referrals.domain.queue import filter_words
from caseapp.referrals.queries import own
from caseapp.referrals.queries.asked import list_questions
from caseapp.referrals.queries.filters import filter_choices
from caseapp.referrals.queries.hub import QueueRow, list_queue
from caseapp.referrals.queries.letters import Letter, get_letter
from caseapp.referrals.queries.referral_page import get_hub_page

from .blueprint import bp
from .hub import note_others
from .queue import TABS, asked_filter, asked_tab

OUTCOME_WORDS = {row.key: row.words for row in OUTCOMES}
NOT_YET = "Nothing is decided yet, so there is no letter."
NO_FAMILY_LETTER = "No letter to the family was written with this decision."


@bp.get("/<ref:reference>/print", defaults={"as_file": False})
@bp.get("/<ref:reference>/print.pdf", defaults={"as_file": True})
@guard("referral:read")
def paper(actor: Actor, subject: SubjectAccess, as_file: bool) -> Any:
    """The referral as the hub reads it, to print or as a PDF."""
    page = get_hub_page(actor, subject.id)
    note_others(page, subject)
    return give_paper(
        actor,
        subject,
        "referrals/papers/hub.html",
        kind="referral",
        as_file=as_file,
        back=url_for("referrals.show", reference=subject.reference),
        page=page,
        questions=list_questions(subject.id),
        outcome_words=OUTCOME_WORDS,
        today=clock.today(),
    )


@bp.get("/<ref:reference>/receipt/print", defaults={"as_file": False})
@bp.get("/<ref:reference>/receipt/print.pdf", defaults={"as_file": True})
@guard("referral:receipt")
def own_paper(actor: Actor, subject: SubjectAccess, as_file: bool) -> Any:
    """The referrer's own copy: their words, and what they were told."""
    receipt = own.get_receipt(actor, subject.id)
    return give_paper(
        actor,
        subject,
        "referrals/papers/own.html",
        kind="own_copy",
        as_file=as_file,
        back=url_for("referrals.show_receipt", reference=subject.reference),
        receipt=receipt,
        row=receipt.row,
        questions=list_questions(subject.id),
    )


@bp.get("/<ref:reference>/letter", defaults={"as_file": False})
@bp.get("/<ref:reference>/letter.pdf", defaults={"as_file": True})
@guard("referral:read")
def letter(actor: Actor, subject: SubjectAccess, as_file: bool) -> Any:
    """What was decided, as a letter to the referrer."""
    return _letter(actor, subject, "letter", _decided(actor, subject), as_file=as_file)


@bp.get("/<ref:reference>/family-letter", defaults={"as_file": False})
@bp.get("/<ref:reference>/family-letter.pdf", defaults={"as_file": True})
@guard("referral:read")
def family_letter(actor: Actor, subject: SubjectAccess, as_file: bool) -> Any:
    """The letter to the family that was written with the decision."""
    found = _decided(actor, subject)
    if found.hidden:
        raise Refused("Part of this decision must not be seen by you, so its letter to the family is not shown.")
    if not found.family_message:
        raise OutOfOrder(NO_FAMILY_LETTER)
    return _letter(actor, subject, "family_letter", found, as_file=as_file)


def _decided(actor: Actor, subject: SubjectAccess) -> Letter:
    found = get_letter(actor, subject.id)
    if found is None:
        raise OutOfOrder(NOT_YET)
    return found


def _letter(actor: Actor, subject: SubjectAccess, kind: str, found: Letter, *, as_file: bool) -> Any:
    return give_paper(
        actor,
        subject,
        f"referrals/papers/{kind}.html",
        kind=kind,
        as_file=as_file,
        back=url_for("referrals.show", reference=subject.reference),
        letter=found,
    )


QUEUE_HEADINGS = (
    *(
        "Reference",
        "Children",
        "Ages",
        "Concern",
        "Address",
        "What the form itself tells",
        "Rating",
        "Time left",
        "Due",
    ),
    *("From", "Received", "Answer needed", "Contacts, 12 months", "About", "To put right", "Unread", "Who has it"),
    *("Proposed by", "Decided", "What became of it"),
)


@bp.get("/queue.xlsx")
@guard("referral:queue", logged=True)
def take_queue(actor: Actor) -> Any:
    """The queue as a spreadsheet: the tab and the filter of the page, in its order."""
    tab, chosen = asked_tab(), asked_filter()
    page = list_queue(actor, tab, chosen=chosen, limit=MOST_ROWS)
    agencies = dict(filter_choices(actor).agencies) if chosen.agency_id is not None else {}
    title = next(words for key, words, _field in TABS if key == tab)
    return give_list(
        actor,
        Sheet(
            "hub_queue",
            f"Hub queue: {title}",
            QUEUE_HEADINGS,
            [_queue_row(row) for row in page.rows],
            filter=filter_words(chosen, agencies),
            more=page.more,
        ),
    )


def _queue_row(row: QueueRow) -> list[Any]:
    left = row.time_left
    return [
        row.reference,
        row.names,
        row.ages,
        row.concern,
        "Address protected" if row.address_protected else "",
        "; ".join(words for words in (row.news, *(signal.words for signal in row.signals)) if words),
        row.rating.capitalize() if row.rating else "Not rated",
        left.words if left else "",
        left.due_words if left else "",
        row.sender,
        row.received_at,
        row.answer_needed_at,
        row.contacts,
        row.contacts_about,
        row.marks or None,
        "Unread" if row.unread else "",
        row.held_by or "",
        row.proposed_by or "",
        row.decided_at,
        row.outcomes,
    ]


@bp.get("/mine.xlsx")
@guard("referral:list_own", logged=True)
def take_own(actor: Actor) -> Any:
    """My referrals, or my desk's, as a spreadsheet."""
    shares = allows(PERMISSIONS["group:read"], actor, None)
    mine = not shares or request.args.get("tab") == "mine"
    found = own.list_own(actor, mine=mine, limit=MOST_ROWS)
    rows = [
        [
            row.reference,
            ", ".join(row.names) or "No child named",
            row.sender or "",
            row.received_at,
            row.read_at,
            row.read_by or "",
            row.decided_at,
            "; ".join(f"{name}: {words}" if name else words for name, words in row.outcomes),
            "Sent in error" if row.in_error_at else "",
        ]
        for row in found.rows
    ]
    return give_list(
        actor,
        Sheet(
            "my_referrals",
            "My referrals",
            ("Reference", "Children", "Sent by", "Sent", "Read", "Read by", "Decided", "Outcome", "In error"),
            rows,
            filter="those that I sent" if mine else "those of my agency",
            more=found.older_than is not None,
        ),
    )
