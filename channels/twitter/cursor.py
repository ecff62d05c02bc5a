"""The cursor of mentions: which come next, and how many posts were read this month. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Our place among the mentions.

    X returns the newest page first. While older pages are still to be read, there is a gap below it: `until_id` is the upper end of the
    gap, and reading goes on after `newest_id` once the gap is closed.

    Attributes:
        since_id: all mentions up to this id are committed; empty before the first.
        until_id: the mentions from this id up to `newest_id` are committed, too; empty if there is no gap.
        newest_id: the newest mention that is committed; empty if there is no gap.
        month: the month of the count, such as "2026-11".
        read: the number of posts read in this month, which X bills.
    """

    since_id: str = ""
    until_id: str = ""
    newest_id: str = ""
    month: str = ""
    read: int = 0

    @classmethod
    def of(cls, cursor: Mapping[str, Any] | None) -> Self:
        """Return the place in a cursor. A missing or damaged field gets its initial value, so posts are read again."""
        found = cursor or {}
        ids = {name: found[name] for name in ("since_id", "until_id", "newest_id") if _is_id(found.get(name))}
        month, read = found.get("month"), found.get("read")
        if not isinstance(month, str) or not isinstance(read, int):
            month, read = "", 0
        if len(ids.keys() & {"until_id", "newest_id"}) == 1:
            ids = {name: ids[name] for name in ids if name == "since_id"}
        return cls(**ids, month=month, read=read)

    def cursor(self) -> Mapping[str, Any]:
        """Return the place as a cursor; empty ids are left out."""
        fields = {"since_id": self.since_id, "until_id": self.until_id, "newest_id": self.newest_id}
        return {name: value for name, value in fields.items() if value} | {"month": self.month, "read": self.read}

    def after(self, ids: list[int], *, older: bool) -> Self:
        """Return the place after a page.

        Args:
            ids: the ids of its posts; may be empty.
            older: whether X has older pages in the gap.
        """
        newest = self.newest_id or (str(max(ids)) if ids else "")
        if older and ids:
            return replace(self, until_id=str(min(ids)), newest_id=newest)
        return replace(self, since_id=newest or self.since_id, until_id="", newest_id="")

    def counted(self, posts: int, month: str) -> Self:
        """Return the place with more posts counted as read in a month."""
        return replace(self, month=month, read=posts + (self.read if month == self.month else 0))

    def share(self, monthly: int, month: str) -> float:
        """Return the used share of the monthly budget of posts: 1 if all of it is used."""
        return self.read / monthly if month == self.month else 0.0


def _is_id(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit()
