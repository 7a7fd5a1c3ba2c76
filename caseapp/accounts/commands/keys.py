"""Security keys and passkeys (WebAuthn): what a key is asked to sign, and what is made of its answer.

Each challenge belongs to one session and one ceremony and is taken away by the first answer, right or wrong.
"""

import secrets
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts import queries
from caseapp.accounts.commands.passwords import check_own_password
from caseapp.accounts.commands.rows import changed
from caseapp.accounts.commands.sessions import end_half_sessions
from caseapp.accounts.commands.throttle import count_try, forgive_try
from caseapp.accounts.domain import ACCOUNT, CHALLENGE_LASTS, MOST_KEYS
from caseapp.accounts.models import SecurityKey, UserSession
from caseapp.kernel import clock
from caseapp.kernel.db import db, short_write
from caseapp.kernel.errors import Invalid
from caseapp.kernel.events import record

LONGEST_ANSWER = 20_000
NOT_TAKEN = "The key did not answer as it should. Nothing was changed: try again"


@dataclass(frozen=True)
class Site:
    """Where the browser is, as keys see it: the name of the host, and the origin with scheme and port."""

    host: str
    origin: str


def ask_to_register(actor: Actor, session_id: int, site: Site, *, name: str, password: str | None) -> str:
    """What the browser hands to a new key, as JSON. `password` is None only for somebody who has just given it.

    Raises Invalid at `name` or `password`, TooMany.
    """
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import structs

    if password is not None:
        check_own_password(actor.user_id, password, what="change", field="password")
    keys = queries.list_keys(actor.user_id)
    _check_name(name, keys)
    options = generate_registration_options(
        rp_id=site.host,
        rp_name="Holdfast",
        user_name=actor.email,
        user_display_name=actor.name,
        user_id=actor.reference.encode(),
        challenge=_new_challenge(session_id, "register"),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.PREFERRED,
            user_verification=structs.UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_descriptors(keys),
    )
    return options_to_json(options)


def _check_name(name: str, keys: list[queries.Key]) -> None:
    if any(key.name.casefold() == name.casefold() for key in keys):
        raise Invalid({"name": "You have a key of that name. Choose another name"})
    if len(keys) >= MOST_KEYS:
        raise Invalid({"name": f"You have {MOST_KEYS} keys. Remove one that you no longer use first"})


def register_key(actor: Actor, session_id: int, site: Site, *, name: str, answer: str) -> None:
    """Keep a new key of the actor's, once its answer to our challenge is right. Raises Invalid."""
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url, parse_registration_credential_json
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = _take_challenge(session_id, "register")
    try:
        credential = parse_registration_credential_json(_short(answer))
        made = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Invalid({"name": NOT_TAKEN}) from error
    keys = queries.list_keys(actor.user_id)
    _check_name(name, keys)
    key = bytes_to_base64url(made.credential_id)
    if queries.is_key_known(key):
        raise Invalid({"name": "This key is registered already"})
    db.session.add(
        SecurityKey(
            user_id=actor.user_id,
            name=name,
            credential=key,
            public_key=bytes_to_base64url(made.credential_public_key),
            sign_count=made.sign_count,
            transports=[str(each.value) for each in credential.response.transports or []],
            created_at=clock.now(),
            last_used_at=None,
        )
    )
    db.session.flush()
    end_half_sessions(actor, session_id)
    record(actor, "user.second_factor_added", subjects=[actor.user_id], kind="key")


def ask_to_sign(actor: Actor, session_id: int, site: Site, *, ceremony: str) -> str:
    """What the browser hands to one of the actor's keys, as JSON; `ceremony` is `second` or `unlock`.

    Raises Invalid when they have no key.
    """
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers import structs

    keys = queries.list_keys(actor.user_id)
    if not keys:
        raise Invalid({"key": "There is no key for this sign-in"})
    options = generate_authentication_options(
        rp_id=site.host,
        challenge=_new_challenge(session_id, ceremony),
        allow_credentials=_descriptors(keys),
        user_verification=structs.UserVerificationRequirement.PREFERRED,
    )
    return options_to_json(options)


def check_key(actor: Actor, session_id: int, site: Site, *, ceremony: str, answer: str) -> None:
    """Check what one of the actor's own keys signed. Raises Invalid, the same for every wrong answer, and TooMany.

    Whose key it is is asked of our own rows, never of the answer. A counter that went back is a copied key.
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
    from webauthn.helpers.exceptions import WebAuthnException

    limits = {f"key:{actor.user_id}": ACCOUNT}
    count_try(limits)
    challenge = _take_challenge(session_id, ceremony)
    try:
        credential = parse_authentication_credential_json(_short(answer))
        told = bytes_to_base64url(credential.raw_id)
        key = next((each for each in queries.list_keys(actor.user_id) if each.credential == told), None)
        if key is None:
            raise Invalid({"key": NOT_TAKEN})
        done = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(key.public_key),
            credential_current_sign_count=key.sign_count,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Invalid({"key": NOT_TAKEN}) from error
    forgive_try(limits)
    unmoved = sa.update(SecurityKey).where(SecurityKey.id == key.id, SecurityKey.sign_count == key.sign_count)
    if not changed(unmoved.values(sign_count=done.new_sign_count, last_used_at=clock.now())):
        raise Invalid({"key": NOT_TAKEN})


def _short(answer: str) -> str:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError("too long for a key's answer")
    return answer


def _descriptors(keys: list[queries.Key]) -> list[Any]:
    from webauthn.helpers import base64url_to_bytes, structs

    known = {each.value for each in structs.AuthenticatorTransport}
    return [
        structs.PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(key.credential),
            transports=[structs.AuthenticatorTransport(each) for each in key.transports if each in known] or None,
        )
        for key in keys
    ]


def _new_challenge(session_id: int, ceremony: str) -> bytes:
    challenge = secrets.token_bytes(32)
    with short_write() as connection:
        change = sa.update(UserSession).where(UserSession.id == session_id)
        connection.execute(change.values(challenge=f"{ceremony}:{challenge.hex()}", challenge_at=clock.now()))
    return challenge


def _take_challenge(session_id: int, ceremony: str) -> bytes:
    """The challenge of this session for this ceremony, which nobody can take again. Raises Invalid if there is none."""
    session = UserSession
    with short_write() as connection:
        query = sa.select(session.challenge, session.challenge_at).where(session.id == session_id)
        row = connection.execute(query.with_for_update()).first()
        connection.execute(sa.update(session).where(session.id == session_id).values(challenge=None))
    kind, _, challenge = (row.challenge or "").partition(":") if row else ("", "", "")
    if row is None or kind != ceremony or clock.now() - row.challenge_at >= CHALLENGE_LASTS:
        raise Invalid({"key": NOT_TAKEN})
    return bytes.fromhex(challenge)
