"""Probes for operators: is the process up, is the database there and migrated, how is it doing."""

import hmac
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from caseapp.access.domain import Actor
from caseapp.access.guard import guard
from caseapp.kernel.errors import NotFound
from caseapp.kernel.health import migrated

bp = Blueprint("probes", __name__)


@bp.get("/healthz")
@guard("service:probe")
def healthz(_actor: Actor | None) -> Any:
    """The process is up."""
    return jsonify(status="ok")


@bp.get("/readyz")
@guard("service:probe")
def readyz(_actor: Actor | None) -> Any:
    """The database is reachable and migrated to this code's revision."""
    ready, reason = migrated()
    return jsonify(status="ok" if ready else "not ready", reason=reason), 200 if ready else 503


@bp.get("/metrics")
@guard("service:probe")
def metrics(_actor: Actor | None) -> Any:
    """Prometheus counters, with METRICS_TOKEN as a bearer token; without a token only outside production and on the
    machine itself (behind a proxy of the same machine every visitor looks local). 404 otherwise."""
    token = current_app.config["METRICS_TOKEN"]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    production = current_app.config["ENVIRONMENT"] == "production"
    local = request.remote_addr in ("127.0.0.1", "::1") and not token and not production
    if not local and not (token and hmac.compare_digest(given.encode(), token.encode())):
        raise NotFound
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
