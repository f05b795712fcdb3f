"""The topics, their producers, and the consumer groups."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    name: str
    producer: str
    purpose: str


FEEDBACK_EVENTS = Topic("feedback.events", "feedback", "What States submitted.")
ACTIONS_EVENTS = Topic("actions.events", "actions", "What happened to action items.")
NOTIFICATIONS_EVENTS = Topic("notifications.events", "notifier", "What became of notifications.")

TOPICS = {topic.name: topic for topic in (FEEDBACK_EVENTS, ACTIONS_EVENTS, NOTIFICATIONS_EVENTS)}


def group_name(prefix: str, service: str) -> str:
    """The consumer group of a service: one per service, so that each sees every event once."""
    return f"{prefix}sankalp.{service}"
