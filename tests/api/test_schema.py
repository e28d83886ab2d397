"""The interface does what its description says, and nothing that fits the description brings it down.

https://spec.openapis.org/oas/v3.1.1.html
"""

from http import HTTPStatus
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi import checks

from orgatlas.graph.bundle import BUILT_IN

QUESTIONS = (
    "GET /queries/engagements-on-date.{form}",
    "GET /queries/units-inside.{form}",
    "GET /queries/find.{form}",
)
"""Of so many questions, all described in the same way, these are tried."""

OPERATIONS = (
    *QUESTIONS,
    "GET /sparql",
    "POST /sparql",
    "GET /graphs",
    "PUT /graphs",
    "POST /graphs",
    "DELETE /graphs",
    "GET /graphs/{path}",
    "PUT /graphs/{path}",
    "POST /graphs/{path}",
    "DELETE /graphs/{path}",
    "GET /queries/{file}",
    "GET /explain",
    "GET /suggest",
    "GET /id/{path}",
    "GET /data/{path}",
    "GET /data",
    "GET /healthz",
)


@pytest.fixture(scope="module")
def description(client: httpx.Client) -> BaseSchema:
    """The description that a running server gives of itself."""
    return schemathesis.openapi.from_dict(client.get("/openapi.json").json())


def test_every_operation_is_tried(description: BaseSchema) -> None:
    found = [each.ok().label for each in description.get_all_operations() if isinstance(each, Ok)]
    questions = [each for each in found if each.endswith(".{form}")]
    assert sorted(set(found) - set(questions) | set(QUESTIONS)) == sorted(OPERATIONS)
    assert set(questions) == {f"GET /queries/{file.stem}.{{form}}" for file in (BUILT_IN / "queries").glob("*.rq")}


CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
"""What is asked of every answer. No schema says what is SPARQL or RDF, so that what fits one may still be refused."""

NOTHING_TO_BREAK = {"GET /queries/{file}", "GET /id/{path}", "GET /data/{path}", "GET /healthz"}
"""Operations that any text suits, or none."""

TRIED = [
    (operation, mode)
    for operation in OPERATIONS
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    if mode is GenerationMode.POSITIVE or operation not in NOTHING_TO_BREAK
]


@pytest.mark.parametrize(("operation", "mode"), TRIED, ids=[f"{operation}, {mode.value}" for operation, mode in TRIED])
def test_an_operation_answers_as_it_is_described(
    client: httpx.Client, description: BaseSchema, operation: str, mode: GenerationMode
) -> None:
    method, path = operation.split()

    @settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(description[path][method].as_strategy(generation_mode=mode))
    def answers(case: schemathesis.Case[Any]) -> None:
        found = case.call(base_url=str(client.base_url))
        # A limit that was reached is no fault of the server.
        excused = found.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        case.validate_response(found, checks=CHECKS if excused else [*CHECKS, not_a_server_error])

    answers()
