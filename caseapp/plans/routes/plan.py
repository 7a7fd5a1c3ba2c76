"""A plan: begin it, read it, print it, write it, add a child, score it, close it; and the list of one's own."""

from typing import Any

from flask import redirect, render_template, request, url_for

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard
from caseapp.access.taking import give_paper
from caseapp.cases.queries import get_case
from caseapp.kernel import clock
from caseapp.kernel.errors import Conflict, Invalid, OutOfOrder, Text
from caseapp.plans import commands, forms, queries
from caseapp.plans.catalogue import AREAS, KIND_OF_LEVEL, KINDS, PARTS, PlanKind
from caseapp.plans.domain import draw

from .blueprint import bp, key_of, may_write, once, see

NO_LEVEL = (
    "A plan begins when the family has family help, or when a child is a child in need. "
    "While an assessment runs there is none yet."
)


@bp.get("/")
@guard("plan:list", logged=True)
def index(actor: Actor) -> Any:
    """What I have to do by plans, and the plans that are shared with me."""
    return render_template("plans/index.html", mine=queries.actions_of(actor), shared=queries.list_mine(actor))


def _kind_for(actor: Actor, subject: SubjectAccess) -> tuple[PlanKind, Any, Any]:
    """The kind that fits the child's level, the child, and the family's children at such a level."""
    case, siblings = get_case(actor, subject.id)
    key = KIND_OF_LEVEL.get(case.level)
    if key is None:
        raise OutOfOrder(NO_LEVEL)
    kind = KINDS[key]
    return kind, case, [row for row in siblings if row.level in kind.levels]


@bp.get("/start/<ref:reference>")
@guard("plan:start")
def start(actor: Actor, subject: SubjectAccess) -> Any:
    """Ask for whom a plan begins; lead to the open one if the child has it."""
    kind, case, children = _kind_for(actor, subject)
    for link in queries.plans_of_case(subject.id):
        if link.ended_on is None and link.kind == kind:
            return see(link.reference)
    form = forms.BeginForm(
        formdata=None, data={"children": [subject.reference], "started_on": clock.today(), "once": once()}
    )
    form.offer(kind, children)
    return render_template("plans/start.html", form=form, kind=kind, case=case)


@bp.post("/start/<ref:reference>")
@guard("plan:start")
def begin(actor: Actor, subject: SubjectAccess) -> Any:
    """Begin the plan."""
    kind, case, children = _kind_for(actor, subject)
    form = forms.BeginForm()
    form.offer(kind, children)
    if form.validate():
        given = commands.PlanGiven(
            kind=kind.key,
            case_ids=[row.id for row in children if row.reference in form.children.data],
            started_on=form.started_on.data,
            agreed_on=form.agreed_on.data if kind.agreed else None,
            agreed_by=form.agreed_by.data if kind.agreed else "",
            parts={"aim": form.aim.data},
            once_key=key_of(form),
        )
        try:
            return see(commands.begin_plan(actor, case_id=subject.id, given=given))
        except Invalid as invalid:
            form.add_errors(invalid.problems)
    return render_template("plans/start.html", form=form, kind=kind, case=case), 422


@bp.get("/<ref:reference>")
@guard("plan:read")
def show(actor: Actor, subject: SubjectAccess) -> Any:
    """The plan on one page."""
    page = queries.get_plan(subject.id)
    return render_template(
        "plans/show.html",
        plan=page,
        parts=PARTS,
        areas=AREAS,
        draw=draw,
        writes=may_write(actor, subject),
        own=actor.professional_id,
        today=clock.today(),
        survey=queries.survey_of(subject.id) if page.ended_on and page.kind.survey else None,
    )


@bp.get("/<ref:reference>/print", defaults={"as_file": False})
@bp.get("/<ref:reference>/print.pdf", defaults={"as_file": True})
@guard("plan:read")
def paper(actor: Actor, subject: SubjectAccess, as_file: bool) -> Any:
    """The plan on one printable page, in plain words."""
    return give_paper(
        actor,
        subject,
        "plans/paper.html",
        kind="plan",
        as_file=as_file,
        back=url_for(".show", reference=subject.reference),
        plan=queries.get_plan(subject.id),
        parts=PARTS,
        areas=AREAS,
    )


@bp.get("/<ref:reference>/words")
@guard("plan:write")
def words(actor: Actor, subject: SubjectAccess) -> Any:
    """The words of the plan, to be written anew."""
    page = queries.get_plan(subject.id)
    form = forms.words_form(formdata=None, data={**page.parts, "version": page.version})
    return render_template("plans/words.html", form=form, plan=page, parts=PARTS)


@bp.post("/<ref:reference>/words")
@guard("plan:write")
def keep_words(actor: Actor, subject: SubjectAccess) -> Any:
    """Keep another wording. If somebody was quicker both texts of each part are shown, and the writer chooses."""
    posted, undecided = forms.read_choices(request.form)
    form = forms.words_form(formdata=posted)
    page = queries.get_plan(subject.id)
    if undecided:
        theirs = {name: request.form.get(f"{name}_theirs", "") for name in undecided}
        return _two_texts(actor, page, form, theirs, page.version, error="Choose which text to keep"), 422
    if not form.validate():
        return render_template("plans/words.html", form=form, plan=page, parts=PARTS), 422
    try:
        texts = {part.key: form[part.key].data or "" for part in PARTS}
        commands.keep_words(actor, plan_id=subject.id, version=form.version.data, parts=texts)
    except commands.StalePlan as stale:
        return _two_texts(actor, page, form, stale.theirs_by_part, stale.version or 0), 409
    return see(subject.reference)


