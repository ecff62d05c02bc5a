"""What many unit tests share: the packaged rules and tables, and a view with its client."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from normalizer.complaint import Normaliser
from normalizer.reader import Reader
from router.agencies.registry import Registry
from router.routing import Router
from tests.harness.view import KEY, ServedView
from view.client import ViewClient


@pytest.fixture(scope="session")
def router() -> Router:
    """The packaged rules and registry."""
    return Router.load()


@pytest.fixture(scope="session")
def normaliser() -> Normaliser:
    """The packaged tables, compiled once."""
    return Normaliser.load()


@pytest.fixture(scope="session")
def registry() -> Registry:
    """The packaged registry."""
    return Registry.load()


@pytest.fixture(scope="session")
def reader() -> Reader:
    """The packaged reader, which notes all groups of words."""
    return Reader.load()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedView]:
    """A view that has caught up."""
    with closing(ServedView(tmp_path / "view")) as made:
        yield made


@pytest.fixture
def client(served: ServedView) -> Iterator[ViewClient]:
    """A client of it."""
    with closing(ViewClient([served.url + "/"], key=KEY)) as made:
        yield made
