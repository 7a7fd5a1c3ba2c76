"""The files for the day the system is gone (practice 22): one per team, sealed with the team's passphrase, opened by
any browser without the product and without the network."""

import base64
import hashlib
import html
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from string import Template

from flask import current_app

from caseapp.accounts.queries import TeamRow
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.events import record
from caseapp.kernel.web import clock_time, day
from caseapp.night.queries.continuity import TeamFile, list_file_teams, team_file

DATA = Path(__file__).parent.parent / "data"
# OWASP's figure for PBKDF2 with SHA-256.
ITERATIONS = 600_000
SHORTEST, FEWEST_DIFFERENT = 16, 8


@dataclass(frozen=True)
class Written:
    """What was done for one team: the file and how many children are in it, or why there is none. `known`: it was
    there already."""

    team: TeamRow
    children: int
    path: Path | None
    why_not: str = ""
    known: bool = False


def file_name(team: TeamRow, on: date) -> str:
    """The name of a team's file: the team and the day, nobody's name."""
    return f"continuity-{team.key}-{on.isoformat()}.html"


def why_weak(passphrase: str, team: TeamRow) -> str | None:
    """Why a passphrase is not taken, in words; None for one that is."""
    if len(passphrase) < SHORTEST:
        return f"its passphrase is shorter than {SHORTEST} characters"
    if len(set(passphrase.lower())) < FEWEST_DIFFERENT:
        return f"its passphrase has fewer than {FEWEST_DIFFERENT} different characters"
    if passphrase.lower().replace(" ", "") in (team.key, team.name.lower().replace(" ", "")):
        return "its passphrase is the name of the team"
    return None


def export(
    folder: Path, passphrases: Mapping[str, str], *, only: frozenset[str] = frozenset(), again: bool = True
) -> list[Written]:
    """Write tonight's file of each team (or of the teams in `only`) into `folder`. `passphrases`: team key to its own.

    A team without a good one gets no file, and is said to have none. With `again` false a file of tonight that is
    there is left alone. Each file is written whole or not at all, and each has its event.
    """
    today = clock.today()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    done = []
    for team in list_file_teams():
        if only and team.key not in only:
            continue
        path = folder / file_name(team, today)
        if not again and path.exists():
            done.append(Written(team, 0, path, known=True))
            continue
        passphrase = passphrases.get(team.key, "").strip()
        why_not = why_weak(passphrase, team) if passphrase else "it has no passphrase"
        if why_not:
            done.append(Written(team, 0, None, why_not))
            continue
        done.append(_write(team, path, passphrase, today))
    return done


def _write(team: TeamRow, path: Path, passphrase: str, today: date) -> Written:
    """One team's file: beside its place first, so that a half-written one never stands there."""
    with transaction():
        found = team_file(team)
        page = seal(found, passphrase)
        unfinished = path.with_suffix(f".{secrets.token_hex(4)}.part")
        try:
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                out.write(page)
            record(None, "continuity.exported", subjects=[], team=team.id, day=today, children=found.children)
            db.session.flush()
            os.replace(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)
    return Written(team, found.children, path)


def seal(found: TeamFile, passphrase: str) -> str:
    """A team's file as one HTML page that holds nothing readable but the team, the day and a field for the passphrase.

    AES-256-GCM under a key from PBKDF2-SHA256 with a salt of its own.
    """
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

    now = clock.now()
    body = current_app.jinja_env.get_template("night/continuity.html").render(file=found, now=now)
    salt, nonce, about = secrets.token_bytes(16), secrets.token_bytes(12), f"caseapp continuity {found.team.key}"
    key = PBKDF2HMAC(hashes.SHA256(), 32, salt, ITERATIONS).derive(passphrase.encode())
    words = AESGCM(key).encrypt(nonce, body.encode(), about.encode())
    sealed = {
        "salt": _base64(salt),
        "nonce": _base64(nonce),
        "iterations": ITERATIONS,
        "about": about,
        "words": _base64(words),
    }
    script, style = (DATA / "continuity.js").read_text(), (DATA / "continuity.css").read_text()
    return Template((DATA / "continuity.html").read_text()).substitute(
        script=script,
        script_hash=_hash(script),
        style=style,
        style_hash=_hash(style),
        team=html.escape(found.team.name),
        day=day(now),
        time=clock_time(now),
        sealed=json.dumps(sealed),
    )


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _hash(text: str) -> str:
    """What a content security policy names an inline script or style by."""
    return f"sha256-{_base64(hashlib.sha256(text.encode()).digest())}"
