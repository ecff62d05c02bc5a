"""Futures that are done already."""

from concurrent.futures import Future
from typing import Any


def failed(error: Exception) -> "Future[Any]":
    """Return a future that has failed with the error."""
    known: Future[Any] = Future()
    known.set_exception(error)
    return known
