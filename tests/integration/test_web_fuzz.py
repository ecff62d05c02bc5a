"""Everything that the API's document allows, and what it forbids, is asked of the real door: no answer is a fault of ours."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from channels.web.api.openapi import document
from complaints.crypto import Keyring
from tests.harness.web import House

schema = schemathesis.openapi.from_dict(document(needs_key=False))

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One running door for all, which knows a case."""
    house = House(Keyring.from_secret(b"a secret of the tests, 32 bytes long"), tmp_path_factory.mktemp("web"))
    yield house
    house.close()


@schema.parametrize()
@settings(max_examples=40)
def test_each_answer_is_one_that_the_document_names(case: "schemathesis.Case[Any]", door: House) -> None:
    """Status, media type and shape; never a 500."""
    answer = case.call(base_url=str(door.http.base_url))
    case.validate_response(answer, checks=CHECKS)