def _two_texts(actor: Actor, page: Any, form: Any, theirs: dict[str, str], version: int, error: str = "") -> str:
    """Two people wrote: each part that differs with both texts; the rest is carried along."""
    pairs = [
        (part, Text(page.saved_by, page.saved_at, theirs[part.key]), Text(actor.name, None, form[part.key].data or ""))
        for part in PARTS
        if part.key in theirs
    ]
    kept = [(part.key, form[part.key].data or "") for part in PARTS if part.key not in theirs]
    return render_template("plans/two_texts.html", plan=page, pairs=pairs, kept=kept, version=version, error=error)


@bp.get("/<ref:reference>/wordings")
@guard("plan:read")
def wordings(actor: Actor, subject: SubjectAccess) -> Any:
    """Every wording the plan ever had."""
    page, kept = queries.get_plan(subject.id), queries.list_versions(subject.id)
    return render_template("plans/wordings.html", plan=page, parts=PARTS, wordings=kept)


@bp.get("/<ref:reference>/join")
@guard("plan:write")
def ask_join(actor: Actor, subject: SubjectAccess) -> Any:
    """Ask which brother or sister joins the plan."""
    form = forms.JoinForm(formdata=None, data={"from_on": clock.today()})
    return _join_page(actor, subject, form)


@bp.post("/<ref:reference>/join")
@guard("plan:write")
def join(actor: Actor, subject: SubjectAccess) -> Any:
    """Put a brother or sister on the plan."""
    form = forms.JoinForm()
    others = _not_on_it(actor, queries.get_plan(subject.id))
    form.offer(others)
    if form.validate():
        chosen = next(row for row in others if row.reference == form.children.data)
        try:
            commands.join_plan(actor, plan_id=subject.id, case_id=chosen.id, from_on=form.from_on.data)
            return see(subject.reference)
        except Invalid as invalid:
            form.add_errors(invalid.problems)
    return _join_page(actor, subject, form), 422


def _not_on_it(actor: Actor, page: queries.PlanPage) -> list[Any]:
    on_it = {child.case_id for child in page.on_it}
    _, siblings = get_case(actor, page.on_it[0].case_id)
    return [row for row in siblings if row.id not in on_it and row.level in page.kind.levels]


def _join_page(actor: Actor, subject: SubjectAccess, form: forms.JoinForm) -> str:
    page = queries.get_plan(subject.id)
    others = [] if page.ended_on else _not_on_it(actor, page)
    form.offer(others)
    return render_template("plans/join.html", plan=page, form=form, others=others)


@bp.get("/<ref:reference>/scores")
@guard("plan:write")
def ask_scores(actor: Actor, subject: SubjectAccess) -> Any:
    """Ask how the family scores its own life now."""
    page = queries.get_plan(subject.id)
    stage = "review" if page.scored else "start"
    form = forms.score_form(formdata=None, data={"stage": stage, "told_on": clock.today(), "once": once()})
    return render_template("plans/scores.html", plan=page, form=form, areas=AREAS)


@bp.post("/<ref:reference>/scores")
@guard("plan:write")
def keep_scores(actor: Actor, subject: SubjectAccess) -> Any:
    """Keep the family's scores."""
    form = forms.score_form()
    if form.validate():
        try:
            commands.keep_scores(
                actor,
                plan_id=subject.id,
                stage=form.stage.data,
                told_on=form.told_on.data,
                told_by=form.told_by.data,
                scores=form.scores,
                words=form.words.data or "",
                once_key=key_of(form),
            )
            return see(subject.reference, _anchor="scores")
        except Invalid as invalid:
            form.add_errors(invalid.problems)
    return render_template("plans/scores.html", plan=queries.get_plan(subject.id), form=form, areas=AREAS), 422


@bp.get("/<ref:reference>/close")
@guard("plan:write")
def ask_close(actor: Actor, subject: SubjectAccess) -> Any:
    """Ask why the plan ends, beside what is still to be done."""
    page = queries.get_plan(subject.id)
    form = forms.CloseForm(formdata=None, data={"ended_on": clock.today(), "version": len(page.to_do)})
    return render_template("plans/close.html", plan=page, form=form)


@bp.post("/<ref:reference>/close")
@guard("plan:write")
def close(actor: Actor, subject: SubjectAccess) -> Any:
    """End the plan."""
    form = forms.CloseForm()
    status = 422
    if form.validate():
        try:
            commands.end_plan(
                actor,
                plan_id=subject.id,
                ended_on=form.ended_on.data,
                reason=form.reason.data,
                words=form.words.data,
                seen=form.version.data,
            )
            return redirect(url_for(".show", reference=subject.reference), 303)
        except Invalid as invalid:
            form.add_errors(invalid.problems)
        except Conflict as conflict:
            form.add_errors({"": str(conflict)})
            status = 409
    page = queries.get_plan(subject.id)
    form.version.process_data(len(page.to_do))
    return render_template("plans/close.html", plan=page, form=form), status
