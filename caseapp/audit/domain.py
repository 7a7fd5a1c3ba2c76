"""What the marks of the read log and the chain of seals are made from, and what a broken link means. Pure.

Every row carries a mark (`mac`) over its own content. A seal binds the row's number, transaction and mark to its place
in the order of commit and to all seals before it; a mark binds the content. Together they bind everything; apart they
tell what was done.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

Sign = Callable[[str], str]

READ_KEYS = ("user_id", "subject_id", "view", "why", "read_at", "nonce")
SOURCES = ("event", "read")
# What the first seal follows on.
START = ""
# The event that a new chain begins with.
RESTARTED = "audit.restarted"


def read_content(row: Mapping[str, Any]) -> str:
    """The canonical text of one look; takes a mapping with READ_KEYS (read_at an aware instant)."""
    plain = {key: row[key] for key in READ_KEYS}
    plain["read_at"] = plain["read_at"].astimezone(UTC).isoformat()
    return json.dumps(plain, sort_keys=True, separators=(",", ":"))


def _text(*parts: object) -> str:
    return json.dumps(parts, separators=(",", ":"))


def link_text(before: str, position: int, source: str, row_id: int, txid: int | None, mac: str) -> str:
    """What the digest of a seal is made from: the digest before it, its place, and the row's canonical text: number,
    transaction and mark."""
    return _text("link", before, position, source, row_id, txid, mac)


def seal_mac(sign: Sign, link: "Link", row_half: str) -> str:
    """A seal's own mark: one half over its own columns, the other over its row, so that it tells which was changed."""
    sealed_at = link.sealed_at.astimezone(UTC).isoformat()
    own = _text("seal", link.position, link.source, link.row_id, link.digest, sealed_at, row_half)
    return sign(own)[:32] + row_half


def row_half(sign: Sign, source: str, row_id: int, txid: int | None, mac: str) -> str:
    """The half of a seal's mark that is over its row."""
    return sign(_text("row", source, row_id, txid, mac))[:32]


def head_text(position: int, digest: str, txid: int | None) -> str:
    """What the head's mark is made from."""
    return _text("head", position, digest, txid)


def after_restart(digest: str) -> str:
    """What the first seal of a new chain follows on: the digest with which the broken one ends, and that it ends."""
    return _text("restart", digest)


class ChainBroken(Exception):
    """The end of the chain is not as the sealer left it. Sealing on would hide that, so the sealer stops; `str(error)`
    says what is wrong."""


@dataclass(frozen=True)
class Fault:
    """One thing that was done to the logs: which kind, to which row of which source, and what it was in words."""

    kind: str
    source: str
    id: int
    words: str

    @property
    def line(self) -> str:
        """As `audit verify` prints it: source, number, words."""
        return f"{self.source} {self.id}: {self.words}"


@dataclass(frozen=True)
class Restart:
    """A new chain after a broken one: the event it begins with, the number with which the old one ended, the last look
    written until then, why, and when."""

    event_id: int
    position: int
    reads: int
    why: str
    at: datetime

    def is_before(self, fault: Fault) -> bool:
        """Whether a fault is about what was written before the new chain began."""
        last = {"event": self.event_id - 1, "read": self.reads, "seal": self.position}
        return fault.id <= last.get(fault.source, -1)


@dataclass(frozen=True)
class Link:
    """One seal as the database has it."""

    position: int
    source: str
    row_id: int
    digest: str
    sealed_at: datetime
    mac: str


@dataclass(frozen=True)
class Marked:
    """What became of a row's own mark: does the content fit, do the subject links fit (None: a look has none), and
    which link is one too many (when that can be told)."""

    txid: int | None
    mac: str
    content_holds: bool
    links_hold: bool | None = None
    added_link: int | None = None
    # A genuine event with which a new chain begins.
    restarts: bool = False


@dataclass(frozen=True)
class Head:
    """Where the chain is said to end."""

    position: int
    digest: str
    txid: int | None
    mac: str


def own_faults(source: str, row_id: int, row: Marked, *, sealed: bool, fits: bool = True) -> list[Fault]:
    """What a row's own mark gives away; empty when it holds. `fits`: its seal says that the mark is as it was."""
    if not row.content_holds:
        whole = row.links_hold is False or (row.links_hold is None and not sealed)
        if whole and fits:
            return [Fault("slipped_in", source, row_id, "slipped in, or changed whole: its mark is not ours")]
        return [Fault("changed", source, row_id, "changed: its content is not what was written")]
    if row.links_hold is not False:
        return []
    if row.added_link is not None:
        return [Fault("link_added", source, row_id, f"subject link added, to subject {row.added_link}")]
    return [Fault("link_changed", source, row_id, "subject link removed or changed: it is not about what it was about")]


