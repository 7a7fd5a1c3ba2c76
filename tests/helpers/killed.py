"""Run as a process: answers a handover by a real request and is killed (SIGKILL) in the middle of its transaction."""

import os
import signal
import sys

from caseapp.kernel.events import subscribe
from tests.conftest import sign_in
from tests.helpers.apps import build


def die(_actor: object, _event: object) -> None:
    """The machine loses power: custody, lead, level and episodes are written, nothing is committed."""
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    url, reference = sys.argv[1:]
    app = build(url)
    subscribe("case.handover.accepted", die)
    sign_in(app, "familyhelp.north").post(f"/pathway/{reference}/answer", data={"answer": "accept"})
    raise SystemExit("still alive")
