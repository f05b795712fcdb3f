"""The local stack's keeper of processes, with tiny children, and its ports."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator

import pytest

from deploy.local import supervisor as supervisor_module
from deploy.local.ports import HOST, Ports, require_free
from deploy.local.programs import Unusable
from deploy.local.supervisor import Child, Supervisor
from tests.support.wait import eventually

LIVES = "import time\nprint('up', flush=True)\ntime.sleep(600)"
DIES = "import sys\nprint('the last words', flush=True)\nsys.exit(3)"
NOTES_SIGTERM = """
import os, signal, sys, time
def end(*_):
    with open(sys.argv[1], "a") as file:
        file.write(sys.argv[2] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
while True:
    time.sleep(600)
"""


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Time:
    """The keeper's time, moved by the test; the children's own goes on."""
    made = Time()
    monkeypatch.setattr(supervisor_module, "time", made)
    return made


@pytest.fixture
def keeper() -> Iterator[Supervisor]:
    made = Supervisor()
    yield made
    for child in made.children:
        if child.process:
            child.process.kill()
            child.process.wait()


def child(tmp_path, name: str, script: str, *arguments: str) -> Child:
    return Child(name, [sys.executable, "-c", script, *arguments], {}, tmp_path / "log" / f"{name}.log")


def ended(one: Child) -> None:
    assert one.process
    one.process.wait(30)


def up(one: Child) -> None:
    eventually(lambda: "up" in one.last_lines(), what=f"{one.name} to be up")


def test_what_lives_is_left_alone(tmp_path, keeper):
    one = child(tmp_path, "web", LIVES)
    keeper.start(one)
    up(one)
    assert keeper.check() == []
    assert one.alive()


def test_what_has_ended_is_started_again_after_a_pause_that_doubles(tmp_path, keeper, clock):
    one = child(tmp_path, "web", DIES)
    keeper.start(one)
    for pause in (0.5, 1.0, 2.0, 4.0):
        ended(one)
        before = one.process
        assert keeper.check() == [f"web has ended (3), restarting in {pause:.1f} s"]
        clock.now += pause - 0.01
        assert keeper.check() == []
        assert one.process is before  # not yet
        clock.now += 0.02
        keeper.check()
        assert one.process is not before


def test_after_five_deaths_in_a_minute_it_gives_up_with_the_last_lines(tmp_path, keeper, clock):
    one = child(tmp_path, "web", DIES)
    keeper.start(one)
    for _ in range(4):
        ended(one)
        keeper.check()
        clock.now += 5
        keeper.check()
    ended(one)
    with pytest.raises(Unusable, match="web has ended 5 times within a minute") as given_up:
        keeper.check()
    assert "the last words" in str(given_up.value)
    assert str(one.log) in str(given_up.value)


def test_deaths_that_lie_more_than_a_minute_apart_are_forgiven(tmp_path, keeper, clock):
    one = child(tmp_path, "web", DIES)
    keeper.start(one)
    for _ in range(8):
        ended(one)
        assert keeper.check() == ["web has ended (3), restarting in 0.5 s"]
        clock.now += 61
        keeper.check()


def test_our_processes_are_stopped_first_and_then_the_servers_last_started_first(tmp_path, keeper):
    order = tmp_path / "order"
    for name in ("MongoDB", "broker", "feedback web", "front-door"):
        one = child(tmp_path, name, NOTES_SIGTERM, str(order), name)
        keeper.start(one)
        up(one)
    keeper.stop()
    assert order.read_text().splitlines() == ["feedback web", "front-door", "broker", "MongoDB"]
    assert not any(one.alive() for one in keeper.children)


def test_what_does_not_end_in_time_is_killed(tmp_path, keeper):
    deaf = child(tmp_path, "web", "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + LIVES)
    keeper.start(deaf)
    up(deaf)
    keeper.stop(patience=0.1)
    assert deaf.process
    assert deaf.process.returncode == -9


def test_every_port_in_use_is_named_with_its_purpose(monkeypatch):
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        monkeypatch.setattr(Ports, "smtp", taken.getsockname()[1])
        ports = Ports(20_000)
        with pytest.raises(Unusable) as refused:
            require_free(ports)
    assert f"{ports.smtp} (mail sink, SMTP)" in str(refused.value)
    assert "PORT_OFFSET" in str(refused.value)


def test_no_two_parts_share_a_port():
    named = Ports(1000).named()
    assert len(set(named.values())) == len(named)
    assert Ports(1000).front_door == 9000
