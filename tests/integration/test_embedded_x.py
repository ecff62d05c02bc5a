"""The stand-in for X answers as X's documentation says, so that what works with it works with X."""

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import requests
import tweepy
from hypothesis import given
from hypothesis import strategies as st

from embedded.x.posts import next_id, shown_text, weight
from tests.harness.support import wait_until
from tests.harness.x import TOKEN, X


class ToStandIn(requests.Session):
    """tweepy writes X's host into each request; this leaves the path and changes the host."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base

    def request(self, method: str, url: str, *args: Any, **named: Any) -> requests.Response:  # type: ignore[override]
        """Send the request to the stand-in."""
        return super().request(method, self.base + urlsplit(url).path, *args, **named)


class StandIn(X):
    """The stand-in as tweepy and programs ask it."""

    def __init__(self, folder: Path, *options: str) -> None:
        super().__init__(folder, "--keep-alive-s", "0.2", *options)
        self.api = httpx.Client(base_url=self.base, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30)
        self.account = self.http.get("/status").json()["account"]["id"]

    def tweepy(self, token: str = TOKEN, **options: Any) -> tweepy.Client:
        """Return tweepy pointed here."""
        client = tweepy.Client(token, **options)
        client.session = ToStandIn(self.base)
        return client

    def say(self, text: str, author: str = "warga", **more: Any) -> str:
        """Have a citizen post; return the id."""
        return str(self.ask("/tweets", author=author, text=text, **more)["id"])

    def mentions(self, **query: Any) -> dict[str, Any]:
        """Ask for our mentions and return the answer."""
        answer: dict[str, Any] = self.api.get(f"/2/users/{self.account}/mentions", params=query).json()
        return answer

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it by a signal."""
        self.api.close()
        super().stop(number)


@pytest.fixture
def x(tmp_path: Path) -> Iterator[StandIn]:
    """A running stand-in."""
    started = StandIn(tmp_path / "x")
    yield started
    if started.process.poll() is None:
        started.stop()


def test_tweepy_reads_everything_of_a_mention(x: StandIn) -> None:
    """Author, time, tags, picture, place and the post replied to come as tweepy's own objects."""
    parent = x.say("Lampu mati", author="tetangga")
    media = [{"url": "https://pbs.twimg.com/media/jalan.jpg", "alt_text": "lubang"}]
    place = "Kota Tangerang, Banten"
    text = "@lapor1708 jalan rusak #lapor https://contoh.id/a"
    id_ = x.say(text, in_reply_to=int(parent), media=media, place=place)
    response = x.tweepy().get_users_mentions(
        x.account,
        tweet_fields=["created_at", "entities", "conversation_id", "referenced_tweets", "in_reply_to_user_id", "geo"],
        expansions=["author_id", "attachments.media_keys", "geo.place_id", "referenced_tweets.id"],
        user_fields=["created_at", "protected"],
        media_fields=["url", "alt_text"],
        place_fields=["country_code"],
    )
    (tweet,) = response.data
    assert (str(tweet.id), tweet.text, str(tweet.conversation_id)) == (id_, text, parent)
    assert abs(tweet.created_at.timestamp() - time.time()) < 60
    assert [tag["tag"] for tag in tweet.entities["hashtags"]] == ["lapor"]
    assert tweet.entities["mentions"][0]["id"] == x.account
    assert (tweet.referenced_tweets[0].type, str(tweet.referenced_tweets[0].id)) == ("replied_to", parent)
    users = {user.id: user.username for user in response.includes["users"]}
    assert users[tweet.author_id] == "warga"
    assert response.includes["media"][0].url == media[0]["url"]
    assert response.includes["media"][0].media_key in tweet.attachments["media_keys"]
    assert response.includes["places"][0].full_name == place
    assert str(response.includes["tweets"][0].id) == parent
    assert response.meta == {"result_count": 1, "newest_id": id_, "oldest_id": id_}


def test_only_the_fields_asked_for_come(x: StandIn) -> None:
    """Without tweet.fields a post has its id, text and history only; a field X has not is a 400 that names it."""
    id_ = x.say("@lapor1708 a")
    assert x.mentions()["data"] == [{"id": id_, "text": "@lapor1708 a", "edit_history_tweet_ids": [id_]}]
    wrong = x.mentions(**{"tweet.fields": "colour"})
    assert wrong["errors"][0]["parameters"] == {"tweet.fields": ["colour"]}
    assert wrong["type"].endswith("invalid-request")


