"""The hub's queue: its tabs, its filter, its list, and what is to be put right."""

from datetime import date
from functools import lru_cache
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from caseapp.access.domain import PERMISSIONS, Actor, allows
from caseapp.access.guard import guard
from caseapp.kernel import clock
from caseapp.kernel.subjects import parse_reference
from caseapp.referrals.catalogue import LISTS
from caseapp.referrals.domain.queue import NO_LOCALITY, ONLY, SENDERS, Filter, became_sentence, read_filter
from caseapp.referrals.queries.counts import COUNTED_TO, Counts, count_queue
from caseapp.referrals.queries.filters import filter_choices
from caseapp.referrals.queries.hub import Page, QueueRow, is_seen, last_decided, list_queue
from caseapp.referrals.queries.marks import list_marks

from .blueprint import bp

TABS = (
    ("to-decide", "To decide", "to_decide"),
    ("unread", "Unread", "unread"),
    ("mine", "Mine", "mine"),
    ("open-cases", "About open cases", "open_cases"),
    ("to-agree", "For a manager to agree", "proposed"),
    ("decided-today", "Decided today", "decided_today"),
)
_TAB_KEYS = tuple(key for key, _, _ in TABS)
RATING_WORDS = (
    ("red", "Red", "red"),
    ("amber", "Amber", "amber"),
    ("green", "Green", "green"),
    ("none", "Not rated", "unrated"),
)
LINE = "referrals/hub/_queue_row.html"
NOT_FOUND = "No referral that you can see has this reference. Check it letter by letter"


def asked_tab() -> str:
    """The tab of the address; the first for one that there is not."""
    tab = request.args.get("tab", "")
    return tab if tab in _TAB_KEYS else "to-decide"


def asked_filter() -> Filter:
    """The filter of the address."""
    asked: MultiDict[str, str] = request.args
    return read_filter({key: asked.getlist(key) for key in asked})


def _tabs(counts: Counts, current: str) -> list[dict[str, Any]]:
    items = [
        {
            "label": label,
            "url": url_for("referrals.queue", tab=key),
            "current": key == current,
            "count": getattr(counts, field),
        }
        for key, label, field in TABS
    ]
    marks = {
        "label": "To put right",
        "url": url_for("referrals.marks"),
        "current": current == "marks",
        "count": counts.marks,
    }
    return [*items[:-1], marks, items[-1]]


def _list_context(actor: Actor, tab: str, chosen: Filter) -> dict[str, Any]:
    page: Page = list_queue(actor, tab, chosen=chosen, after=request.args.get("after"))
    last = page.rows[-1].reference if page.rows and page.more else None
    more_url = _url(tab, chosen, after=last) if last and tab != "decided-today" else None
    today = clock.today()
    return {
        "rows": page.rows,
        "lines": [_line(row, tab, today, request.script_root) for row in page.rows],
        "tab": tab,
        "chosen": chosen,
        "more_url": more_url,
        "now": clock.now(),
        "later": bool(request.args.get("after")),
        "take_url": _url(tab, chosen, endpoint="referrals.take_queue"),
    }


@lru_cache(maxsize=512)
def _line(row: QueueRow, tab: str, _today: date, _root: str) -> Markup:
    """One line of the list. Kept by all that stands in it: everyone in the hub reads the same fifty again each
    minute."""
    # Escaped by the template.
    return Markup(current_app.jinja_env.get_template(LINE).render(row=row, tab=tab))  # noqa: S704


def _url(tab: str, chosen: Filter, *, endpoint: str = "referrals.queue", **more: Any) -> str:
    return url_for(endpoint, tab=tab, **chosen.args, **more)


def _filter_context(actor: Actor, counts: Counts, tab: str, chosen: Filter) -> dict[str, Any]:
    """What the filter offers, and what stands in it."""
    offered = filter_choices(actor)
    return {
        # Counted under the first tab only: a count says exactly what it opens.
        "ratings": [
            (key, f"{words} ({getattr(counts, field)})" if tab == "to-decide" else words)
            for key, words, field in RATING_WORDS
        ],
        "senders": [(key, words) for key, words, _codes in SENDERS],
        "agencies": offered.agencies,
        "concerns": [(row.key, row.words) for row in LISTS["concerns"]],
        "localities": [(name, name) for name in offered.localities] + [(NO_LOCALITY, "No locality found")],
        "only": ONLY,
        "clear_url": url_for("referrals.queue", tab=tab),
        "renew_url": _url(tab, chosen, endpoint="referrals.queue_list"),
    }


@bp.get("/queue")
@guard("referral:queue", logged=True)
def queue(actor: Actor) -> Any:
    """The one queue, a tab of it."""
    return _queue(actor, asked_tab(), asked_filter())


def _queue(actor: Actor, tab: str, chosen: Filter, *, sought: str = "", problem: str = "") -> str:
    counts = count_queue(actor)
    context = _list_context(actor, tab, chosen)
    nothing = not (context["rows"] or chosen.narrows)
    return render_template(
        "referrals/hub/queue.html",
        counts=counts,
        tabs=_tabs(counts, tab),
        last_decided=last_decided(actor) if nothing else None,
        became=became_sentence(counts.referrals, counts.contacts, counts.notes) if tab == "decided-today" else "",
        sought=sought,
        problem=problem,
        to_ring=_at_most(counts.to_ring),
        settles_doubles=allows(PERMISSIONS["person:list_doubles"], actor, None),
        asked_again=_at_most(counts.asked_again) if allows(PERMISSIONS["referral:asked_again"], actor, None) else None,
        **_filter_context(actor, counts, tab, chosen),
        **context,
    )


def _at_most(number: int) -> str:
    return str(number) if number < COUNTED_TO else f"{COUNTED_TO} or more"


@bp.get("/queue/list")
@guard("referral:queue", logged=True)
def queue_list(actor: Actor) -> Any:
    """The rows alone: the list renews itself with them each minute."""
    return render_template("referrals/hub/_queue_list.html", **_list_context(actor, asked_tab(), asked_filter()))


@bp.get("/find")
@guard("referral:queue", logged=True)
def find(actor: Actor) -> Any:
    """Open a referral by its reference, as it was read out on the telephone."""
    typed = request.args.get("reference", "")
    wanted = parse_reference(typed)
    if wanted is None or not is_seen(actor, wanted):
        return _queue(actor, "to-decide", Filter(), sought=typed[:40], problem=NOT_FOUND), 404
    return redirect(url_for("referrals.show", reference=wanted), 303)


@bp.get("/marks")
@guard("referral:queue", logged=True)
def marks(actor: Actor) -> Any:
    """Everything to put right, across referrals."""
    after = request.args.get("after", "")
    rows, more = list_marks(actor, after=int(after) if after.isascii() and after.isdigit() and len(after) < 16 else 0)
    counts = count_queue(actor)
    return render_template(
        "referrals/hub/marks.html",
        counts=counts,
        tabs=_tabs(counts, "marks"),
        rows=rows,
        more_url=url_for("referrals.marks", after=rows[-1].id) if more else None,
    )
