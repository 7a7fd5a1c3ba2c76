"""The second step of signing in: authenticator app (TOTP, RFC 6238) and recovery codes."""

import hmac
import json
import secrets

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import IntegrityError

from caseapp.access.domain import Actor
from caseapp.accounts import queries
from caseapp.accounts.commands.passwords import check_own_password
from caseapp.accounts.commands.rows import changed
from caseapp.accounts.commands.sessions import complete_session, end_half_sessions
from caseapp.accounts.commands.throttle import count_try, forgive_try
from caseapp.accounts.domain import (
    ACCOUNT,
    PENDING_LASTS,
    RECOVERY_CODES,
    Limit,
    address_key,
    code_typed,
    recovery_digest,
)
from caseapp.accounts.models import AuthenticatorApp, RecoveryCode, SecurityKey
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import record
from caseapp.kernel.sealing import seal, unseal

log = structlog.get_logger()

STEP = 30
# A phone's clock may be one step off.
_AROUND = (0, -1, 1)
# No letters that look like figures.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"

HAS_APP = "An authenticator app is set up already. Remove it first."
WRONG_CODE = "This code is not right. Wait for the next one and enter it, or use a recovery code"


def _limits(user_id: int, address: str) -> dict[str, Limit]:
    return {f"code:{user_id}": ACCOUNT, **address_key("code", address)}


def _step_of(secret: str, code: str) -> int | None:
    """The half minute whose code this is, within one of now; None if it is nobody's."""
    import pyotp

    if not (len(code) == 6 and code.isascii() and code.isdigit()):
        return None
    now = int(clock.now().timestamp()) // STEP
    totp = pyotp.TOTP(secret)
    return next((now + off for off in _AROUND if hmac.compare_digest(totp.at((now + off) * STEP), code)), None)


def start_app(actor: Actor, session_id: int, *, password: str | None) -> str:
    """Make a new secret for an authenticator app; gives it sealed, for the cookie of this session and of no other.

    Nothing of it stands in the database before a code of it was given: another tab, browser or thief can neither
    replace it nor confirm it. `password` is None only for somebody who has just given it. Raises Invalid at `password`,
    TooMany, OutOfOrder when an app is set up.
    """
    import pyotp

    if password is not None:
        check_own_password(actor.user_id, password, what="change", field="password")
    if queries.find_app(actor.user_id) is not None:
        raise OutOfOrder(HAS_APP)
    return seal(json.dumps([session_id, clock.now().timestamp(), pyotp.random_base32()]))


def waiting_secret(session_id: int, sealed: str | None) -> str | None:
    """The secret that was made in this session at most 15 minutes ago; None for anything else."""
    opened = unseal(sealed) if sealed else None
    if opened is None:
        return None
    made_in, made_at, secret = json.loads(opened)
    fresh = clock.now().timestamp() - made_at < PENDING_LASTS.total_seconds()
    return str(secret) if made_in == session_id and fresh else None