def test_a_wrong_parameter_is_400(x: StandIn) -> None:
    """Values outside of what is documented are refused, never rounded."""
    wrong: list[dict[str, Any]] = [{"max_results": 4}, {"max_results": 101}, {"since_id": "a"}]
    for query in [*wrong, {"pagination_token": "z"}]:
        with pytest.raises(tweepy.BadRequest):
            x.tweepy().get_users_mentions(x.account, **query)


def test_pages_cover_every_mention_once(x: StandIn) -> None:
    """Newest first, page after page, nothing twice; since_id and until_id leave out their own post."""
    ids = [x.say(f"@lapor1708 nomor {n}") for n in range(23)]
    assert ids == sorted(ids, key=int)
    pages = list(tweepy.Paginator(x.tweepy().get_users_mentions, x.account, max_results=10))
    assert [str(tweet.id) for page in pages for tweet in page.data] == ids[::-1]
    assert [page.meta["result_count"] for page in pages] == [10, 10, 3]
    inside = x.mentions(since_id=ids[3], until_id=ids[7], max_results=5)
    assert [post["id"] for post in inside["data"]] == [ids[6], ids[5], ids[4]]
    assert x.mentions(since_id=ids[-1]) == {"meta": {"result_count": 0}}


def test_only_those_who_mention_us(x: StandIn) -> None:
    """A post to others is none of ours; a reply to our post is, without our name in it; case does not matter."""
    x.say("@lapor1709 salah alamat")
    ours = x.tweepy().create_tweet(text="Terima kasih", user_auth=False).data["id"]
    reply = x.say("masih rusak", in_reply_to=int(ours))
    loud = x.say("@LAPOR1708 HALO")
    assert [post["id"] for post in x.mentions()["data"]] == [loud, reply]


def test_a_long_post_shows_its_whole_only_in_note_tweet(x: StandIn) -> None:
    """Above 280 weighted characters `text` is cut, as at X: who wants the complaint asks for note_tweet."""
    text = "@lapor1708 " + "jalan rusak parah " * 30
    x.say(text)
    (post,) = x.mentions(**{"tweet.fields": "note_tweet"})["data"]
    assert post["note_tweet"]["text"] == text
    assert post["text"].endswith("…")
    assert weight(post["text"]) <= 280


def test_a_reply_is_posted_once(x: StandIn) -> None:
    """Our reply is kept with what it answers; the same text again is 403, as is a reply to a deleted post."""
    question = x.say("@lapor1708 kapan?")
    client = x.tweepy(consumer_key="k", consumer_secret="s", access_token="a", access_token_secret="b")
    answer = client.create_tweet(text="Kode Anda LPR-1", in_reply_to_tweet_id=question)
    (post,) = x.http.get("/posts").json()["posts"]
    assert (post["id"], post["text"], post["in_reply_to"]) == (answer.data["id"], "Kode Anda LPR-1", question)
    assert x.http.get("/posts", params={"since": post["id"]}).json() == {"posts": []}
    with pytest.raises(tweepy.Forbidden, match="duplicate content"):
        client.create_tweet(text="Kode Anda LPR-1", in_reply_to_tweet_id=question)
    with pytest.raises(tweepy.Forbidden, match="too long"):
        client.create_tweet(text="x" * 281)
    x.http.delete(f"/tweets/{question}")
    with pytest.raises(tweepy.Forbidden, match="deleted or not visible"):
        client.create_tweet(text="Kode Anda LPR-2", in_reply_to_tweet_id=question)


