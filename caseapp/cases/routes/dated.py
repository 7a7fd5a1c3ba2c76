"""What happened to a child, recorded by its date where its work has no page of its own: choose what, say when, put it
right."""

import secrets
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard
from caseapp.cases import commands, queries
from caseapp.cases.forms import DatedForm, MoveForm, TakeBackForm
from caseapp.deadlines.catalogue import GROUPS, KINDS, DatedKind, effect_of
from caseapp.deadlines.queries import Foreseen, clocks_of, foresee
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder

from .blueprint import NUMBER, before, bp, tabs
from .clocks import may

PAGE = 20
# The first of what ends a clock that runs, offered before everything else.
OFFERED = 6


@bp.get("/<ref:reference>/events")
@guard("case:read")
def dated_events(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """What was recorded by its date, with what was put right since."""
    case, _ = queries.get_case(actor, subject.id)
    found = queries.list_dated(case.id, before=before(), limit=PAGE + 1)
    return render_template(
        "cases/dated_events.html",
        case=case,
        events=found[:PAGE],
        before=found[PAGE - 1].id if len(found) > PAGE else None,
        may=may(actor, subject),
        tabs=tabs(subject.reference, "clocks"),
    )


@bp.get("/<ref:reference>/events/new")
@guard("case:record_event")
def choose_event(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """What can be recorded, in groups, by words; first what would end a clock that runs."""
    case, _ = queries.get_case(actor, subject.id)
    find = " ".join(request.args.get("find", "").split())[:80]
    groups = [
        (heading, kinds)
        for heading, of_group in GROUPS
        if (kinds := [kind for kind in of_group if _is_meant(kind, heading, find)])
    ]
    running = [view.rule for view in clocks_of([case.id]).get(case.id, [])]
    soon = dict.fromkeys(code for rule in running for code in rule.stops_on if code in KINDS)
    return render_template(
        "cases/choose_event.html",
        case=case,
        groups=groups,
        find=find,
        soon=[KINDS[code] for code in list(soon)[:OFFERED]],
        effect_of=effect_of,
    )


def _is_meant(kind: DatedKind, heading: str, find: str) -> bool:
    """Whether each word that was typed stands in what the kind is called, in its group, or in its clocks."""
    effect = effect_of(kind.code)
    said = " ".join((kind.words, heading, *(rule.words for rule in (*effect.starts, *effect.ends)))).lower()
    return all(word in said for word in find.lower().split())


@bp.get("/<ref:reference>/events/new/<kind>")
@guard("case:record_event")
def new_event(actor: Actor, subject: SubjectAccess, kind: str) -> ResponseReturnValue:
    """An empty form for one kind, with the brothers and sisters to tick."""
    form = DatedForm(formdata=None, data={"children": [subject.reference], "once": secrets.token_hex(16)})
    return _event_page(actor, subject, kind, form)


@bp.post("/<ref:reference>/events/new/<kind>")
@guard("case:record_event")
def record_event(actor: Actor, subject: SubjectAccess, kind: str) -> ResponseReturnValue:
    """Record it; what is wrong comes back with everything typed."""
    _known(kind)
    form = DatedForm()
    form.ask_about(kind)
    _case, siblings = queries.get_case(actor, subject.id)
    form.offer(siblings)
    if form.validate():
        chosen = [row.id for row in siblings if row.reference in form.children.data]
        try:
            commands.record_dated_event(
                actor,
                case_ids=chosen,
                kind=kind,
                happened_at=form.happened_at,
                who=form.who.data,
                words=form.words.data,
                once_key=_once(form.once.data),
                on=form.on.data if form.on is not None else None,
                twice="twice" in request.form,
            )
        except Invalid as refused:
            form.add_errors(_at_fields(refused, form, {"case_ids": "children"}))
        except commands.KeyUsed as used:
            if _is_same_text(used):
                return _to_clocks(subject)
            # Another text was sent from this form: with a key of its own the second goes through, told of the first.
            form.once.data = secrets.token_hex(16)
            twin = queries.find_twin(chosen, kind, form.happened_at)
            return _event_page(actor, subject, kind, form, refused="" if twin else str(used), twin=twin), 409
        except commands.AlreadyRecorded as met:
            return _event_page(actor, subject, kind, form, twin=met.twin), 409
        except OutOfOrder as refused:
            return _event_page(actor, subject, kind, form, refused=str(refused)), 409
        else:
            return _to_clocks(subject)
    return _event_page(actor, subject, kind, form), 422


def _event_page(
    actor: Actor,
    subject: SubjectAccess,
    kind: str,
    form: DatedForm,
    *,
    refused: str = "",
    twin: queries.DatedEvent | None = None,
) -> str:
    about = _known(kind)
    if refused:
        form.add_errors({"": refused})
    case, siblings = queries.get_case(actor, subject.id)
    form.ask_about(kind)
    form.offer(siblings)
    return render_template(
        "cases/new_event.html",
        case=case,
        kind=about,
        form=form,
        effect=effect_of(kind),
        alone=len(siblings) == 1,
        twin=twin,
    )


@bp.get(f"/<ref:reference>/events/<{NUMBER}:event_id>/move")
@guard("case:record_event")
def ask_move(actor: Actor, subject: SubjectAccess, event_id: int) -> ResponseReturnValue:
    """Ask when it really was."""
    event = queries.get_dated(subject.id, event_id)
    local = clock.to_london(event.at)
    form = MoveForm(
        formdata=None,
        data={
            "happened_on": local.date(),
            "happened_time": f"{local:%H:%M}",
            "seen": event.seen,
            "once": secrets.token_hex(16),
        },
    )
    return _put_right_page("move", actor, subject, event, form)


@bp.post(f"/<ref:reference>/events/<{NUMBER}:event_id>/move")
@guard("case:record_event")
def move_event(actor: Actor, subject: SubjectAccess, event_id: int) -> ResponseReturnValue:
    """Show what another date would move, then give it that date."""
    event = queries.get_dated(subject.id, event_id)
    form = MoveForm()
    form.ask_about(event.kind)
    if not form.validate():
        return _put_right_page("move", actor, subject, event, form), 422
    if "sure" not in request.form:
        return _put_right_page("move", actor, subject, event, form, to=form.happened_at)
    return _put_right(
        "move",
        actor,
        subject,
        event,
        form,
        lambda **given: commands.move_dated_event(actor, happened_at=form.happened_at, **given),
    )


@bp.get(f"/<ref:reference>/events/<{NUMBER}:event_id>/take-back")
@guard("case:record_event")
def ask_take_back(actor: Actor, subject: SubjectAccess, event_id: int) -> ResponseReturnValue:
    """Say what taking it back would do, and ask how it came to be recorded."""
    event = queries.get_dated(subject.id, event_id)
    form = TakeBackForm(formdata=None, data={"seen": event.seen, "once": secrets.token_hex(16)})
    return _put_right_page("take_back", actor, subject, event, form)


@bp.post(f"/<ref:reference>/events/<{NUMBER}:event_id>/take-back")
@guard("case:record_event")
def take_back_event(actor: Actor, subject: SubjectAccess, event_id: int) -> ResponseReturnValue:
    """Take it back."""
    event = queries.get_dated(subject.id, event_id)
    form = TakeBackForm()
    if not form.validate():
        return _put_right_page("take_back", actor, subject, event, form), 422
    return _put_right(
        "take_back", actor, subject, event, form, lambda **given: commands.take_back_dated_event(actor, **given)
    )


def _put_right(
    how: str,
    actor: Actor,
    subject: SubjectAccess,
    event: queries.DatedEvent,
    form: MoveForm | TakeBackForm,
    write: Callable[..., None],
) -> ResponseReturnValue:
    """Put an event right; whoever comes second is told what the first one said, and decides anew."""
    try:
        write(
            case_id=subject.id,
            event_id=event.id,
            words=form.words.data,
            seen=form.seen.data,
            once_key=_once(form.once.data),
        )
    except Invalid as refused:
        form.add_errors(_at_fields(refused, form, {}))
        return _put_right_page(how, actor, subject, event, form), 422
    except commands.MeanwhileChanged as met:
        there = queries.get_dated(subject.id, event.id)
        form.seen.data = there.seen
        return _put_right_page(how, actor, subject, there, form, met=str(met)), 409
    except OutOfOrder as refused:
        form.add_errors({"": str(refused)})
        return _put_right_page(how, actor, subject, event, form), 409
    return _to_clocks(subject)


def _put_right_page(
    how: str,
    actor: Actor,
    subject: SubjectAccess,
    event: queries.DatedEvent,
    form: MoveForm | TakeBackForm,
    *,
    to: datetime | None = None,
    met: str = "",
) -> str:
    """The form, and what would come of it: at once for taking back, after a date was given for moving."""
    case, siblings = queries.get_case(actor, subject.id)
    if isinstance(form, MoveForm):
        form.ask_about(event.kind)
    sure = to is not None
    foreseen: list[Foreseen] = []
    if not event.taken_back and (sure or how == "take_back"):
        # Of a brother or sister whom this reader does not see, nothing is said either.
        seen = {row.id for row in siblings}.intersection(queries.cases_of_dated(event.id))
        foreseen = foresee(seen, event_id=event.id, kind=event.kind, to=to, at=clock.now())
    return render_template(
        f"cases/{how}_event.html",
        case=case,
        event=event,
        form=form,
        met=met,
        sure=sure,
        to_words=event.say(to) if to else "",
        foreseen=_by_clock(foreseen, {row.id: row.called for row in siblings}),
    )


def _by_clock(foreseen: list[Foreseen], names: dict[int, str]) -> list[tuple[Foreseen, str]]:
    """What becomes of each clock, said once for the children of whom it is the same."""
    children: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    first: dict[tuple[str, str, str], Foreseen] = {}
    for one in foreseen:
        key = (one.rule.key, one.was, one.will)
        first.setdefault(key, one)
        children[key].append(names[one.subject_id])
    return [(one, ", ".join(children[key])) for key, one in first.items()]


def _to_clocks(subject: SubjectAccess) -> ResponseReturnValue:
    return redirect(url_for(".clocks", reference=subject.reference), 303)


def _known(kind: str) -> DatedKind:
    """The row of the catalogue. Raises NotFound."""
    if kind not in KINDS:
        raise NotFound
    return KINDS[kind]


def _once(key: str | None) -> str:
    return (key or secrets.token_hex(16))[:40]


def _at_fields(refused: Invalid, form: Any, names: dict[str, str]) -> dict[str, str]:
    """A command's refusals by the fields of the form: the moment at its time, or where only the day is asked, there."""
    moment = "happened_time" if getattr(form, "happened_time", None) is not None else "happened_on"
    at = {"happened_at": moment, **names}
    return {at.get(field, field): said for field, said in refused.problems.items()}


def _is_same_text(used: commands.KeyUsed) -> bool:
    """Whether the form was pressed twice: what it saved before says the same."""
    return used.theirs is not None and used.mine is not None and used.theirs.words == used.mine.words
