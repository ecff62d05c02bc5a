"""Reads from a request's parameters which posts it wants, and returns one page of posts with tokens for the next ones. Pure."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams

from embedded.x.posts import Post, id_at
from embedded.x.problems import Problem, invalid
from embedded.x.store import Range

_OLDER, _NEWER = "o", "n"  # direction of a page token
_HIGHEST = 1 << 62  # above every id


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The rules of one endpoint for paging: how many results a page may have, and which parameter holds the page token.

    Attributes:
        least: minimum of max_results.
        most: maximum of max_results.
        token: name of the parameter that holds the page token.
        usual: default of max_results.
    """

    least: int
    most: int
    token: str
    usual: int = 10


def number(query: QueryParams, name: str, default: int) -> int:
    """Return the value of a query parameter that must be a whole number, or the default if it is absent.

    Raises:
        Problem: the value is not a number from 0 to 2**62 - 1 (status 400).
    """
    value = query.get(name)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and int(value) < _HIGHEST):
        raise invalid(name, value, f"The `{name}` query parameter value [{value}] is not valid")
    return int(value)


def read_range(query: QueryParams, bounds: Bounds) -> Range:
    """Return the range of posts that a request wants, made from its limits by id, by time and by page token.

    The range's own `limit` is the size of a page, from `max_results`.
    `since_id` takes precedence over `start_time`, and `until_id` over `end_time`. A page token narrows the range further.

    Raises:
        Problem: a parameter is not valid (status 400).
    """
    limit = number(query, "max_results", bounds.usual)
    if not bounds.least <= limit <= bounds.most:
        between = f"is not between {bounds.least} and {bounds.most}"
        raise invalid("max_results", str(limit), f"The `max_results` query parameter value [{limit}] {between}")
    after = number(query, "since_id", 0) or max(0, _moment(query, "start_time", 0) - 1)
    before = number(query, "until_id", 0) or _moment(query, "end_time", _HIGHEST)
    side, place = _read_token(query, bounds.token)
    if side == _OLDER:
        before = min(before, place)
    elif side == _NEWER:
        after = max(after, place)
    return Range(after=after, before=before, limit=limit, oldest=side == _NEWER)


def _moment(query: QueryParams, name: str, default: int) -> int:
    value = query.get(name)
    if value is None:
        return default
    try:
        return id_at(value)
    except ValueError as error:
        message = f"The `{name}` query parameter value [{value}] is not a valid RFC3339 timestamp"
        raise invalid(name, value, message) from error


def _read_token(query: QueryParams, name: str) -> tuple[str, int]:
    value = query.get(name)
    if value is None:
        return "", 0
    try:
        side, place = base64.b32decode(value.upper() + "=" * (-len(value) % 8)).decode("ascii").split("-")
        return side, int(place)
    except (binascii.Error, ValueError) as error:
        raise invalid(name, value, f"The `{name}` query parameter value [{value}] is not valid") from error


def _token(side: str, place: int) -> str:
    return base64.b32encode(f"{side}-{place}".encode()).decode().rstrip("=").lower()


def page(wanted: Range, fetch: Callable[[Range], Sequence[Post]], *, paged: bool) -> tuple[list[Post], dict[str, Any]]:
    """Return one page of posts, newest first, and the `meta` object of the answer.

    `meta` has the number of posts, the ids of the newest and the oldest one, and tokens for the next page (older posts) and
    the previous page (newer posts). A token for the direction in which the request pages is there only if the range has more
    posts. In the other direction, the next token is always there, and the previous one only if `paged` is true. For an
    empty page, `meta` has only the number of posts.

    Args:
        wanted: the range of posts and the size of the page. With `oldest`, the request pages to newer posts, otherwise to older.
        fetch: returns the posts of a range, newest first.
        paged: whether `meta` gets a token for the previous page although the request asked for older posts. True if the request
            had a page token and the endpoint offers previous pages.
    """
    one_more = Range(after=wanted.after, before=wanted.before, limit=wanted.limit + 1, oldest=wanted.oldest)
    found = list(fetch(one_more))
    more = len(found) > wanted.limit
    posts = found[-wanted.limit :] if wanted.oldest else found[: wanted.limit]
    meta: dict[str, Any] = {"result_count": len(posts)}
    if not posts:
        return posts, meta
    meta |= {"newest_id": str(posts[0].id), "oldest_id": str(posts[-1].id)}
    if more or wanted.oldest:
        meta["next_token"] = _token(_OLDER, posts[-1].id)
    if (paged and not wanted.oldest) or (more and wanted.oldest):
        meta["previous_token"] = _token(_NEWER, posts[0].id)
    return posts, meta


def check_ids(value: str, name: str) -> list[int]:
    """Return the ids in a comma-separated list as numbers, in its order.

    Args:
        value: the list.
        name: the parameter that it came in, for the error.

    Raises:
        Problem: an element is not a number from 0 to 2**62 - 1, or the list is empty (status 400).
    """
    ids = value.split(",")
    for id_ in ids:
        if not (id_.isascii() and id_.isdigit() and int(id_) < _HIGHEST):
            raise invalid(name, id_, f"The `{name}` query parameter value [{id_}] is not valid")
    return [int(id_) for id_ in ids]


def not_found() -> Problem:
    """Return the problem for a path that the API does not have (status 404)."""
    return Problem(404)
