"""Pages of an assessment: write, choose between two texts, read, answer."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from caseapp.access.domain import L4, PERMISSIONS, Actor, SubjectAccess, allows
from caseapp.access.guard import guard
from caseapp.assessments import commands, forms, queries
from caseapp.assessments.catalogue import (
    CONSENT,
    CONSENT_HOW,
    OUTCOMES,
    STOPPED_BECAUSE,
    VERSION_WORDS,
    Kind,
    factor_words,
    kind_for,
)
from caseapp.assessments.domain import ENDED, STATE_WORDS, STOPPED, SUBMITTED, WRITING, Answers, Difference
from caseapp.cases.queries import CaseRow
from caseapp.cases.slots import Action, Notice, Told
from caseapp.deadlines.catalogue import LATE_REASONS
from caseapp.deadlines.queries import milestones_of
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid, NotFound
from caseapp.kernel.web import clock_time, day, when
from caseapp.people.queries import list_family

from .beside import into_choices, known_beside, quote_of
from .blueprint import bp


def _see(reference: str) -> Any:
    return redirect(url_for(".show", reference=reference), 303)


@bp.get("/<ref:reference>")
@guard("assessment:read")
def show(actor: Actor, subject: SubjectAccess) -> Any:
    """The text to write in while it is being written, to read after that."""
    page = queries.get_assessment(subject.id)
    if page.state == WRITING and allows(PERMISSIONS["assessment:write"], actor, subject):
        form = forms.make_form(page.kind, page.children, formdata=None, data={**page.answers, "version": page.version})
        return _write_page(actor, subject, page, form)
    return _read_page(actor, subject, page)


def _write_page(
    actor: Actor, subject: SubjectAccess, page: queries.AssessmentPage, form: Any, status: int = 200
) -> Any:
    return (
        render_template(
            "assessments/write.html",
            page=page,
            form=form,
            groups=_groups(page),
            consent_words=CONSENT,
            consent_how=CONSENT_HOW,
            known=known_beside(actor, page),
            into=into_choices(page),
            into_now=request.values.get("into") or request.values.get("quote_into", ""),
            running=page.running,
            today=clock.today(),
            **_looks(page, allows(PERMISSIONS["assessment:review"], actor, subject)),
        ),
        status,
    )


def _looks(page: queries.AssessmentPage, may: bool) -> dict[str, Any]:
    """The managers' looks, what of them is due, and whether this reader may record one."""
    milestones = milestones_of([page.running] if page.running else [])
    return {
        "reviews": queries.list_reviews(page.id),
        "names": {str(child.case_id): child.name for child in page.children},
        "milestones": [one for many in milestones.values() for one in many],
        "may_review": may and page.state not in ENDED,
    }


def _told(actor: Actor, page: queries.AssessmentPage, may: bool) -> dict[str, Any]:
    """Who of the family was told and what they say, for whom nothing is recorded, and whether this reader may."""
    told = queries.list_told(actor, page.id)
    known = {row.person_id for row in told}
    family = list_family(actor, page.family_id, level=L4)
    return {
        "told": told,
        "untold": [person.name for person in family if person.person_id not in known],
        "may_tell": may and page.state != STOPPED,
    }


def _read_page(
    actor: Actor, subject: SubjectAccess, page: queries.AssessmentPage, form: forms.AnswerForm | None = None
) -> Any:
    running = page.running
    answering = page.state == SUBMITTED and allows(PERMISSIONS["assessment:authorise"], actor, subject)
    body = render_template(
        "assessments/read.html",
        page=page,
        sections=_sections(page.kind, page.answers, page.children),
        late_words=LATE_REASONS.get(page.late_code, ""),
        consent_words=CONSENT,
        consent_how=CONSENT_HOW,
        stopped_because=STOPPED_BECAUSE,
        factor_words=factor_words,
        outcomes=OUTCOMES,
        versions=queries.list_versions(page.id),
        version_words=VERSION_WORDS,
        running=running,
        today=clock.today(),
        late=running is not None and running.time_left.state == "late",
        **_looks(page, allows(PERMISSIONS["assessment:review"], actor, subject)),
        **_told(actor, page, allows(PERMISSIONS["assessment:write"], actor, subject)),
        form=(form or forms.AnswerForm(formdata=None, data={"version": page.version})) if answering else None,
    )
    return body if form is None else (body, 422)


