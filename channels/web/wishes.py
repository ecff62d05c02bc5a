"""The wishes: what a citizen can do with his case on its page and by the API, besides adding to it, and in which states. Pure."""

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from channels.web.messages import inbound, to_case
from channels.web.parse import FieldError, Submission
from complaints.case import ENDED, LIVING, CaseState, CaseStatus
from complaints.message import InboundMessage
from complaints.telling import PUBLIC

MOST_WORDS: Final = 1_000
"""The maximum number of characters of the words to a wish, which the case keeps as a reason."""

Words = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=MOST_WORDS), Field(description="Keterangan, boleh kosong")
]


class Wording(BaseModel):
    """A wish that everybody who has the code may send, with optional words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Words = ""


class KeyedWording(Wording):
    """A wish that only the sender of the report may send, with its receipt key."""

    receipt_key: Annotated[
        str,
        StringConstraints(max_length=40),
        Field(description="Kunci tanda terima laporan ini; pada formulir di peramban yang mengirimnya boleh kosong"),
    ] = ""


class RatingWish(KeyedWording):
    """A rating of a closed case."""

    stars: Annotated[int, Field(strict=True, ge=1, le=5, description="1 (buruk) sampai 5 (baik)")]


Hidden = Annotated[
    Literal["anonymous", "secret"],
    Field(
        description="anonymous: tandai bagi instansi bahwa pengirim tidak mau dikenali; secret: sembunyikan laporan dari publik"
    ),
]


class HidingWish(Wording):
    """A request to hide the sender or the report from now on."""

    hide: Hidden


class ShowingWish(KeyedWording):
    """A request to show the sender or the report again."""

    show: Hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One thing that a citizen can do with his case.

    Attributes:
        path: the last segment of the address of its page.
        api: the last segment of its address in the API.
        model: the model of its content.
        states: the states of a case in which it is possible.
        personal: whether it needs the receipt key, which only the sender of the report has, and not the code alone.
        title: the title of its form.
        hint: what it leads to.
        words: the label of the field for words.
        button: the label of the button.
        link: the words of the link to it on the page of the case; empty if its form is always on that page.
    """

    path: str
    api: str
    model: type[Wording]
    states: frozenset[CaseState]
    personal: bool
    title: str
    hint: str
    words: str
    button: str
    link: str = ""


NOT_DONE: Final = Wish(
    path="belum-selesai",
    api="reopening",
    model=Wording,
    states=ENDED | {"answered", "merged"},
    personal=False,
    title="Belum selesai?",
    hint="Laporan dibuka kembali dan ditangani lagi. Tenggatnya tetap.",
    words="Apa yang belum selesai?",
    button="Buka kembali laporan",
)
RATE: Final = Wish(
    path="nilai",
    api="rating",
    model=RatingWish,
    states=frozenset(("closed",)),
    personal=True,
    title="Nilai penanganannya",
    hint="Dari 1 (buruk) sampai 5 (baik).",
    words="Alasan nilai Anda",
    button="Kirim nilai",
    link="Ubah nilai",
)
WITHDRAW: Final = Wish(
    path="cabut",
    api="withdrawal",
    model=KeyedWording,
    states=LIVING,
    personal=True,
    title="Cabut laporan ini?",
    hint="Instansi berhenti menanganinya. Laporan tetap tersimpan, dan dibuka kembali jika Anda melengkapinya.",
    words="Mengapa Anda mencabutnya?",
    button="Ya, cabut laporan",
    link="Cabut laporan",
)
HIDE: Final = Wish(
    path="rahasiakan",
    api="hiding",
    model=HidingWish,
    states=LIVING | ENDED,
    personal=False,
    title="Anonim atau rahasia",
    hint="Berlaku mulai sekarang. Pengirim laporan dapat menampilkannya lagi dengan kunci tanda terima.",
    words="Keterangan",
    button="Sembunyikan",
    link="Minta anonim atau rahasia",
)
SHOW: Final = Wish(
    path="tampilkan",
    api="showing",
    model=ShowingWish,
    states=LIVING | ENDED,
    personal=True,
    title="Tampilkan lagi",
    hint="Tanda anonim dihapus, atau laporan diperlihatkan lagi kepada publik.",
    words="Keterangan",
    button="Tampilkan lagi",
    link="Tampilkan lagi yang dirahasiakan",
)

