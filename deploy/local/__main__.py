"""`make run`: the whole system on this machine, until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from deploy.local.ports import Ports
from deploy.local.programs import Unusable
from deploy.local.stack import Options, Stack


def main() -> int:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--broker", choices=("tansu", "kafka"), default="tansu")
    parser.add_argument("--port-offset", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=Path("var"))
    arguments = parser.parse_args()
    options = Options(arguments.folder.resolve(), Ports(arguments.port_offset), arguments.broker)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    stack = Stack(options, lambda line: print(line, flush=True))
    print("Sankalp on this machine", flush=True)
    try:
        stack.start()
        print(table(stack), flush=True)
        while not stopped.wait(0.5):
            for line in stack.supervisor.check():
                print(line, flush=True)
    except Unusable as error:
        print(f"\nCannot go on: {error}", file=sys.stderr, flush=True)
        return 1
    finally:
        if stack.supervisor.children:
            print("\nStopping …", flush=True)
            stack.stop()
    print(f"Stopped. Data are kept in {arguments.folder}/; `make clean-data` removes them.")
    return 0


def table(stack: Stack) -> str:
    rows = stack.addresses()
    width = max(len(name) for name, _ in rows)
    lines = [f"  {name:{width}}  {address}" for name, address in rows]
    return (
        "\nReady.\n\n"
        + "\n".join(lines)
        + "\n\nCtrl-C stops everything. `make demo` in another terminal walks the story."
    )


if __name__ == "__main__":
    sys.exit(main())
