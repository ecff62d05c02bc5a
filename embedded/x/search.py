"""Matches posts against a search query or a stream rule: the common operators, negation with a minus, and OR. Pure."""

import re
from collections.abc import Callable

from embedded.x.posts import Post, mentioned
from embedded.x.problems import invalid

_TERM = re.compile(r'(-?)("[^"]+"|\S+)')
_LONGEST = 1024  # characters of a rule or query


def matcher(query: str, username: Callable[[int], str]) -> Callable[[Post], bool]:
    """Return a function that returns whether a post matches a search query or a stream rule.

    Args:
        query: one or more alternatives, separated by OR in upper case. A post matches if all terms of one alternative match:
            `a b OR c` means (a and b) or c. A minus before a term negates it. A term is a word, a phrase in quotes, an
            @username, or an operator: `from:`, `to:`, `conversation_id:`, `lang:`, `is:reply`, or `has:` with mentions,
            hashtags, links or media.
        username: returns the username of the account with a given id.

    Raises:
        Problem: the query is empty, longer than 1024 characters, or has an opening parenthesis or an unknown operator
            (status 400).
    """
    if not query.strip() or len(query) > _LONGEST or "(" in query:
        raise invalid("query", query, "The `query` is empty, too long, or has a group, which is not supported")
    parts = [_TERM.findall(part) for part in re.split(r"\s+OR\s+", query)]
    alternatives = [[_test(minus, term, username) for minus, term in part] for part in parts]
    return lambda post: any(all(test(post) for test in tests) for tests in alternatives)


def _test(minus: str, term: str, username: Callable[[int], str]) -> Callable[[Post], bool]:
    positive = _positive(term.lower(), username)
    return (lambda post: not positive(post)) if minus else positive


def _positive(term: str, username: Callable[[int], str]) -> Callable[[Post], bool]:
    operator, colon, value = term.partition(":")
    if not colon or term[0] == '"':
        return _word(term)
    tests: dict[str, Callable[[Post], bool]] = {
        "from": lambda post: username(post.author_id).lower() == value.lstrip("@"),
        "to": lambda post: [name.lower() for name in mentioned(post.text)[:1]] == [value.lstrip("@")],
        "conversation_id": lambda post: str(post.conversation_id) == value,
        "lang": lambda post: post.lang == value,
        "is": lambda post: value == "reply" and post.in_reply_to is not None,
        "has": lambda post: _has(post, value),
    }
    if operator not in tests:
        raise invalid("query", term, f"This stand-in does not support the operator [{operator}]")
    return tests[operator]


def _has(post: Post, what: str) -> bool:
    marks = {"mentions": "@", "hashtags": "#", "links": "http"}
    return bool(post.media) if what == "media" else marks.get(what, "\0") in post.text


def _word(term: str) -> Callable[[Post], bool]:
    if term.startswith("@"):
        return lambda post: term[1:] in {name.lower() for name in post.mentions}
    text = re.escape(term.strip('"'))
    pattern = re.compile(rf"(?<!\w){text}(?!\w)", re.IGNORECASE)
    return lambda post: pattern.search(post.text) is not None
