"""What a test looks for is there, in one word instead of a line that only a checker of types asks for."""

from typing import TypeVar

T = TypeVar("T")


def there(found: T | None) -> T:
    """Return what was found; fails if it is nothing."""
    assert found is not None
    return found