def _sections(kind: Kind, answers: Answers, children: tuple[queries.Child, ...]) -> list[tuple[str, str]]:
    """Heading and text of every part, in the order of the page; what the family scores stands in one."""
    sections = [(part.heading, str(answers.get(part.key, ""))) for part in kind.before]
    for child in children:
        for part in kind.for_child:
            sections.append((part.heading.format(name=child.name), str(answers.get(f"{part.key}_{child.case_id}", ""))))
    later = (*kind.around, *kind.meaning, *kind.sources)
    sections += [(part.heading, str(answers.get(part.key, ""))) for part in later]
    if kind.areas:
        scored = [
            f"{words}: {answers[f'score_{area}']} of 10, said by {answers.get(f'score_by_{area}') or 'nobody named'}"
            for area, words in kind.areas.items()
            if answers.get(f"score_{area}")
        ]
        sections.append(("The family’s own scores before the help", "\n".join(scored)))
    return sections


def _groups(page: queries.AssessmentPage) -> list[tuple[str, list[str]]]:
    """The fields of the page under their headings, in its order."""
    kind = page.kind
    groups = [("The family", [part.key for part in kind.before])]
    groups += [(child.name, [f"{part.key}_{child.case_id}" for part in kind.for_child]) for child in page.children]
    groups += [
        ("Parents, home and the people around", [part.key for part in kind.around]),
        ("What it means", [part.key for part in kind.meaning]),
        ("Who was seen and who took part", [part.key for part in kind.sources]),
    ]
    return groups


@bp.post("/<ref:reference>")
@guard("assessment:write")
def save(actor: Actor, subject: SubjectAccess) -> Any:
    """Save, and stay on the page."""
    return _keep(actor, subject, submitting=False)


@bp.post("/<ref:reference>/submit")
@guard("assessment:write")
def submit(actor: Actor, subject: SubjectAccess) -> Any:
    """Save and hand it to the manager."""
    return _keep(actor, subject, submitting=True)


@bp.post("/<ref:reference>/quote")
@guard("assessment:write")
def quote(actor: Actor, subject: SubjectAccess) -> Any:
    """Put something that is known into a part, with its source and date, and save all that is typed."""
    page = queries.get_assessment(subject.id)
    into, words = request.form.get("quote_into", ""), quote_of(actor, page, request.form.get("quote", ""))
    if words is None or into not in into_choices(page):
        raise NotFound
    posted = MultiDict(request.form)
    there = posted.get(into, "").rstrip()
    posted[into] = f"{there}\n\n{words}" if there else words
    return _keep(actor, subject, submitting=False, given=posted, at=into)


def _keep(
    actor: Actor,
    subject: SubjectAccess,
    *,
    submitting: bool,
    given: MultiDict[str, str] | None = None,
    at: str = "",
) -> Any:
    page = queries.get_assessment(subject.id)
    posted, undecided = forms.read_choices(request.form if given is None else given)
    form = forms.make_form(page.kind, page.children, formdata=posted)
    if undecided:
        return _two_texts(page, form, page.saved_by, page.saved_at, undecided, asked=True)
    if not form.validate():
        return _write_page(actor, subject, page, form, 422)
    keep = commands.submit_assessment if submitting else commands.save_assessment
    try:
        keep(actor, assessment_id=subject.id, version=form.version.data, answers=forms.answers_of(form))
    except commands.StaleAssessment as stale:
        return _two_texts(
            replace(page, version=stale.version or page.version), form, stale.who, stale.at, stale.differences
        )
    except Invalid as invalid:
        form.add_errors(_by_name(invalid.problems, page.children))
        return _write_page(actor, subject, page, form, 422)
    if at:
        return redirect(url_for(".show", reference=subject.reference, into=at) + f"#{at}", 303)
    return _see(subject.reference)


def _by_name(problems: dict[str, str], children: tuple[queries.Child, ...]) -> dict[str, str]:
    """With several children, what is missing says for whom: the summary above the page lists them all."""
    names = {f"{part}_{child.case_id}": child.name for child in children for part in ("factors", "outcome")}
    if len(children) < 2:
        return problems
    return {
        field: f"{names[field]}: {message[0].lower()}{message[1:]}" if field in names else message
        for field, message in problems.items()
    }


@bp.post("/<ref:reference>/save")
@guard("assessment:write")
def autosave(actor: Actor, subject: SubjectAccess) -> Any:
    """Keep what is being typed. Gives the version and when; a stale page gets 409 and is told to press Save."""
    page = queries.get_assessment(subject.id)
    form = forms.make_form(page.kind, page.children)
    if not form.validate():
        raise Invalid({"form": form.error_list[0]["text"]})
    saved = commands.save_assessment(
        actor, assessment_id=subject.id, version=form.version.data, answers=forms.answers_of(form)
    )
    return jsonify(saved_at=clock_time(saved.saved_at), version=saved.version)


