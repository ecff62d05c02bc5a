"""Turns posts and accounts into X's JSON objects, with the fields and expansions that a request names.

An expansion adds objects that a post refers to, such as its author.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams

from embedded.x.posts import Post, User, entities, is_long, shown_text
from embedded.x.problems import invalid
from embedded.x.store import XStore, media_key, place_id

# All names in X's documentation are accepted. Those for which the stand-in has no data are left out of the answer.
_DOCUMENTED = {
    "tweet.fields": "article attachments author_id card_uri community_id context_annotations conversation_id created_at "
    "display_text_range edit_controls edit_history_tweet_ids entities geo id in_reply_to_user_id lang media_metadata "
    "non_public_metrics note_tweet organic_metrics possibly_sensitive promoted_metrics public_metrics referenced_tweets "
    "reply_settings scopes source suggested_source_links text withheld",
    "user.fields": "affiliation connection_status created_at description entities id is_identity_verified location "
    "most_recent_tweet_id name parody pinned_tweet_id profile_banner_url profile_image_url protected public_metrics "
    "receives_your_dm subscription subscription_type url username verified verified_followers_count verified_type "
    "withheld",
    "media.fields": "alt_text duration_ms height media_key non_public_metrics organic_metrics preview_image_url "
    "promoted_metrics public_metrics type url variants width",
    "place.fields": "contained_within country country_code full_name geo id name place_type",
    "poll.fields": "duration_minutes end_datetime id options voting_status",
    "expansions": "article.cover_media article.media_entities attachments.media_keys attachments.media_source_tweet "
    "attachments.poll_ids author_id edit_history_tweet_ids entities.mentions.username geo.place_id in_reply_to_user_id "
    "entities.note.mentions.username referenced_tweets.id referenced_tweets.id.attachments.media_keys "
    "referenced_tweets.id.author_id pinned_tweet_id",
}
_ALLOWED = {parameter: frozenset(names.split()) for parameter, names in _DOCUMENTED.items()}
# Fields that X always shows.
_ALWAYS = {
    "tweet.fields": {"id", "text", "edit_history_tweet_ids"},
    "user.fields": {"id", "name", "username"},
    "media.fields": {"media_key", "type"},
    "place.fields": {"id", "full_name"},
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The fields, and the expansions (kinds of referenced objects to include), that one request asks for.

    Attributes:
        names: the names that the request lists, by parameter (`tweet.fields`, `user.fields`, `expansions` and so on).
    """

    names: dict[str, frozenset[str]]

    def shown(self, parameter: str, known: dict[str, Any]) -> dict[str, Any]:
        """Return the fields to show of an object: those that were asked for or that X always shows, without None values.

        Args:
            parameter: the parameter that names fields of this kind of object, for instance `user.fields`.
            known: the values of all fields that the stand-in has, by name.
        """
        wanted = self.names[parameter] | _ALWAYS[parameter]
        return {name: value for name, value in known.items() if name in wanted and value is not None}

    def expands(self, *names: str) -> bool:
        """Return whether the request asks for at least one of the given expansions."""
        return bool(self.names["expansions"] & set(names))


def read_wanted(query: QueryParams) -> Wanted:
    """Read the fields and expansions of a request from its parameters.

    Raises:
        Problem: a name is not in X's documentation (status 400).
    """
    names = {}
    for parameter, allowed in _ALLOWED.items():
        given = [name for name in query.get(parameter, "").split(",") if name]
        for name in given:
            if name not in allowed:
                message = (
                    f"The `{parameter}` query parameter value [{name}] is not one of [{','.join(sorted(allowed))}]"
                )
                raise invalid(parameter, name, message)
        names[parameter] = frozenset(given)
    return Wanted(names)


def show_user(user: User, wanted: Wanted) -> dict[str, Any]:
    """Return an account as X shows it, with the fields that the request names and `id`, `name` and `username`."""
    known = {"id": str(user.id), "name": user.name, "username": user.username, "created_at": user.created_at}
    return wanted.shown("user.fields", known | {"protected": user.protected, "verified": False})


