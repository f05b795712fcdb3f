"""Every metric, in one place. Names follow Prometheus' conventions: base units, `_total` for counters.

Web workers write to one folder per process group (prometheus_client's multi-process mode), so web metrics are
counters and histograms only. Gauges live in the roles that run as a single process.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

# --- web ---------------------------------------------------------------------------------------------------
# Requests answered, by route pattern (never by path: paths hold ids), method and status code.
HTTP_REQUESTS = Counter("sankalp_http_requests_total", "Requests answered.", ["service", "route", "method", "status"])
# Time from the first byte parsed to the answer handed back.
HTTP_SECONDS = Histogram(
    "sankalp_http_request_seconds",
    "Time to answer a request.",
    ["service", "route", "method"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
# Commands and creations, by what became of them: done, replayed, refused, conflict, invalid.
COMMANDS = Counter("sankalp_commands_total", "Commands by outcome.", ["service", "command", "outcome"])
# Requests that nobody had the right to make: no sign-in, or not from this machine in loopback mode.
REFUSED = Counter("sankalp_access_refused_total", "Requests refused before any work.", ["service", "why"])

# --- outbox and relay --------------------------------------------------------------------------------------
# Entries that the broker has acknowledged and that are marked, by event type.
RELAY_PUBLISHED = Counter("sankalp_relay_published_total", "Entries published.", ["service", "type"])
# Entries sent again after the broker forgot, or by `republish`.
RELAY_REPUBLISHED = Counter("sankalp_relay_republished_total", "Entries sent again.", ["service"])
# Produce errors, by the error's class.
RELAY_ERRORS = Counter("sankalp_relay_errors_total", "Failed attempts to publish a batch.", ["service", "error"])
# How often the broker was found to have forgotten its data.
BROKER_FORGOT = Counter("sankalp_relay_broker_forgot_total", "Recoveries from a broker that forgot.", ["service"])
# 1 while this process holds the relay's lease.
RELAY_LEASE = Gauge("sankalp_relay_lease_held", "Whether this process is the active relay.", ["service"])
# Documents with entries that are not on Kafka yet, and the age of the oldest such entry.
OUTBOX_DEPTH = Gauge("sankalp_outbox_documents", "Documents with unpublished entries.", ["service"])
OUTBOX_AGE = Gauge("sankalp_outbox_oldest_seconds", "Age of the oldest unpublished entry.", ["service"])

# --- inbox and consumers -----------------------------------------------------------------------------------
# Records consumed, by event type and outcome: applied, duplicate, superseded, missing, ignored, dead.
CONSUMED = Counter("sankalp_events_consumed_total", "Records consumed by outcome.", ["service", "type", "outcome"])
# Time from the event (its entry's time) to its effect in this service.
EVENT_DELAY = Histogram(
    "sankalp_event_delay_seconds",
    "Time from an event to its effect here.",
    ["service", "type"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600),
)
# Records not yet consumed, by topic and partition, from the high-water mark of the last fetch.
CONSUMER_LAG = Gauge("sankalp_consumer_lag_records", "Records not yet consumed.", ["service", "topic", "partition"])
# 1 while a passing failure holds a partition back; the age tells since when.
CONSUMER_PAUSED = Gauge("sankalp_consumer_paused", "Whether a passing failure holds work back.", ["service"])
CONSUMER_PAUSED_AGE = Gauge("sankalp_consumer_paused_seconds", "How long work has been held back.", ["service"])
# 1 after too many dead letters in a row: the consumer waits for an operator.
CONSUMER_STOPPED = Gauge("sankalp_consumer_stopped", "Whether the consumer has stopped itself.", ["service"])
# Messages put away, by topic and reason: poison, permanent, bug, missing.
DEAD_LETTERS = Counter("sankalp_dead_letters_total", "Messages put away.", ["service", "topic", "reason"])

# --- notifications -----------------------------------------------------------------------------------------
# What became of each notification: sent, failed, skipped, by channel.
NOTIFICATIONS = Counter("sankalp_notifications_total", "Notifications by outcome.", ["channel", "outcome"])
# Attempts beyond the first: on the wire delivery is at least once.
NOTIFICATION_RETRIES = Counter("sankalp_notification_retries_total", "Repeated attempts to send.", ["channel"])
# Time from due to handed to the provider.
NOTIFICATION_DELAY = Histogram(
    "sankalp_notification_delay_seconds",
    "Time from an event to its message being handed over.",
    ["channel"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600),
)
# Work waiting in the notifier, and the age of the oldest of each.
ANNOUNCEMENTS_WAITING = Gauge("sankalp_announcements_waiting", "Announcements without recipients yet.", ["service"])
NOTIFICATIONS_WAITING = Gauge("sankalp_notifications_waiting", "Notifications not yet handed over.", ["channel"])
NOTIFICATIONS_WAITING_AGE = Gauge(
    "sankalp_notifications_waiting_oldest_seconds", "Age of the oldest waiting notification.", ["channel"]
)