def _two_texts(
    page: queries.AssessmentPage,
    form: Any,
    who: str,
    at: datetime,
    found: list[Difference],
    *,
    asked: bool = False,
) -> Any:
    """Two people wrote: each part that differs, both texts, nothing chosen beforehand; the rest is carried along."""
    named = {name: field.label.text for name, field in form.own_fields()}
    differing = {row.field for row in found}
    kept = [
        (name, value)
        for name, values in form.raw.items()
        if name not in differing and name != "version"
        for value in (values if isinstance(values, list) else [values])
    ]
    return (
        render_template(
            "assessments/two_texts.html",
            page=page,
            named=named,
            found=found,
            kept=kept,
            who=who,
            at=at,
            asked=asked,
            factor_words=factor_words,
            outcomes=OUTCOMES,
        ),
        409,
    )


@bp.post("/<ref:reference>/answer")
@guard("assessment:authorise")
def answer(actor: Actor, subject: SubjectAccess) -> Any:
    """The manager's answer: authorise, or send back with a word."""
    form = forms.AnswerForm()
    if not form.validate():
        return _read_page(actor, subject, queries.get_assessment(subject.id), form)
    version, words = form.version.data, form.words.data or ""
    try:
        if form.answer.data == "authorise":
            commands.authorise_assessment(
                actor,
                assessment_id=subject.id,
                version=version,
                words=words,
                late_code=form.late_code.data or "",
                late_reason=form.late_reason.data or "",
            )
        else:
            commands.send_back_assessment(actor, assessment_id=subject.id, version=version, words=words)
    except Invalid as invalid:
        form.add_errors(invalid.problems)
        return _read_page(actor, subject, queries.get_assessment(subject.id), form)
    return _see(subject.reference)


@bp.get("/<ref:reference>/versions/<int:number>")
@guard("assessment:read")
def version(actor: Actor, subject: SubjectAccess, number: int) -> Any:
    """One kept wording, as it stood when it changed hands."""
    page = queries.get_assessment(subject.id)
    answers = queries.get_version_answers(subject.id, number)
    kept = queries.list_versions(subject.id)[number - 1]
    children = tuple(
        replace(
            child,
            factors=tuple(answers.get(f"factors_{child.case_id}", ())),
            outcome=str(answers.get(f"outcome_{child.case_id}", "")),
        )
        for child in page.children
    )
    return render_template(
        "assessments/version.html",
        page=replace(page, children=children),
        sections=_sections(page.kind, answers, children),
        kept=kept,
        version_words=VERSION_WORDS,
        factor_words=factor_words,
        outcomes=OUTCOMES,
    )


def case_actions(actor: Actor, subject: SubjectAccess, case: CaseRow, told: Told) -> list[Action | Notice]:
    """For the case page: start the family's assessment, or open the one there is. No statement of its own."""
    links, kind = queries.assessments_told(told), kind_for(case.level)
    offered: list[Action | Notice] = []
    for link in links:
        url = url_for("assessments.show", reference=link.reference)
        if link.ended_at is None:
            words = f"{link.kind.words} {link.reference} is {STATE_WORDS[link.state]}."
            offered.append(Notice(words, url, "Open the assessment"))
        elif link is links[0]:
            offered.append(Action(f"Read the assessment {link.state} on {day(link.ended_at)}", url))
    if kind is None or not allows(PERMISSIONS["assessment:start"], actor, subject):
        return offered
    if not any(link.ended_at is None and link.kind is kind for link in links):
        url = url_for("assessments.start", reference=subject.reference)
        done = any(link.authorised_at and link.kind is kind for link in links)
        words = "Start an assessment" if kind.with_factors else "Start the whole-family assessment"
        offered.append(Action(words, url, primary=not done))
    return offered


def desk_panels(actor: Actor, team_id: int) -> list[dict[str, Any]]:
    """For the team board: the assessments that wait for this manager. One statement."""
    rows = [
        {
            "label": f"{row.family} family, {row.reference}",
            "url": url_for("assessments.show", reference=row.reference),
            "detail": f"Submitted by {row.submitted_by} {when(row.submitted_at) if row.submitted_at else ''}",
        }
        for row in queries.list_to_authorise(actor, team_id)
    ]
    return [{"title": "Assessments to authorise", "empty": "No assessment waits for you.", "rows": rows}]
