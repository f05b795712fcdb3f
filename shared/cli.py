"""`sankalp`: set-up, and the operator's tools. It works on the services that are installed here."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import click
from pymongo.errors import PyMongoError

from shared import logs
from shared.contracts.document import write_documents
from shared.errors import SankalpError, SettingError
from shared.inbox.dead_letters import record_of, shape_of
from shared.messaging.kafka_admin import KafkaTopicAdmin
from shared.messaging.kafka_producer import KafkaPublisher
from shared.outbox.history import verify
from shared.outbox.republish import republish as republish_entries
from shared.service import Service
from shared.settings import SETTINGS
from shared.storage.client import Document
from shared.storage.indexes import create_indexes

# Redriving never stops at a count of failures: an operator is looking.
_NO_LIMIT = 1_000_000_000
_PAGE = 200


def main() -> None:
    """Run the command line; an error that an operator can act on is one line, not a stack."""
    logs.configure("sankalp", "cli", "WARNING")
    try:
        cli(standalone_mode=True)
    except SettingError as error:
        raise SystemExit(f"sankalp: {error}") from None
    except SankalpError as error:
        raise SystemExit(f"sankalp: not done, try again: {error}") from None
    except PyMongoError as error:
        raise SystemExit(f"sankalp: MongoDB cannot be used: {type(error).__name__}. Check MONGODB_URI.") from None


def services(only: str | None) -> list[Service]:
    """The installed services, or the one that is named."""
    found = {point.name: point for point in entry_points(group="sankalp.services")}
    if only is not None and only not in found:
        raise click.BadParameter(f"there is no service {only!r} here; there are {', '.join(sorted(found))}")
    built = []
    for name in [only] if only else sorted(found):
        try:
            built.append(found[name].load()(os.environ))
        except ModuleNotFoundError as error:
            # The image of one service holds no other. Anything else that is missing is a fault.
            if error.name != f"services.{name}":
                raise
            if only:
                raise click.BadParameter(f"the service {only!r} is not in this installation") from None
    return built


one_service = click.option("--service", default=None, help="Only this service: feedback, actions or notifier.")


@click.group()
def cli() -> None:
    """Sankalp: commitments, kept."""


@cli.command()
@one_service
def setup(service: str | None) -> None:
    """Create indexes and topics and load the first data. Safe to repeat."""
    for found in services(service):
        create_indexes(found.database, found.indexes)
        admin = KafkaTopicAdmin(found.kafka, "sankalp.setup")
        admin.ensure([found.topic_name(found.publishes), *map(found.topic_name, found.subscribes)])
        admin.close()
        found.load()
        click.echo(f"{found.name}: indexes, topics and first data are there")


@cli.command()
def settings() -> None:
    """List every setting with its default and purpose."""
    for setting in SETTINGS.values():
        default = "(required)" if setting.default is None else repr(setting.default)
        click.echo(f"{setting.key:28} {default:40} {setting.purpose}")


@cli.group("dead-letters")
def dead_letters() -> None:
    """Messages that were put away: list, show, redrive, discard."""


@dead_letters.command("list")
@one_service
def list_letters(service: str | None) -> None:
    """List the letters that wait, newest first, without their contents."""
    count = 0
    for found in services(service):
        for letter in found.dead_letters(_NO_LIMIT).waiting():
            count += 1
            when = letter["at"].strftime("%Y-%m-%d %H:%M:%S")
            event = letter["event_type"] or "unreadable"
            click.echo(f"{found.name:9} {when}  {letter['_id']}  {event}  {letter['reason']}: {letter['error']}")
    click.echo(f"{count} waiting")


@dead_letters.command("show")
@click.argument("id")
@one_service
def show_letter(id: str, service: str | None) -> None:
    """Show one letter: its envelope, and the shape of its data without values."""
    _, letter = _letter(id, service)
    record = record_of(letter)
    click.echo(f"reason    {letter['reason']}: {letter['error']}")
    click.echo(f"state     {letter['state']}")
    for name, value in record.headers:
        click.echo(f"header    {name}: {value.decode(errors='replace')}")
    click.echo(f"data      {json.dumps(shape_of(record), indent=2)}")


@dead_letters.command("redrive")
@click.argument("id")
@one_service
def redrive_letter(id: str, service: str | None) -> None:
    """Drive one letter through its handler again, and say what came of it."""
    found, letter = _letter(id, service)
    try:
        outcome = found.processor(_NO_LIMIT).redrive(record_of(letter))
    except PyMongoError:
        raise
    except Exception as error:
        # Only our own words: another error may quote what the message holds.
        told = str(error) if isinstance(error, SankalpError) else type(error).__name__
        raise SystemExit(f"still failing: {told}") from None
    told = {"applied": "applied", None: "no handler wants it"}.get(outcome, "already applied")
    found.dead_letters(_NO_LIMIT).settle(id, "redriven", told)
    click.echo(told)


@dead_letters.command("discard")
@click.argument("id")
@click.option("--reason", required=True, help="Why it will never be applied.")
@one_service
def discard_letter(id: str, reason: str, service: str | None) -> None:
    """Close one letter without applying it."""
    found, _ = _letter(id, service)
    found.dead_letters(_NO_LIMIT).settle(id, "discarded", reason)
    click.echo("discarded")


def _letter(id: str, service: str | None) -> tuple[Service, Document]:
    for found in services(service):
        letter = found.dead_letters(_NO_LIMIT).get(id)
        if letter is not None:
            return found, letter
    raise SystemExit(f"there is no dead letter {id!r}; `sankalp dead-letters list` shows those that wait")


@cli.command("republish")
@one_service
@click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="Entries from here on, UTC.")
@click.option("--type", "event_type", default=None, help="Only this event type, such as action.assigned.")
@click.option("--aggregate", default=None, help="Only the document with this id.")
@click.option("--all", "everything", is_flag=True, help="Every entry there is.")
@click.option("--dry-run", is_flag=True, help="Count, send nothing.")
def republish_command(
    service: str | None,
    since: dt.datetime | None,
    event_type: str | None,
    aggregate: str | None,
    everything: bool,
    dry_run: bool,
) -> None:
    """Send history entries to Kafka again. Consumers apply what they miss and nothing twice."""
    if not (since or aggregate or everything):
        raise click.UsageError("say which: --since, --aggregate or --all")
    start = since.replace(tzinfo=dt.UTC) if since else None
    for found in services(service):
        publisher = KafkaPublisher(found.kafka, "sankalp.republish")
        for staged in found.staged():
            sent = sum(
                republish_entries(
                    staged,
                    found.encode,
                    publisher,
                    since=start,
                    type=event_type,
                    aggregate=aggregate,
                    dry_run=dry_run,
                )
            )
            verb = "would be sent" if dry_run else "sent"
            click.echo(f"{found.name}: {sent} entries of {staged.collection.name} {verb}")
        publisher.close()


@cli.group()
def history() -> None:
    """The histories of documents."""


@history.command("verify")
@one_service
@click.option("--aggregate", default=None, help="Only the document with this id.")
def verify_histories(service: str | None, aggregate: str | None) -> None:
    """Check every link of every history; name what does not hold. Exit code 1 if anything does not."""
    wrong = 0
    for found in services(service):
        checked = 0
        for document in _histories(found, aggregate):
            checked += 1
            for problem in verify(document["_id"], document["seq"], document["history"]):
                wrong += 1
                click.echo(f"{found.name} {document['_id']}: {problem}")
        click.echo(f"{found.name}: {checked} histories checked")
    if wrong:
        raise SystemExit(1)


def _histories(service: Service, aggregate: str | None) -> Iterator[dict[str, Any]]:
    for name in service.aggregates:
        after = ""
        while True:  # by pages: a query's time limit counts over its whole cursor
            wanted = {"_id": aggregate} if aggregate else {"_id": {"$gt": after}}
            page = list(service.database[name].find(wanted, {"seq": 1, "history": 1}, limit=_PAGE).sort("_id", 1))
            yield from page
            if aggregate or len(page) < _PAGE:
                break
            after = page[-1]["_id"]


@cli.command("write-contracts")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def write_contracts(folder: Path) -> None:
    """Generate events.md, asyncapi.json and the JSON Schemas into FOLDER."""
    for path in write_documents(folder):
        click.echo(path)


if __name__ == "__main__":
    main()
