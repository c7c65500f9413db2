"""Itineraries without media, which workers import by name."""

import os
import signal
from collections.abc import Mapping, Sequence
from typing import Any

from overglass_cloud.jobs.artefacts import Artefacts
from overglass_cloud.remix.work import Item, Order, Told
from overglass_protocol.errors import RemixError


class Sums:
    """Squares in one wave, then their sum. `chaos` of the settings: which items kill themselves once."""

    def first(self) -> Sequence[Item]:
        return [Item("square", index, units=10) for index in range(6)]

    def after(self, wave: int, done: Sequence[tuple[Item, Mapping[str, Any]]]) -> Sequence[Item]:
        return [Item("sum", 0)] if wave == 0 else []

    def perform(self, order: Order, told: Told) -> Mapping[str, Any]:
        told(order.item.units // 2)
        if order.attempt == 1 and order.item.index in order.settings.get("chaos", ()):
            os.kill(os.getpid(), signal.SIGKILL)
        with Artefacts(order.artefacts) as artefacts:
            if order.item.stage == "square":
                with artefacts.writing(f"squares/{order.item.index}") as path:
                    path.write_text(str(order.item.index**2))
                with open(artefacts.local(f"squares/{order.item.index}").parent / "log", "a") as log:
                    log.write(f"{order.item.index}\n")
                kill = order.settings.get("kill_service")
                if kill is not None and order.item.index == kill:
                    os.kill(os.getppid(), signal.SIGKILL)
                    signal.pause()
                return {"square": order.item.index**2}
            total = sum(int(artefacts.local(f"squares/{index}").read_text()) for index in range(6))
            with artefacts.writing("total") as path:
                path.write_text(str(total))
        return {"total": total}


class Poison(Sums):
    def perform(self, order: Order, told: Told) -> Mapping[str, Any]:
        os.kill(os.getpid(), signal.SIGKILL)
        return {}


class Refusing(Sums):
    def perform(self, order: Order, told: Told) -> Mapping[str, Any]:
        raise RemixError("no video in it", cure="Give a clip.")


class Endless(Sums):
    def perform(self, order: Order, told: Told) -> Mapping[str, Any]:
        told(1)
        signal.pause()
        return {}


SUMS, POISON, REFUSING, ENDLESS = Sums(), Poison(), Refusing(), Endless()
