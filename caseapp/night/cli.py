"""`flask --app wsgi continuity export`: each night a sealed file per team, for the day the system is gone."""

import os
from pathlib import Path

import click
from flask.cli import with_appcontext

from caseapp.kernel import clock

from .commands.continuity import Written, export

FROM_ENVIRONMENT = "CONTINUITY_PASSPHRASE_"
DEFAULT_HOUR = 17


@click.group("continuity")
def group() -> None:
    """Files for the day the system is gone."""


@group.command("export")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder for the files.")
@click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Lines of TEAM=PASSPHRASE, readable by the service alone. Without it: CONTINUITY_PASSPHRASE_<TEAM> in the "
    "environment.",
)
@click.option("--team", "teams", multiple=True, help="Only this team (its key); may be given several times.")
@with_appcontext
def export_files(out: Path, passphrase_file: Path | None, teams: tuple[str, ...]) -> None:
    """Write one encrypted HTML file for each team that may hold children, and one for the out-of-hours team.

    A laptop's browser opens it with the team's passphrase, without this service and without the network: the team's
    children with address, household, dangers, worker, phones and what is due, tonight's alerts, and blank forms. Run it
    again and tonight's files are written anew. Exit code 1 if a team got none.
    """
    done = export(out, _passphrases(passphrase_file), only=frozenset(teams))
    unknown = set(teams) - {written.team.key for written in done}
    for written in done:
        click.echo(_line(written), err=written.path is None)
    for key in sorted(unknown):
        click.echo(f"{key}: no such team holds children", err=True)
    raise SystemExit(1 if unknown or any(written.path is None for written in done) else 0)


def _line(written: Written) -> str:
    if written.path is None:
        return f"{written.team.key}: no file: {written.why_not}"
    return f"{written.team.key}: {written.children} children in {written.path.name}"


def _passphrases(file: Path | None) -> dict[str, str]:
    """Team key to passphrase, from the file or the environment; they are never an argument and never said."""
    if file is None:
        return {
            name.removeprefix(FROM_ENVIRONMENT).lower(): value
            for name, value in os.environ.items()
            if name.startswith(FROM_ENVIRONMENT)
        }
    if file.stat().st_mode & 0o077:
        raise click.ClickException(f"{file.name} can be read by others: chmod 600 it first")
    lines = (line.partition("=") for line in file.read_text().splitlines() if "=" in line)
    return {key.strip().lower(): passphrase.strip() for key, _, passphrase in lines}


def export_if_due() -> list[Written]:
    """For the sweep: tonight's files that are not there yet, from CONTINUITY_HOUR on (17 by default), into
    CONTINUITY_DIR; nothing where that is not set. Twice does no harm."""
    folder = os.environ.get("CONTINUITY_DIR", "")
    hour = int(os.environ.get("CONTINUITY_HOUR", "") or DEFAULT_HOUR)
    if not folder or clock.to_london(clock.now()).hour < hour:
        return []
    file = os.environ.get("CONTINUITY_PASSPHRASE_FILE", "")
    done = export(Path(folder), _passphrases(Path(file) if file else None), again=False)
    return [written for written in done if not written.known]