def app_address(actor: Actor, secret: str) -> str:
    """The secret as an authenticator app takes it from a picture."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=actor.email, issuer_name="Holdfast")


def confirm_app(actor: Actor, session_id: int, *, sealed: str | None, code: str, address: str) -> None:
    """Let the app count from now on, as it has just shown a right code; half sessions elsewhere end.

    `sealed` is what `start_app` gave. Raises Invalid at `code`, TooMany, OutOfOrder when no secret waits in this
    session or an app was set up meanwhile.
    """
    limits = _limits(actor.user_id, address)
    count_try(limits)
    secret = waiting_secret(session_id, sealed)
    if secret is None:
        raise OutOfOrder("There is no new app to confirm. Start again.")
    if queries.find_app(actor.user_id) is not None:
        raise OutOfOrder(HAS_APP)
    step = _step_of(secret, code_typed(code))
    if step is None:
        raise Invalid({"code": "This code is not right. Wait for the next one in your app and enter it"})
    forgive_try(limits)
    now = clock.now()
    add = {"user_id": actor.user_id, "sealed_secret": seal(secret), "created_at": now, "confirmed_at": now}
    try:
        with db.session.begin_nested():
            db.session.add(AuthenticatorApp(**add, last_step=step))
    except IntegrityError:
        raise OutOfOrder(HAS_APP) from None
    end_half_sessions(actor, session_id)
    record(actor, "user.second_factor_added", subjects=[actor.user_id], kind="app")


def take_second_step(actor: Actor, session_id: int, *, code: str, address: str) -> str:
    """Check a code of the app, or a recovery code, and make the half session whole; gives the new token.

    Raises Invalid at `code` with the same words for every wrong code, a code taken before among them; TooMany.
    """
    limits = _limits(actor.user_id, address)
    count_try(limits)
    typed = code_typed(code)
    found = queries.find_app(actor.user_id)
    if found is not None and len(typed) == 6:
        secret = unseal(found.sealed_secret)
        if secret is None:
            log.warning("authenticator secret cannot be opened", user=actor.user_id)
        step = _step_of(secret, typed) if secret else None
        if secret is None or step is None or (found.last_step is not None and step <= found.last_step):
            raise Invalid({"code": WRONG_CODE})
        forgive_try(limits)
        _take_step(actor, secret, step)
    else:
        _take_recovery_code(actor, typed, limits)
    return complete_session(actor, session_id)


def _take_step(actor: Actor, secret: str, step: int) -> None:
    """Each half minute once, also when two ask at the same moment. Sealed anew, so that a former key can go one day."""
    app = AuthenticatorApp
    fresh = sa.update(app).where(app.user_id == actor.user_id, sa.or_(app.last_step.is_(None), app.last_step < step))
    if not changed(fresh.values(last_step=step, sealed_secret=seal(secret))):
        raise Invalid({"code": WRONG_CODE})


def _take_recovery_code(actor: Actor, typed: str, limits: dict[str, Limit]) -> None:
    digest = recovery_digest(actor.user_id, typed)
    if not queries.is_recovery_code(actor.user_id, digest):
        raise Invalid({"code": WRONG_CODE})
    forgive_try(limits)
    unused = sa.update(RecoveryCode).where(
        RecoveryCode.user_id == actor.user_id, RecoveryCode.code_hash == digest, RecoveryCode.used_at.is_(None)
    )
    if not changed(unused.values(used_at=clock.now())):
        raise Invalid({"code": WRONG_CODE})
    record(actor, "user.used_recovery_code", subjects=[actor.user_id])


def _new_code() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


def make_recovery_codes(actor: Actor, *, password: str) -> list[str]:
    """Ten new recovery codes, shown this once; the old ones are worth nothing from now on.

    Raises Invalid at `password`, TooMany, OutOfOrder without a second factor.
    """
    if not queries.has_second_factor(actor.user_id):
        raise OutOfOrder("Set up an authenticator app or a key first.")
    check_own_password(actor.user_id, password, what="change", field="password")
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == actor.user_id))
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    db.session.add_all(
        RecoveryCode(user_id=actor.user_id, code_hash=recovery_digest(actor.user_id, code), used_at=None)
        for code in codes
    )
    db.session.flush()
    record(actor, "user.recovery_codes_made", subjects=[actor.user_id])
    return codes


def remove_factor(actor: Actor, *, what: str, password: str, keep_one: bool) -> None:
    """Remove the actor's app (`app`) or one of their keys (its number as text), with their password.

    The last one takes the recovery codes along. Raises Invalid at `password`, TooMany, NotFound for a key of somebody
    else, OutOfOrder for the last one where `keep_one` says that the service asks for a second step.
    """
    check_own_password(actor.user_id, password, what="change", field="password")
    factors = queries.get_factors(actor.user_id)
    key_id = next((key.id for key in factors.keys if str(key.id) == what), None)
    if key_id is None and not (what == "app" and factors.has_app):
        raise NotFound
    if factors.count == 1 and keep_one:
        raise OutOfOrder("This is your only second step, and this service asks for one. Set up another one first.")
    if key_id is None:
        db.session.execute(sa.delete(AuthenticatorApp).where(AuthenticatorApp.user_id == actor.user_id))
    else:
        theirs = (SecurityKey.user_id == actor.user_id, SecurityKey.id == key_id)
        db.session.execute(sa.delete(SecurityKey).where(*theirs))
    if factors.count == 1:
        db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == actor.user_id))
    kind = "app" if key_id is None else "key"
    record(actor, "user.second_factor_removed", subjects=[actor.user_id], kind=kind)
