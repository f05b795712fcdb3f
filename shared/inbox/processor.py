"""What is done with a batch of records: decode, ask the handlers, write, put away what cannot be written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pymongo.database import Database
from pymongo.errors import PyMongoError

from shared import metrics
from shared.clock import Clock
from shared.contracts.events import checked_data
from shared.crash import crash_point
from shared.errors import PermanentError, PoisonError, RetryableError, UnknownVersionError
from shared.inbox.dead_letters import DeadLetters
from shared.inbox.shapes import Outcome, Write, apply
from shared.logs import get_logger
from shared.messaging.envelope import Event, from_record
from shared.messaging.message import Record
from shared.storage.client import Document, is_transient

log = get_logger(__name__)

# A pure function from an event to the writes that it means here; `event.data` has passed its schema.
Handler = Callable[[Event], Sequence[Write]]

TRIES = 5


@dataclass(frozen=True)
class Prepared:
    record: Record
    event: Event
    writes: Sequence[Write]


class _Missing(Exception):
    """The document that a projection wants is not there (yet)."""


class Processor:
    """Applies batches for one service. `handlers` is the table from event type to handler; a type that is not
    in it is counted and passed over."""

    def __init__(
        self,
        service: str,
        database: Database[Document],
        handlers: Mapping[str, Handler],
        dead_letters: DeadLetters,
        clock: Clock,
        pause: Callable[[float], None],
    ) -> None:
        self._service = service
        self._database = database
        self._handlers = handlers
        self._dead_letters = dead_letters
        self._clock = clock
        self._pause = pause

    def process(self, records: Sequence[Record]) -> None:
        """Apply all records; when this returns each has taken effect or is a dead letter, durably.

        Raises RetryableError (try the same records again), StopConsumerError or UnknownVersionError (stop).
        """
        try:
            self._process(records)
        except PyMongoError as error:
            if is_transient(error):
                raise RetryableError(f"the database is away: {type(error).__name__}") from error
            raise

    def redrive(self, record: Record) -> Outcome | None:
        """Drive one message through its handler; the outcome, or None where no handler wants it. Raises what
        is still wrong with it."""
        prepared = self._prepare(record)
        return self._apply(prepared) if prepared is not None else None

    def _process(self, records: Sequence[Record]) -> None:
        good: list[Prepared] = []
        suspects: list[Record] = []
        for record in records:
            try:
                prepared = self._prepare(record)
            except UnknownVersionError:
                raise
            except Exception:
                suspects.append(record)
            else:
                if prepared is not None:
                    good.append(prepared)
        failed = self._apply_together(good)
        suspects.extend(failed)
        if len(failed) < len(good):
            self._dead_letters.succeeded()
        for record in suspects:
            self._process_alone(record)
        crash_point("inbox.written")

    def _apply_together(self, batch: Sequence[Prepared]) -> list[Record]:
        """One bulk write for all; returns the records that have to be looked at one by one."""
        writes = [write for prepared in batch for write in prepared.writes]
        try:
            outcomes = iter(apply(self._database, writes))
        except PyMongoError as error:
            if is_transient(error):
                raise
            log.warning("a batch failed, its records are tried one by one", error=type(error).__name__)
            return [prepared.record for prepared in batch]
        suspects = []
        for prepared in batch:
            own = [next(outcomes) for _ in prepared.writes]
            if "missing" in own:
                suspects.append(prepared.record)
            else:
                self._count(prepared.event, _worst(own))
        return suspects

    def _process_alone(self, record: Record) -> None:
        """Try one record up to five times; then put it away. Poison is put away at once."""
        reason, error = "bug", ""
        for attempt in range(1, TRIES + 1):
            try:
                prepared = self._prepare(record)
                if prepared is None:
                    return
                self._count(prepared.event, self._apply(prepared))
                self._dead_letters.succeeded()
                return
            except PermanentError as failure:
                reason = "poison" if isinstance(failure, PoisonError) else "permanent"
                error = str(failure)
                break
            except _Missing:
                reason, error = "missing", "the document that this event is about is not here"
            except PyMongoError as failure:
                if is_transient(failure):
                    raise
                reason, error = "bug", f"the database refused the write: {type(failure).__name__}"
            except Exception as failure:
                reason, error = "bug", f"the handler failed: {type(failure).__name__}"
                log.exception("a handler failed", place=record.place, attempt=attempt)
            if attempt < TRIES:
                self._pause(0.05 * 2**attempt)
        event_type = _readable_type(record)
        self._dead_letters.put(record, reason, error, event_type)
        metrics.CONSUMED.labels(self._service, event_type or "unreadable", "dead").inc()

    def _prepare(self, record: Record) -> Prepared | None:
        event = from_record(record)
        handler = self._handlers.get(event.type)
        if handler is None:
            metrics.CONSUMED.labels(self._service, event.type, "ignored").inc()
            return None
        checked = replace(event, data=checked_data(event))
        return Prepared(record, checked, handler(checked))

    def _apply(self, prepared: Prepared) -> Outcome:
        outcomes = apply(self._database, prepared.writes)
        if "missing" in outcomes:
            raise _Missing
        return _worst(outcomes)

    def _count(self, event: Event, outcome: str) -> None:
        metrics.CONSUMED.labels(self._service, event.type, outcome).inc()
        if outcome == "applied":
            delay = (self._clock.now() - event.time).total_seconds()
            metrics.EVENT_DELAY.labels(self._service, event.type).observe(max(delay, 0))


def _readable_type(record: Record) -> str | None:
    """The event type of a message whose envelope can be read, else None."""
    try:
        return from_record(record).type
    except PoisonError:
        return None


def _worst(outcomes: Sequence[Outcome]) -> Outcome:
    """One word for an event of several writes; an event without writes is applied."""
    for outcome in ("applied", "superseded", "duplicate"):
        if outcome in outcomes:
            return outcome
    return "applied"
