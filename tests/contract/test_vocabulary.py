"""The domains keep their own lists of words; here they are held against the vocabulary that people see."""

from __future__ import annotations

from services.actions.domain import commands, item, lifecycle
from services.feedback.domain import submission
from services.notifier.domain import recipients
from shared.contracts import organisations, vocabulary


def test_the_kinds_of_the_domain_are_those_of_the_vocabulary():
    assert tuple(vocabulary.KINDS) == submission.KINDS


def test_the_statuses_of_the_domain_are_those_of_the_vocabulary_after_submitted():
    assert ("submitted", *item.STATUSES) == tuple(vocabulary.STATUSES)
    assert tuple(vocabulary.STATUS_ICONS) == tuple(vocabulary.STATUSES)


def test_every_command_that_can_be_given_has_a_label():
    given = [move.command for move in lifecycle.TABLE if move.command not in lifecycle.LATER]
    assert given == list(vocabulary.COMMANDS)


def test_treatments_and_reasons_to_hold_are_those_of_the_vocabulary():
    assert tuple(vocabulary.TREATMENTS) == commands.TREATMENTS
    assert tuple(vocabulary.HOLD_REASONS) == commands.HOLD_REASONS


def test_both_domains_and_the_contracts_mean_the_same_ministry():
    assert item.MINISTRY == recipients.MINISTRY == organisations.MINISTRY
    assert organisations.MINISTRY in organisations.organisations()


def test_there_are_28_states_and_8_union_territories_with_names_in_both_languages():
    kinds = [organisation.kind for organisation in organisations.organisations().values()]
    assert (kinds.count("state"), kinds.count("ut")) == (28, 8)
    assert len(organisations.states()) == 36
    assert all(set(o.name) == {"en", "hi"} for o in organisations.organisations().values())
