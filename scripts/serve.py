"""`make run`: bring the database up to date, load the demo borough into an empty one, then serve until stopped.

Whatever is already set in the environment wins: CASEAPP_ENV (demo here when unset), DATABASE_URL, PORT.
The sweep (due notices, sealing of the event log) runs beside the server and ends with it.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
FLASK = [sys.executable, "-m", "flask", "--app", "wsgi"]
START_SECONDS = 60
STOP_SECONDS = 15

SIGN_INS = """\
Sign in as (password demo-only-password, each ...@demo.example):
  log a referral       school  police  health  edt
  the hub              mash.worker  mash.manager
  locality managers    north.manager  central.manager  south.manager
  social workers       north.worker  central.worker  south.worker
  family help          familyhelp.north  familyhelp.central  familyhelp.south  familyhelp.worker
  look and run         head  auditor  admin
  no pages yet         chair  business.support  evolve  ig"""


def port_is_free(port: int) -> bool:
    """True if a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def server_command(port: int) -> list[str]:
    """The gunicorn command line: two processes of four threads that share what was imported before the fork."""
    return [
        *(sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"{HOST}:{port}"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload"),
        *("--no-control-socket", "--log-level", "warning"),
    ]


def answers(port: int, server: subprocess.Popen[bytes]) -> bool:
    """Wait until the server says that it is up; False if it ended or took longer than START_SECONDS."""
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=5):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            time.sleep(0.2)
    return False


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, and end it if it does not."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def ignore_interrupt() -> None:
    """Make the process that calls this, and what it becomes, ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def serve(port: int, env: dict[str, str]) -> int:
    """Run the sweep and the server side by side until the server ends or this process is asked to stop.

    Gives the exit code: 0 when it was asked to stop, otherwise that of the server.
    """
    asked_to_stop = False
    # All stay in one process group, so whoever ends the group leaves nothing behind. The sweep is deaf to Ctrl-C: it is
    # ended after the server.
    sweep = subprocess.Popen([*FLASK, "sweep"], cwd=ROOT, env=env, preexec_fn=ignore_interrupt)
    server = subprocess.Popen(server_command(port), cwd=ROOT, env=env)

    def on_signal(number: int, frame: FrameType | None) -> None:
        nonlocal asked_to_stop
        asked_to_stop = True
        server.terminate()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    try:
        if answers(port, server):
            print(f"\ncaseapp is on http://{HOST}:{port}  (stop it with Ctrl-C)", flush=True)
            if env["CASEAPP_ENV"] == "demo":
                print(SIGN_INS, flush=True)
        code = server.wait()
    finally:
        stop(server)
        if sweep.poll() is not None:
            print(f"The sweep ended by itself with code {sweep.returncode}.", file=sys.stderr)
        stop(sweep)
    return 0 if asked_to_stop else code


def main() -> int:
    """Migrate, load the demo if this is one, serve. Gives the exit code."""
    env = os.environ | {"CASEAPP_ENV": os.environ.get("CASEAPP_ENV") or "demo"}
    port = int(env.get("PORT") or 8000)
    if not port_is_free(port):
        print(f"Port {port} is in use. Try another one: PORT={port + 1} make run", file=sys.stderr)
        return 2
    steps = [["db", "upgrade"]]
    if env["CASEAPP_ENV"] == "demo":
        steps.append(["demo", "load", "--days", "90"])
    for step in steps:
        code = subprocess.run([*FLASK, *step], cwd=ROOT, env=env).returncode
        if code:
            print(f"`flask --app wsgi {' '.join(step)}` ended with code {code}.", file=sys.stderr)
            return code
    return serve(port, env)


if __name__ == "__main__":
    sys.exit(main())