WISHES: Final = {wish.path: wish for wish in (NOT_DONE, RATE, WITHDRAW, HIDE, SHOW)}
"""The wishes by path."""


def is_possible(wish: Wish, case: CaseStatus) -> bool:
    """Return whether a wish is possible for a case now on its page, with the code or, if it is personal, with the receipt key."""
    if wish in {HIDE, SHOW} and not offered(wish, case):
        return False
    return case.state in wish.states and not _is_elsewhere(wish, case)


def _is_elsewhere(wish: Wish, case: CaseStatus) -> bool:
    """Return whether the citizen must send a wish by the channel of his report: a personal one, or hiding if that channel is public."""
    return not case.by_code and (wish.personal or (wish is HIDE and case.channel in PUBLIC))


def offered(wish: Wish, case: CaseStatus) -> tuple[str, ...]:
    """Return the names of what a case can hide ("anonymous", "secret"), or can show again if the wish is SHOW."""
    hidden = {"anonymous": case.anonymous, "secret": case.secret}
    return tuple(name for name, is_so in hidden.items() if is_so is (wish is SHOW))


def link_to(wish: Wish, case: CaseStatus) -> str:
    """Return the words of the link to the form of a wish; that of hiding names what can still be hidden."""
    return _STILL.get(offered(wish, case), wish.link) if wish is HIDE else wish.link


_STILL: Final[dict[tuple[str, ...], str]] = {("anonymous",): "Minta anonim", ("secret",): "Rahasiakan laporan"}
"""The words of the link to hide if only one thing is not hidden yet."""


def act_of(wish: Wish, said: Wording, state: CaseState) -> str:
    """Return the act of the message (see complaints.message.InboundMessage.act).

    Args:
        wish: the wish.
        said: its content.
        state: the state of the case: NOT_DONE reopens a case that has ended, and disputes one that has not.
    """
    if isinstance(said, RatingWish):
        return f"rate:{said.stars}"
    if isinstance(said, HidingWish):
        return f"hide:{said.hide}"
    if isinstance(said, ShowingWish):
        return f"show:{said.show}"
    if wish is WITHDRAW:
        return "withdraw"
    return "reopen" if state in ENDED else "disagree"


def message(said: Wording, act: str, *, about: str, upstream_id: str) -> InboundMessage:
    """Return the message that brings a wish to the case.

    Args:
        said: the content of the wish.
        act: the act that `act_of` returned.
        about: the tracking code of the case.
        upstream_id: the name of this sending (see channels.web.messages.name_of).
    """
    return to_case(inbound(Submission.model_construct(text=said.text), upstream_id=upstream_id), about, act)


IMPOSSIBLE: Final = FieldError("form", "Ini tidak dapat dilakukan sekarang: keadaan laporan sudah berubah.")
"""The error for a wish that the state of the case does not allow."""

ELSEWHERE: Final = FieldError(
    "form",
    "Laporan ini dikirim lewat kanal lain, jadi hanya dari sana hal ini dapat diminta: balas pesan kami dengan CABUT"
    " atau RAHASIA dan kode laporan, atau dengan nilai 1 sampai 5 setelah laporan selesai.",
)
"""The error for a wish that the citizen must send by the channel of his report."""


def why_not(wish: Wish, case: CaseStatus) -> FieldError:
    """Return the error for a wish that is not possible."""
    return ELSEWHERE if _is_elsewhere(wish, case) else IMPOSSIBLE
