"""Errors that carry the decision. Whoever catches one knows from its class what to do; nobody looks at flags
or texts. Each edge (HTTP, consumer loop, command line) has one mapping from these to its own answers."""

from __future__ import annotations


class SankalpError(Exception):
    """Root of the errors that this system raises on purpose."""


class RetryableError(SankalpError):
    """Nothing is wrong with the work; the world is not ready. Try the same work again later."""


class PermanentError(SankalpError):
    """The same work will fail for ever. Put it away where a person can see it, and go on."""


class PoisonError(PermanentError):
    """A message that cannot be read: no envelope, broken JSON, or data that break their schema."""


class UnknownVersionError(SankalpError):
    """A message of a newer major version: this release must not touch it. Stop, unready; never a dead letter."""


class BrokerForgotError(RetryableError):
    """The broker acknowledged something that cannot be true if it still had what it acknowledged before."""


class StopConsumerError(SankalpError):
    """Going on would empty the topic into dead letters. Stop and turn unready until an operator has looked."""


class NotVisibleError(RetryableError):
    """A document was reported as a duplicate but a majority does not show it (yet): no answer can be given."""


class SettingError(SankalpError):
    """A setting is missing or cannot be used. The message names the key, the value and the remedy."""
