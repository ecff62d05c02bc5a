"""The conversation of one citizen by SMS, for the demo, seen from the embedded SMSC."""

import time
from collections.abc import Callable

import httpx

from complaints import tracking
from complaints.errors import UnavailableError

HEARD_WITHIN_S = 20.0
"""Seconds to wait for a reply, which usually takes one second."""

CITIZEN = "6281200009876"
COMPLAINT = "lampu jalan mati sejak Lebaran, gelap sekali"
PLACE = "di Jalan Pemuda, Kota Semarang"
ANSWER = "Lampu sudah kami ganti pagi ini."


class Phone:
    """A citizen's phone."""

    def __init__(self, smsc: str, *, number: str, short_code: str, say: Callable[[str], None]) -> None:
        """Keep the settings.

        Args:
            smsc: base address of the embedded SMSC's control interface.
            number: the citizen's phone number.
            short_code: the short code of the service.
            say: called with each SMS: "> " and a text from the citizen, or "< " and a text to the citizen.
        """
        self._http = httpx.Client(base_url=smsc, timeout=HEARD_WITHIN_S, trust_env=False)
        self._number = number
        self._short_code = short_code
        self._say = say
        self._heard = 0

    def text(self, words: str) -> None:
        """Send an SMS.

        Raises:
            UnavailableError: the SMS channel did not accept it.
        """
        self._say(f"> {words}")
        body = {"source": self._number, "destination": self._short_code, "text": words}
        if self._http.post("/deliver", json=body).raise_for_status().json()["status"] != 0:
            raise UnavailableError("the SMS channel did not accept the citizen's SMS; see `lapor doctor`")

    def hear(self) -> str:
        """Wait for the next SMS and return it.

        Raises:
            UnavailableError: no SMS came within HEARD_WITHIN_S seconds.
        """
        deadline = time.monotonic() + HEARD_WITHIN_S
        while time.monotonic() < deadline:
            sent = self._http.get("/sent").raise_for_status().json()["sent"]
            ours: list[str] = [message["text"] for message in sent if message["destination"] == self._number]
            if len(ours) > self._heard:
                self._heard += 1
                self._say(f"< {ours[self._heard - 1]}")
                return ours[self._heard - 1]
            time.sleep(0.05)
        raise UnavailableError("the citizen got no SMS; see `lapor doctor`")


def converse(phone: Phone, *, owner_of: Callable[[str], str], answer: Callable[[str, str, str], None]) -> None:
    """Send an incomplete complaint, answer the question, ask for the status, and receive the agency's answer.

    Args:
        phone: the citizen's phone.
        owner_of: returns the owner's id for a tracking code, once the completed case is in the view.
        answer: answers the case for an agency. Its arguments are the tracking code, the agency's id and the text.

    Raises:
        UnavailableError: a message did not arrive.
    """
    phone.text(COMPLAINT)
    question = phone.hear()
    code = tracking.parse(question.partition("Kode ")[2][: len("ABCDE FGHJK M")])
    phone.text(PLACE)
    phone.hear()
    owner = owner_of(code)
    phone.text(f"STATUS {code}")
    phone.hear()
    answer(code, owner, ANSWER)
    phone.hear()
