"""The lives of some cases, for the demo: refused, moved, accepted, answered, disputed, rated, closed; overdue, escalated; merged."""

import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

from complaints import tracking
from complaints.case import Case
from complaints.errors import UnavailableError
from complaints.runtime.settings import Settings
from lapor.demo.dialogue import HEARD_WITHIN_S, Phone
from lapor.processes import cases
from lapor.processes.wiring import cases as view

INCOMPLETE: Final = "jalan berlubang dalam sekali, sudah dua motor jatuh"
PLACE: Final = "di Jalan Pemuda, Kota Semarang"
NEIGHBOURS: Final = (
    "banjir selutut di Jalan Kaligawe Kota Semarang sejak subuh",
    "jl kaligawe kota semarang kebanjiran lagi, banyak motor mogok",
    "air banjir masuk rumah di jalan Kaligawe, Kota Semarang, mohon pompa",
)
FORGOTTEN: Final = "sampah menumpuk di Jalan Asia Afrika, Kota Bandung, sudah seminggu"

CLOSED_AFTER_DAYS: Final = 17
"""After this many days, ten working days are over, even with a holiday among them."""

STEPS_AFTER_DAYS: Final = (38, 59, 80, 101)
"""On these days an overdue case climbs the next steps of the ladder, whether or not Lebaran is between two of them. The last step tells
the citizen of the Ombudsman."""

_NUMBERS: Final = "62812000098{:02d}"


class Life:
    """Plays the lives of cases in the stack of the demo, whose router has a clock that can be days ahead."""

    def __init__(self, settings: Settings, smsc: str, *, say: Callable[[str], None]) -> None:
        assert settings.demo_clock is not None
        self._settings, self._clock, self._say = settings, Path(settings.demo_clock), say
        self._phones = [
            Phone(smsc, number=_NUMBERS.format(number), short_code=settings.short_code, say=say) for number in range(5)
        ]

    def show(self) -> None:
        """Show three lives, interleaved.

        Raises:
            UnavailableError: something that must happen did not.
        """
        asks, *neighbours, forgotten = self._phones
        forgotten.text(FORGOTTEN)
        late = _code_in(forgotten.hear())
        self._say("\nThree neighbours and one flood: the later reports become supporters of the first one.")
        flood = self._merged(neighbours)
        self._say(
            "\nOne report: incomplete, asked, completed, refused, moved, accepted, answered, disputed, answered again."
        )
        code = self._disputed(asks)
        self._say("\nThe flood is answered once, and all three hear it.")
        self._act(flood, "answer", text="Pompa sudah kami tambah, air sudah surut.")
        for phone in neighbours:
            phone.hear()
        self._pass(CLOSED_AFTER_DAYS)
        asks.hear()
        asks.text("4")
        asks.hear()
        self._say("\nNobody has looked at one report: it is overdue and climbs the ladder, step by step.")
        for level, days in enumerate(STEPS_AFTER_DAYS, 2):
            self._pass(days)
            self._wait(late, partial(_is_on, level), what=f"step {level} of the ladder")
        forgotten.hear()
        self._say(f"\nlapor explain {code}")
        cases.explain(self._settings, code, say=self._say)
        self._say(f"\nlapor explain {late}")
        cases.explain(self._settings, late, say=self._say)

    def _merged(self, phones: list[Phone]) -> str:
        """Let neighbours report one flood, and return the code of the main case."""
        codes = []
        for phone, words in zip(phones, NEIGHBOURS, strict=True):
            phone.text(words)
            codes.append(_code_in(phone.hear()))
        main = codes[0]
        for phone, code in zip(phones[1:], codes[1:], strict=True):
            self._wait(code, lambda case: case.main == main, what="the merge")
            phone.hear()
        return main

    def _disputed(self, phone: Phone) -> str:
        """Play the life of one case until its second answer, and return its code."""
        phone.text(INCOMPLETE)
        code = _code_in(phone.hear())
        phone.text(PLACE)
        phone.hear()
        self._wait(code, lambda case: bool(case.complaint.additions), what="the place")
        self._act(code, "refuse", text="Jalan ini milik provinsi.", to="dpu-33")
        phone.hear()
        self._act(code, "accept")
        self._act(code, "answer", text="Lubang sudah kami tambal.")
        phone.hear()
        phone.text("belum pak, masih berlubang")
        phone.hear()
        self._act(code, "answer", text="Kini sudah ditambal seluruhnya.", final=True)
        phone.hear()
        return code

    def _act(self, code: str, name: str, **said: object) -> None:
        """Act on a case as its owner."""
        owner = self._wait(code, lambda _: True, what="the case").owner
        self._say(f"  {owner.name}: {name} {said.get('text', '')}".rstrip())
        cases.act(self._settings, code, name, agency=owner.id, say=lambda _: None, **said)

    def _pass(self, days: int) -> None:
        """Set the router's clock to some days ahead of today."""
        self._say(f"\n{days} days after the reports ...")
        part = self._clock.with_suffix(".part")
        part.write_text(str(days), "utf-8")
        part.replace(self._clock)

    def _wait(self, code: str, has_come: Callable[[Case], bool], *, what: str) -> Case:
        deadline = time.monotonic() + HEARD_WITHIN_S
        with closing(view(self._settings)) as known:
            while time.monotonic() < deadline:
                found = known.case(code)
                if found is not None and has_come(found):
                    return found
                time.sleep(0.1)
        raise UnavailableError(f"{what} did not come within {HEARD_WITHIN_S:.0f} s; see `lapor doctor`")


def _is_on(level: int, case: Case) -> bool:
    return case.escalation is not None and case.escalation.level == level


def _code_in(text: str) -> str:
    """Return the tracking code in an SMS from us."""
    after = text.partition("ode ")[2] or text.partition("aporan ")[2]
    return tracking.parse(after[: len("ABCDE FGHJK M")])