@dataclass
class ChainWalk:
    """Walks the seals in order and says what was done to each. A fault does not end the walk: it goes on from the
    digest as stored."""

    sign: Sign
    known: tuple[int, str] | None = None
    position: int = 0
    head_holds: bool = False
    # What the next seal follows on; None when that is not known: after missing and after changed seals.
    _before: str | None = START
    # The digest of the last seal as stored, whatever was done to it: a new chain names it.
    _last: str = START
    _known_seen: bool = False

    def step(self, link: Link, row: Marked | None) -> list[Fault]:
        """Take the next seal with its row (None: there is none); gives the faults that show here."""
        if seal_mac(self.sign, link, link.mac[32:]) == link.mac:
            faults = self._step_genuine(link, row)
        else:
            named = f"{link.source} {link.row_id}" + ("" if row else ", which is not there")
            faults = [Fault("seal_changed", "seal", link.position, f"changed or slipped in: it now names {named}")]
            if row is not None:
                faults += own_faults(link.source, link.row_id, row, sealed=True)
            if link.position == self.position + 1:
                self._before, self.position = None, link.position
        self._last = link.digest
        return faults + self._known_faults(link)

    def _step_genuine(self, link: Link, row: Marked | None) -> list[Fault]:
        faults = []
        if link.position > self.position + 1:
            faults.append(self._gap(self.position + 1, link.position - 1))
            self._before = None
        if row is not None and row.restarts:
            self._before = after_restart(self._last)
        if row is None:
            words = f"removed: it was sealed as number {link.position}"
            faults.append(Fault("removed", link.source, link.row_id, words))
        else:
            faults += self._row_faults(link, row)
        self._before, self.position = link.digest, link.position
        return faults

    def _row_faults(self, link: Link, row: Marked) -> list[Fault]:
        fits = row_half(self.sign, link.source, link.row_id, row.txid, row.mac) == link.mac[32:]
        faults = own_faults(link.source, link.row_id, row, sealed=True, fits=fits)
        if not fits and not faults:
            words = f"exchanged: its number, transaction or mark is not what was sealed as number {link.position}"
            return [Fault("exchanged", link.source, link.row_id, words)]
        if fits and self._before is not None:
            text = link_text(self._before, link.position, link.source, link.row_id, row.txid, row.mac)
            if self.sign(text) != link.digest:
                faults.append(
                    Fault("rewritten", "seal", link.position, "rewritten: it does not follow on the one before")
                )
        return faults

    @staticmethod
    def _gap(first: int, last: int) -> Fault:
        words = "removed" if first == last else f"removed, and all up to number {last}"
        return Fault("seal_removed", "seal", first, words)

    def finish(self, head: Head | None) -> list[Fault]:
        """What the end of the chain shows, after the last seal."""
        faults: list[Fault] = []
        if self.known and not self._known_seen:
            words = f"cut off: number {self.known[0]} was noted outside, the last seal is number {self.position}"
            faults.append(Fault("cut_off", "chain", self.position, words))
        if head is None:
            if self.position:
                faults.append(Fault("head_missing", "head", 1, "missing, although there are seals"))
            return faults
        self.head_holds = self.sign(head_text(head.position, head.digest, head.txid)) == head.mac
        if not self.head_holds:
            faults.append(Fault("head_forged", "head", 1, "forged: its mark is not ours"))
        if head.position > self.position:
            words = f"cut off at the end: the head says {head.position} seals, the last is number {self.position}"
            faults.append(Fault("cut_off", "chain", self.position, words))
        elif head.position < self.position:
            words = f"replaced: it says {head.position} seals, there are {self.position}"
            faults.append(Fault("head_replaced", "head", 1, words))
        elif self._before is not None and head.digest != self._before:
            faults.append(Fault("head_replaced", "head", 1, f"replaced: it does not fit seal {self.position}"))
        return faults

    def _known_faults(self, link: Link) -> list[Fault]:
        if not self.known or link.position != self.known[0]:
            return []
        self._known_seen = True
        if link.digest == self.known[1]:
            return []
        words = "rewritten: its digest is not the one that was noted outside"
        return [Fault("rewritten", "seal", link.position, words)]


@dataclass(frozen=True)
class LogFilter:
    """What an auditor asks a log for; empty means all. `who` is an e-mail address or a user's reference, `about` a
    reference, `group` the first word of an event's code or of a page's name; days are days in London, the last one
    whole."""

    since: date | None = None
    until: date | None = None
    who: str = ""
    about: str = ""
    group: str = ""


@dataclass(frozen=True)
class Look:
    """One look at one of some subjects, as those who work with them see it."""

    id: int
    subject_id: int
    user_id: int
    who: str
    where: str
    at: datetime
    why: str


ONE_SITTING = timedelta(minutes=30)


def merge_looks(looks: Iterable[Look]) -> list[Look]:
    """Looks newest first, those that follow on each other by the same person for the same reason as one: the latest.

    No line stands for more than the 30 minutes before it.
    """
    shown: list[Look] = []
    for look in looks:
        last = shown[-1] if shown else None
        same = last is not None and (last.user_id, last.why) == (look.user_id, look.why)
        if last is None or not same or last.at - look.at > ONE_SITTING:
            shown.append(look)
    return shown


def write_cursor(at: datetime, row_id: int) -> str:
    """The key of the next page: the time and number of the last row of this one."""
    return f"{at.astimezone(UTC).strftime('%Y%m%d%H%M%S%f')}-{row_id}"


def read_cursor(text: str) -> tuple[datetime, int] | None:
    """The key as an address gave it, or None for one that is none: then the list begins at its beginning."""
    found = re.fullmatch(r"([0-9]{20})-([0-9]{1,18})", text)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1], "%Y%m%d%H%M%S%f").replace(tzinfo=UTC), int(found[2])
    except ValueError:
        return None
