"""Reads from a request's parameters which posts it wants, and returns one page of posts with tokens for the next ones. Pure."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from starlette.datastructures import QueryParams

from embedded.x.posts import Post
from embedded.x.problems import invalid
from embedded.x.store import Range

NEXT = "next_token"  # the field of an answer with the token for the next page
_USUAL, _MOST = 10, 100  # of max_results
_HIGHEST = 1 << 62  # above every id


def _number(query: QueryParams, name: str, default: int) -> int:
    value = query.get(name)
    return default if value is None else read_id(value, name)


def read_range(query: QueryParams, *, least: int, token: str) -> Range:
    """Return the range of posts that a request wants, made from its limits by id and by page token.

    The range's own `limit` is the size of a page, from `max_results`. A page token narrows the range further.

    Args:
        query: the parameters of the request.
        least: the minimum of max_results.
        token: the parameter that holds the page token.

    Raises:
        Problem: a parameter is not valid (status 400).
    """
    limit = _number(query, "max_results", _USUAL)
    if not least <= limit <= _MOST:
        between = f"is not between {least} and {_MOST}"
        raise invalid("max_results", str(limit), f"The `max_results` query parameter value [{limit}] {between}")
    before = min(_number(query, "until_id", _HIGHEST), _read_token(query, token))
    return Range(after=_number(query, "since_id", 0), before=before, limit=limit)


def _read_token(query: QueryParams, name: str) -> int:
    """Return the id that a page token names: all posts of the page are older."""
    value = query.get(name)
    if value is None:
        return _HIGHEST
    try:
        return int(base64.b32decode(value.upper() + "=" * (-len(value) % 8)).decode("ascii"))
    except (binascii.Error, ValueError) as error:
        raise invalid(name, value, f"The `{name}` query parameter value [{value}] is not valid") from error


def page(wanted: Range, fetch: Callable[[Range], Sequence[Post]]) -> tuple[list[Post], dict[str, Any]]:
    """Return one page of posts, newest first, and the `meta` object of the answer.

    `meta` has the number of posts, the ids of the newest and the oldest one, and a token for the next page if the range has older posts.
    For an empty page, it has only the number of posts.
    """
    found = fetch(replace(wanted, limit=wanted.limit + 1))
    posts = list(found[: wanted.limit])
    meta: dict[str, Any] = {"result_count": len(posts)}
    if posts:
        meta |= {"newest_id": str(posts[0].id), "oldest_id": str(posts[-1].id)}
    if len(found) > wanted.limit:
        meta[NEXT] = base64.b32encode(str(posts[-1].id).encode()).decode().rstrip("=").lower()
    return posts, meta


def read_id(value: str, name: str) -> int:
    """Return the id in a parameter, whose name is for the error.

    Raises:
        Problem: it is not a number from 0 to 2**62 - 1 (status 400).
    """
    if not (value.isascii() and value.isdigit() and int(value) < _HIGHEST):
        raise invalid(name, value, f"The `{name}` query parameter value [{value}] is not valid")
    return int(value)
