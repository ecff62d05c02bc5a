"""The state of a page of supporters: at most 500 tracking codes, and on page 0 how many cases went to further pages. Pure."""

from typing import Final

from msgspec import Struct, json
from msgspec.structs import replace

PAGE: Final = 500
"""Maximum number of supporters of a page: all of them get an echo in one transaction."""


class Page(Struct, frozen=True):
    """One page. Page 0 is also the directory of the others.

    Attributes:
        supporters: their tracking codes, in the order in which they joined.
        passed: how many cases page 0 has sent to further pages, which fill up one after the other.
    """

    supporters: tuple[str, ...] = ()
    passed: int = 0

    @property
    def further(self) -> range:
        """The numbers of the further pages."""
        return range(1, 1 + (self.passed + PAGE - 1) // PAGE)


EMPTY: Final = Page()


def unpack(state: bytes) -> Page:
    """Return the page in a state."""
    return json.decode(state, type=Page)


def pack(page: Page) -> bytes:
    """Return the state of a page; empty if the page holds nothing."""
    return b"" if page == EMPTY else json.encode(page)


def joined(page: Page, code: str) -> tuple[Page, range]:
    """Return the page with one more supporter, and the further page that takes it if this one is full, as a range of at most one."""
    if code in page.supporters:
        return page, range(0)
    if len(page.supporters) < PAGE:
        return replace(page, supporters=(*page.supporters, code)), range(0)
    page = replace(page, passed=page.passed + 1)
    return page, page.further[-1:]


def left(page: Page, code: str) -> tuple[Page, range]:
    """Return the page without a supporter, and the further pages on which it may be if it is not on this one."""
    if code not in page.supporters:
        return page, page.further
    return replace(page, supporters=tuple([one for one in page.supporters if one != code])), range(0)
