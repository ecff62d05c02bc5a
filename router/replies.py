"""What the citizen is told after a disposition: the wording is data, the choice of it is here. Pure."""

import unicodedata
from functools import cache
from importlib.resources import files

import yaml

from complaints import ids, tracking
from complaints.event import Complaint, Disposition, Reply, ReplyKind

SMS_CHARACTERS = 160
"""One GSM-7 message (3GPP TS 23.040); a second part would cost the state twice."""


_PLAINER = {
    **str.maketrans("[]{}\u2018\u2019\u201c\u201d\u2013\u2014", "()()''\"\"--"),
    **str.maketrans("", "", "^\\~|\u20ac`"),
}
"""GSM-7 has no curly quotes and no long dashes; brackets, braces and the like take two septets there."""


@cache
def wording() -> dict[str, dict[str, str]]:
    """Return the texts by occasion and channel."""
    loaded: dict[str, dict[str, str]] = yaml.safe_load(files(__package__).joinpath("wording.yaml").read_text("utf-8"))
    return loaded


def reply_to(complaint: Complaint, disposition: Disposition) -> Reply:
    """Return what the citizen hears about a disposition: where it went, or the one question that is still open.

    Args:
        complaint: the citizen's.
        disposition: the router's answer to it.
    """
    kind, occasion = _occasion(complaint, disposition)
    return Reply(
        id=ids.reply_id(disposition.id, kind.value),
        complaint_id=complaint.id,
        tracking_code=complaint.tracking_code,
        channel=complaint.channel,
        reply_address=complaint.reply_address,
        kind=kind,
        text=_text(
            occasion, complaint.channel, code=tracking.spaced(complaint.tracking_code), owner=disposition.owner.name
        ),
        created_at=disposition.decided_at,
    )


def _occasion(complaint: Complaint, disposition: Disposition) -> tuple[ReplyKind, str]:
    if disposition.hop:
        return ReplyKind.moved, "moved"
    for part in ("subject", "place"):  # the subject first: without it the place is of no use
        if part in complaint.missing and disposition.triage:
            return ReplyKind.question, f"question_{part}"
    return ReplyKind.received, "received"


def _plain(name: str) -> str:
    """Return a name in characters that take one septet each of GSM-7; one character beyond them would double the message's cost."""
    letters = unicodedata.normalize("NFKD", name.translate(_PLAINER))
    return letters.encode("ascii", "ignore").decode().strip()


def _text(occasion: str, channel: str, *, code: str, owner: str) -> str:
    texts = wording()[occasion]
    template = texts.get(channel, texts["default"])
    if channel == "sms":
        owner = _plain(owner)
        room = SMS_CHARACTERS - len(template.format(code=code, owner=""))
        owner = owner if len(owner) <= room else owner[: room - 3].rstrip() + "..."
    return template.format(code=code, owner=owner)
