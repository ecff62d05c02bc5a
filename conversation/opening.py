"""Makes a complaint of a message, or keeps it with a case if its citizen opens too many at once."""

from uuid import UUID

from complaints.bus.envelope import encode
from complaints.crypto import Keyring
from complaints.event import Complaint
from complaints.mail import MessageKind
from complaints.message import InboundMessage
from conversation import citizen as memory
from conversation import continuing, crowd
from conversation.cases import new_case
from conversation.citizen import Document
from conversation.passing import Landed, Passing
from conversation.reading import Reads
from conversation.secrecy import hidden
from conversation.turn import SOURCE, Turn
from normalizer.emergency import tells_of_danger


class Opens:
    """Makes complaints."""

    def __init__(self, keyring: Keyring, reads: Reads, passing: Passing) -> None:
        """Take what that needs.

        Args:
            keyring: makes tracking codes.
            reads: reads messages.
            passing: passes messages on to cases.
        """
        self._keyring, self._reads, self._passing = keyring, reads, passing

    def opened_or_kept(
        self, turn: Turn, message: InboundMessage, id_: UUID, read: tuple[InboundMessage, Complaint, bool]
    ) -> Landed:
        """Make a complaint of a message, unless it is one of very many: then it is kept with the latest case."""
        takes = crowd.taken_by(turn, message)
        if takes is None or tells_of_danger(message.text):
            return self.opened(turn, *read)
        crowd.say_once(turn, message, id_, takes)
        return self._passing.add_apart(turn, message, id_, takes)

    def read(self, turn: Turn, message: InboundMessage, id_: UUID) -> tuple[InboundMessage, Complaint, bool]:
        """Return a message with what it asks to be hidden, the complaint that it would be, and whether it could be read."""
        code = self._keyring.tracking_code(id_) if message.sender else turn.citizen
        hides = hidden(message, like=self._last_told(turn, message))
        return hides, *self._reads.complaint(hides, id_=id_, code=code, citizen=turn.citizen)

    @staticmethod
    def opened(turn: Turn, hides: InboundMessage, fresh: Complaint, was_read: bool) -> Landed:
        """Make a complaint of a message."""
        turn.outputs.append(encode(fresh, source=SOURCE))
        case = new_case(fresh, hides) | {"opened_ms": turn.at_ms}
        if "silent_ms" in turn.state:
            case["after_stop"] = True
        memory.add_case(turn.state, case)
        return Landed(MessageKind.complaint, fresh.tracking_code, case["id"], fresh.secret, not was_read)

    @staticmethod
    def _last_told(turn: Turn, message: InboundMessage) -> Document | None:
        """Return the citizen's latest case if he has written of it within the last days: what he tells now is as hidden as that."""
        cases = turn.state["cases"]
        if not cases or not message.sender or message.shared or not continuing.is_of_these_days(turn.state, cases[-1]):
            return None
        latest: Document = cases[-1]
        return latest