def show_post(post: Post, wanted: Wanted, store: XStore) -> dict[str, Any]:
    """Return a post as X shows it, with the fields that the request names and those that X always shows.

    Some expansions add the field that they refer to: `geo.place_id` adds `geo`. Fields without a value are absent.

    Args:
        post: the post.
        wanted: the fields and expansions that the request asks for.
        store: the store in which the post that this one answers and the ids of the mentioned accounts are looked up.
    """
    parents = store.posts([post.in_reply_to]) if post.in_reply_to else []
    id_text = str(post.id)
    known: dict[str, Any] = {"id": id_text, "text": shown_text(post.text), "edit_history_tweet_ids": [id_text]}
    known |= {"author_id": str(post.author_id), "created_at": post.created_at, "lang": post.lang}
    known |= {"conversation_id": str(post.conversation_id), "possibly_sensitive": False, "reply_settings": "everyone"}
    known["public_metrics"] = dict.fromkeys(("retweet_count", "reply_count", "like_count", "quote_count"), 0)
    ids = store.ids_of(post.mentions)
    known["entities"] = entities(shown_text(post.text), ids) or None
    if is_long(post.text):
        known["note_tweet"] = {"text": post.text} | ({"entities": found} if (found := entities(post.text, ids)) else {})
    if post.in_reply_to:
        known["referenced_tweets"] = [{"type": "replied_to", "id": str(post.in_reply_to)}]
        known["in_reply_to_user_id"] = str(parents[0].author_id) if parents else None
    if post.quotes:
        known.setdefault("referenced_tweets", []).append({"type": "quoted", "id": str(post.quotes)})
    if post.media:
        known["attachments"] = {"media_keys": [media_key(item) for item in post.media]}
    if post.place:
        known["geo"] = {"place_id": place_id(post.place)}
    implied = {"author_id": "author_id", "attachments.media_keys": "attachments", "geo.place_id": "geo"}
    implied |= {"referenced_tweets.id": "referenced_tweets", "in_reply_to_user_id": "in_reply_to_user_id"}
    brought = {field for expansion, field in implied.items() if wanted.expands(expansion)}
    shown = wanted.shown("tweet.fields", known)
    return shown | {name: known[name] for name in brought if known.get(name) is not None}


def show(posts: Sequence[Post], wanted: Wanted, store: XStore) -> dict[str, Any]:
    """Return the answer to a request for posts.

    `data` is the list of the posts as X shows them, and `includes` has the objects that the posts refer to and that an
    expansion asks for (users, tweets, media, places). Each is absent if it would be empty.
    """
    answer: dict[str, Any] = {}
    if posts:
        answer["data"] = [show_post(post, wanted, store) for post in posts]
    includes = _includes(posts, wanted, store)
    if includes:
        answer["includes"] = includes
    return answer


def _includes(posts: Sequence[Post], wanted: Wanted, store: XStore) -> dict[str, Any]:
    parents = store.posts(id_ for post in posts for id_ in (post.in_reply_to, post.quotes) if id_)
    parents = [post for post in parents if not post.deleted]
    user_ids: list[int] = []
    if wanted.expands("author_id"):
        user_ids += [post.author_id for post in posts]
    if wanted.expands("in_reply_to_user_id", "referenced_tweets.id.author_id"):
        user_ids += [post.author_id for post in parents]
    if wanted.expands("entities.mentions.username"):
        user_ids += [id_ for post in posts for id_ in store.ids_of(post.mentions).values()]
    includes: dict[str, Any] = {"users": [show_user(user, wanted) for user in store.users(user_ids)]}
    if wanted.expands("referenced_tweets.id", "referenced_tweets.id.author_id"):
        includes["tweets"] = [show_post(post, wanted, store) for post in parents]
    if wanted.expands("attachments.media_keys"):
        media = {media_key(item): item for post in posts for item in post.media}
        shown = [{**item, "media_key": key} for key, item in media.items()]
        includes["media"] = [wanted.shown("media.fields", item) for item in shown]
    if wanted.expands("geo.place_id"):
        places = {place_id(post.place): post.place for post in posts if post.place}
        includes["places"] = [wanted.shown("place.fields", {**place, "id": key}) for key, place in places.items()]
    return {name: values for name, values in includes.items() if values}
