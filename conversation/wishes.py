"""Does what a citizen wishes for his reports without the code of one: that they be hidden, that one be withdrawn, how one stands."""

from uuid import UUID

from complaints import ids
from complaints.command import CommandKind
from complaints.limits import as_reason
from complaints.mail import MessageKind
from complaints.message import InboundMessage
from conversation import citizen as memory
from conversation import continuing, passing
from conversation.citizen import Document
from conversation.matching import meant_among
from conversation.passing import Landed, Passing
from conversation.said import orders, questions
from conversation.said.own import own_words
from conversation.secrecy import hidden, only_wishes
from conversation.turn import Turn


class Wishes:
    """Handles what a citizen wishes for his reports."""

    def __init__(self, passing: Passing, question_ms: int) -> None:
        """Take what that needs.

        Args:
            passing: passes messages on to cases.
            question_ms: for so many milliseconds a question to the citizen stays open.
        """
        self._passing, self._question_ms = passing, question_ms

    def told(self, turn: Turn, message: InboundMessage, id_: UUID, named: Document | None) -> Landed | None:
        """Return what a message becomes that only says such a wish and names none of the citizen's reports; None if it is another.

        Args:
            turn: the record that brought the message.
            message: the whole message.
            id_: its id.
            named: the case that the message names, if it names one.
        """
        if named is not None or not turn.state["cases"] or not message.sender or message.shared or message.thread:
            return None
        return self._hides(turn, message, id_) or self._of_matter(turn, message, id_)

    def _hides(self, turn: Turn, message: InboundMessage, id_: UUID) -> Landed | None:
        """Hide all that a citizen has reported: to hide too much does the least harm. An open question stays open."""
        said, cases = own_words(message), [case for case in turn.state["cases"] if continuing.is_alive(case)]
        worded = orders.by_word(said)
        by_word = worded is not None and worded.act.kind is CommandKind.hide and not worded.code
        if not cases or not (by_word or only_wishes(said)):
            return None
        asked = hidden(message)
        wishes = {name: True for name in ("anonymous", "secret") if getattr(asked, name)}
        act = worded.act if worded is not None and by_word else orders.Act(CommandKind.hide, wishes)
        for other in cases[:-1]:
            if not all(other.get(name) for name in act.fields):
                companion = ids.companion_id(id_, f"{act.kind.value}/{other['code']}")
                turn.command(message, companion, other["code"], act.kind, **act.fields)
                other.update(act.fields)
        if by_word or memory.asked(turn.state, since_ms=turn.at_ms - self._question_ms):
            return passing.act(turn, message, id_, cases[-1], act)
        return self._passing.add(turn, message, id_, cases[-1], MessageKind.addition)

    def _of_matter(self, turn: Turn, message: InboundMessage, id_: UUID) -> Landed | None:
        """Withdraw the report whose matter a message names, or ask how it stands: "cabut laporan lampu", "kapan lampunya diganti?"."""
        said, cases = own_words(message), turn.state["cases"]
        withdraws = not message.attachments and orders.withdraws_one(said)
        asks = len(cases) > 1 and questions.asks_status(said)
        meant = meant_among(cases, self._passing.look(turn, message)) if withdraws or asks else None
        if meant is None:
            return None
        if withdraws:
            return passing.act(turn, message, id_, meant, orders.Act(CommandKind.withdraw), as_reason(message.text))
        return passing.status(turn, message, id_, meant["code"])
