"""The acts of an agency on a case: one definition of each, for the command line and for the files of `lapor case apply`.

It loads no model, so that `--help` is fast.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from complaints.limits import ANSWER_BYTES, REASON_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An action of an agency on a case.

    Attributes:
        name: its name, as a command (see complaints.command.CommandKind).
        what: its help: what it does, in a sentence or two.
        example: its options in an example, which follow the code.
        text: the help of its text, if it takes one.
        needs: the options that it requires.
        takes: the options that it may have.
    """

    name: str
    what: str
    example: str
    text: str
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()

    @property
    def most_bytes(self) -> int:
        """The maximum size of the text in bytes of UTF-8."""
        return ANSWER_BYTES if self.name == "answer" else REASON_BYTES


_ALL: Final = (
    Act(
        name="verify",
        what="Say that the report is complete. It closes an open question; the first word of an owner about completeness is due within"
        " 14 days of receipt.",
        example="--as dpu-33.74",
        text="A note that stays with the case.",
        takes=("text",),
    ),
    Act(
        name="accept",
        what="Accept a case: the agency says that the matter is its task, and begins.",
        example="--as dpu-33.74",
        text="A note that stays with the case.",
        takes=("text",),
    ),
    Act(
        name="refuse",
        what="Refuse a case in an agency's name (*bukan wewenang*). The case moves to another agency and never back; the deadlines keep"
        " running. A suggestion weighs as evidence.",
        example="--as dpu-33.74 --text 'Ruas ini jalan provinsi.' --suggest dpu-33",
        text="The agency's reason, in its own words; it stays with the case.",
        needs=("text",),
        takes=("suggest",),
    ),
    Act(
        name="hand-on",
        what="Hand a case on to another unit of the owner's own government. The deadlines keep running.",
        example="--as pemda-33.74 --to dishub-33.74 --text 'Lampu lalu lintas.'",
        text="Why, in the owner's words; it stays with the case.",
        needs=("to",),
        takes=("text",),
    ),
    Act(
        name="ask",
        what="Ask the citizen something, in the owner's words: one question at a time, at most three in all. The completion waits for the"
        " answer, at most 30 days; if he has asked for silence (STOP), the question is closed at once.",
        example="--as dpu-33.74 --text 'Di depan rumah nomor berapa?'",
        text="The question, as the citizen will read it.",
        needs=("text",),
    ),
    Act(
        name="answer",
        what="Answer the citizen in the name of the agency that owns the case. The answer is sent on the channel of the complaint.",
        example="--as dpu-33.74 --text 'Sudah kami tambal.' --final",
        text="The agency's answer, as the citizen will read it.",
        needs=("text",),
        takes=("final",),
    ),
    Act(
        name="extend",
        what="Take half of the days again to complete a case: once, before they are over. The citizen hears the new day and the reason.",
        example="--as dpu-33.74 --text 'Menunggu lelang.'",
        text="The reason, as the citizen will read it.",
        needs=("text",),
    ),
    Act(
        name="postpone",
        what="Put a case off to a later day, with the reason. No clock stops; on that day it is on the list again.",
        example="--as dpu-33.74 --until 2026-12-14 --text 'Menunggu musim kering.'",
        text="The reason, as the citizen will read it.",
        needs=("until", "text"),
    ),
    Act(
        name="close",
        what="Close a case that was answered, before the clock does it after ten working days. The citizen can open it again.",
        example="--as dpu-33.74",
        text="A note that stays with the case.",
        takes=("text",),
    ),
    Act(
        name="reopen",
        what="Open an answered, closed, withdrawn or archived case again, in the name of a triage desk of the place.",
        example="--as pemda-33.74 --text 'Warga menelepon: belum selesai.'",
        text="Why; it stays with the case.",
        takes=("text",),
    ),
    Act(
        name="reroute",
        what="Give a case to an agency, in the name of a triage desk of the place or of the national administrator. Others may be named"
        " beside it; who refused the case never gets it back.",
        example="--as kemenpanrb --to dpu-33 --beside dishub-33 --text 'Jalan provinsi.'",
        text="The reason; it stays with the case.",
        needs=("to", "text"),
        takes=("beside",),
    ),
    Act(
        name="reclassify",
        what="Correct the class of a report, which sets its days: 5 for permintaan_informasi, 14 for pengaduan and aspirasi, 60 for a"
        " report of oversight (berkadar pengawasan).",
        example="--as kemenpanrb --class permintaan_informasi --no-oversight",
        text="Why; it stays with the case.",
        takes=("class", "oversight", "text"),
    ),
    Act(
        name="prioritise",
        what="Mark a case as urgent, which `lapor case due` shows; without `--text` take the mark away."
        " The citizen hears nothing.",
        example="--as dpu-33.74 --text 'Jembatan putus.'",
        text="Why it is urgent; it stays with the case.",
        takes=("text",),
    ),
    Act(
        name="merge",
        what="Propose that a case becomes a supporter of an older one about the same matter. The older case answers at once"
        " whether it agrees; until then the owner stays.",
        example="--as pemda-33.74 --into '2Q74G VWWCE 3'",
        text="A note that stays with the case.",
        needs=("into",),
        takes=("text",),
    ),
    Act(
        name="unmerge",
        what="Take a supporter off its main case: it is handled by itself again, by the owner that the main case has now.",
        example="--as pemda-33.74 --text 'Lubang yang lain.'",
        text="Why; it stays with the case.",
        takes=("text",),
    ),
    Act(
        name="archive",
        what="Put spam aside, in the name of a triage desk. Nothing is deleted: `lapor case reopen` takes it back.",
        example="--as kemenpanrb --text 'Iklan.'",
        text="The reason; it stays with the case.",
        needs=("text",),
    ),
    Act(
        name="withdraw",
        what="Record that the citizen took the complaint back, in the name of a triage desk and with the source of his word. The citizen"
        " hears it, and his next word opens the case again. The owner of a case cannot withdraw it.",
        example="--as pemda-33.74 --source letter --text 'Surat bertanggal 3 November.'",
        text="What the citizen said, or where it is on file; it stays with the case.",
        needs=("text",),
        takes=("source",),
    ),
)

ACTS: Final[Mapping[str, Act]] = {act.name: act for act in _ALL}
"""The acts by name."""
