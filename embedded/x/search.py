"""Matches posts against a search query or a stream rule: terms of which all must match. Pure."""

from collections.abc import Callable

from embedded.x.posts import Post
from embedded.x.problems import invalid

_LONGEST = 1024  # characters of a rule or query


def matcher(query: str, username: Callable[[int], str]) -> Callable[[Post], bool]:
    """Return a function that returns whether a post matches a search query or a stream rule.

    Args:
        query: terms, of which all must match: an @username that the post mentions, `from:` or `conversation_id:`.
        username: returns the username of the account with a given id.

    Raises:
        Problem: the query is empty, longer than 1024 characters, or has a term of another kind (status 400).
    """
    if not query.strip() or len(query) > _LONGEST:
        raise invalid("query", query, "The `query` is empty or too long")
    tests = [_test(term.lower(), username) for term in query.split()]
    return lambda post: all(test(post) for test in tests)


def _test(term: str, username: Callable[[int], str]) -> Callable[[Post], bool]:
    operator, _, value = term.rpartition(":")
    if operator == "from":
        return lambda post: username(post.author_id).lower() == value.lstrip("@")
    if operator == "conversation_id":
        return lambda post: str(post.conversation_id) == value
    if term.startswith("@"):
        return lambda post: term[1:] in {name.lower() for name in post.mentions}
    raise invalid("query", term, f"This stand-in does not support the term [{term}]")