def test_direct_messages_are_events_newest_first(x: StandIn) -> None:
    """Ours and the citizens', with the fields that are asked for, page by page; a group has an id of its own."""
    client = x.tweepy(consumer_key="k", consumer_secret="s", access_token="a", access_token_secret="b")
    user = x.http.post("/users", json={"username": "warga"}).json()["id"]
    sent = client.create_direct_message(participant_id=user, text="Di mana?")
    got = [
        x.http.post("/messages", json={"author": "@warga", "text": text, **more}).json()["id"]
        for text, more in (("di Semarang", {"media": ["3_1"]}), ("halo semua", {"group": True}))
    ]
    fields = "sender_id,dm_conversation_id,created_at,attachments"
    first = client.get_direct_message_events(max_results=2, dm_event_fields=fields, event_types="MessageCreate")
    assert [str(event.id) for event in first.data] == got[::-1]
    group, own = first.data
    between = f"{min(int(user), int(x.account))}-{max(int(user), int(x.account))}"
    assert (own.text, str(own.sender_id), own.dm_conversation_id) == ("di Semarang", user, between)
    assert own.attachments == {"media_keys": ["3_1"]}
    assert "-" not in group.dm_conversation_id
    rest = client.get_direct_message_events(max_results=2, pagination_token=first.meta["next_token"])
    assert [(str(event.id), event.text, event.sender_id) for event in rest.data] == [
        (sent.data["dm_event_id"], "Di mana?", None)
    ]
    assert rest.meta == {"result_count": 1}
    assert client.get_direct_message_events(event_types="ParticipantsJoin").meta == {"result_count": 0}


def test_direct_messages_are_for_our_account_alone(x: StandIn) -> None:
    """An app for itself is refused, and so is what X does not document: there is no lower end by id."""
    with pytest.raises(tweepy.Forbidden, match="Application-Only"):
        x.tweepy().get_direct_message_events(user_auth=False)
    oauth = {"Authorization": 'OAuth oauth_consumer_key="k", oauth_signature="s"'}
    for wrong in ({"since_id": "1"}, {"max_results": "101"}, {"event_types": "x"}, {"dm_event.fields": "x"}):
        assert x.api.get("/2/dm_events", params=wrong, headers=oauth).status_code == 400
    assert x.api.get("/2/dm_events", headers=oauth).json() == {"meta": {"result_count": 0}}


def test_the_same_post_twice_is_one(x: StandIn) -> None:
    """Feeding twice makes nothing twice: the second answer has the first one's id."""
    id_ = x.say("@lapor1708 banjir")
    again = x.http.post("/tweets", json={"author": "Warga", "text": "@lapor1708 banjir"})
    assert (again.status_code, again.json()) == (200, {"id": id_, "duplicate": True})


def test_what_is_hidden_is_not_shown(x: StandIn) -> None:
    """Deleted posts and those of protected accounts are in no timeline; what is asked of an account that is none says so."""
    gone, _ = (x.say(f"@lapor1708 {name}", author=name) for name in ("gone", "locked"))
    x.http.delete(f"/tweets/{gone}")
    x.http.post("/users", json={"username": "locked", "protected": True})
    assert x.mentions() == {"meta": {"result_count": 0}}
    assert x.tweepy().get_user(username="nobody").errors[0]["title"] == "Not Found Error"


def test_who_we_are(x: StandIn) -> None:
    """Our account is found by its token and by name in any case, as the same one."""
    client = x.tweepy()
    found = [client.get_me(user_auth=False), client.get_user(username="LAPOR1708")]
    assert {(str(one.data.id), one.data.username) for one in found} == {(x.account, "lapor1708")}


def test_without_credentials_it_is_401(x: StandIn) -> None:
    """No or half credentials are answered with X's problem document."""
    for header in ("", "Bearer", "Basic eDp5", 'OAuth realm="x"'):
        answer = httpx.get(f"{x.base}/2/users/me", headers={"Authorization": header})
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
        assert answer.json() == {
            "title": "Unauthorized",
            "type": "about:blank",
            "status": 401,
            "detail": "Unauthorized",
        }


def test_the_rate_limit_tells_when_to_come_back(x: StandIn) -> None:
    """The headers count down; at zero it is 429 with the moment of the reset, after which it goes on."""
    x.http.post("/limits", json={"limit": 2, "window_s": 5})
    left = [x.api.get("/2/users/me").headers["x-rate-limit-remaining"] for _ in range(2)]
    assert left == ["1", "0"]
    with pytest.raises(tweepy.TooManyRequests) as caught:
        x.tweepy().get_me(user_auth=False)
    assert 0 < caught.value.reset_time - time.time() < 7
    assert x.tweepy().get_user(username="lapor1708").data is not None
    wait_until(lambda: x.api.get("/2/users/me").status_code == 200, what="the end of the window")


