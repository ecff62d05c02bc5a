"""Properties of the wish to be hidden: the quick look that comes first overlooks none."""

from string import ascii_lowercase

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from complaints.message import InboundMessage
from conversation import secrecy
from tests.harness.support import NOON

WISHES = (secrecy._ASKS_NAMELESS, secrecy._ASKS_SECRET, secrecy._BEGINS_SECRET)  # texts are made from them


@settings(max_examples=400)
@given(st.one_of([st.from_regex(wish, alphabet=ascii_lowercase + " ") for wish in WISHES]))
def test_each_wish_to_hide_is_seen_by_the_quick_look(text: str) -> None:
    """The words of `hints_to_hide` are parts of all wishes."""
    assume(secrecy.asks_to_be_nameless(text) or secrecy.asks_to_be_secret(text))
    message = InboundMessage(
        channel="sms", upstream_id="1", received_at=NOON, sender="628", text=text, body=b"", coding="utf-8"
    )
    assert secrecy.hidden(message).anonymous