def test_failures_come_as_asked(x: StandIn) -> None:
    """So many of the next requests fail with the status, only on the path that was named."""
    x.http.post("/fail", json={"status": 503, "count": 2, "path": "/mentions"})
    x.http.post("/fail", json={"status": 429, "reset_s": 60, "path": "/mentions"})
    assert x.api.get("/2/users/me").status_code == 200
    for _ in range(2):
        with pytest.raises(tweepy.TwitterServerError):
            x.tweepy().get_users_mentions(x.account)
    with pytest.raises(tweepy.TooManyRequests) as caught:
        x.tweepy().get_users_mentions(x.account)
    assert 55 < caught.value.reset_time - time.time() < 65
    assert x.tweepy().get_users_mentions(x.account).meta == {"result_count": 0}


def test_recent_search_finds_by_operators(x: StandIn) -> None:
    """Names, from: and conversation_id: are understood; what is not is a 400, not an empty answer."""
    road = x.say("@lapor1708 jalan rusak #lapor", author="ani")
    water = x.say("air mati #pdam @lapor1708", author="budi")
    client = x.tweepy()
    for query, found in (
        ("@lapor1708", [water, road]),
        ("@lapor1708 from:ani", [road]),
        (f"conversation_id:{water} from:budi", [water]),
        (f"conversation_id:{water} from:ani", []),
    ):
        response = client.search_recent_tweets(query, max_results=10)
        assert [str(tweet.id) for tweet in response.data or []] == found, query
    for query in ("near:me", "jalan"):
        with pytest.raises(tweepy.BadRequest):
            client.search_recent_tweets(query)


def test_the_filtered_stream_sends_what_matches(x: StandIn) -> None:
    """Matching posts come as lines with their rule, empty lines keep it alive, and a second listener is refused."""
    rules = x.api.post("/2/tweets/search/stream/rules", json={"add": [{"value": "@lapor1708", "tag": "kita"}]})
    assert rules.json()["meta"]["summary"]["created"] == 1
    lines: list[str] = []
    with x.api.stream("GET", "/2/tweets/search/stream", params={"expansions": "author_id"}) as stream:
        thread = threading.Timer(0.5, lambda: [x.say("bukan untuk kami"), x.say("@lapor1708 halo")])
        thread.start()
        coming = stream.iter_lines()
        while not lines or not lines[-1]:
            lines.append(next(coming))
        assert httpx.get(f"{x.base}/2/tweets/search/stream", headers=dict(x.api.headers)).status_code == 429
        thread.join()
    assert '"kita"' in lines[-1]
    assert '"@lapor1708 halo"' in lines[-1]
    assert len(lines) > 2


def test_a_kill_forgets_nothing(x: StandIn, tmp_path: Path) -> None:
    """After kill -9 every post that was answered is there under its id, and newer ids are greater."""
    ids = [x.say(f"@lapor1708 sebelum {n}") for n in range(5)]
    x.stop(signal.SIGKILL)
    again = StandIn(tmp_path / "x")
    assert again.account == x.account
    assert [post["id"] for post in again.mentions()["data"]] == ids[::-1]
    assert int(again.say("@lapor1708 sesudah")) > int(ids[-1])
    again.stop()
    assert again.process.poll() == 0


def test_another_token_than_the_one_that_is_set_is_401(x: StandIn) -> None:
    """With a token set any other is refused."""
    with pytest.raises(tweepy.Unauthorized):
        x.tweepy("another").get_me(user_auth=False)


def test_wrong_control_requests_are_told(x: StandIn) -> None:
    """A mistake in a test's request is a 400 with words."""
    for path, wrong in (("tweets", {"author": "a"}), ("tweets", {"author": "a", "text": "b", "x": 1}), ("fail", {})):
        answer = x.http.post(f"/{path}", json=wrong)
        assert (answer.status_code, "error" in answer.json()) == (400, True)


@given(st.integers(0, 1 << 60), st.integers(1_600_000_000_000, 1_900_000_000_000))
def test_ids_only_grow(last: int, now_ms: int) -> None:
    """An id is greater than all before it, whatever the clock does."""
    assert next_id(last, now_ms) > last


@given(st.text(max_size=400).map(lambda text: text * 3))
def test_a_shown_text_is_never_too_long(text: str) -> None:
    """What `text` shows weighs 280 at most and is the beginning of the post."""
    shown = shown_text(text)
    assert weight(shown) <= 280
    assert text.startswith(shown.removesuffix("…"))
