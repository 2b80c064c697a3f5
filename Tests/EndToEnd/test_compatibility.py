"""The service model, operation by operation: legal inputs succeed, illegal ones are refused by name."""

import http.server
import json
import threading

import pytest

from compatibility import illegal, legal
from compatibility.calls import COMMON_ERRORS, Caller, check_error, check_success, modelled
from compatibility.differences import (
    MISSING, MISSING_CASES, MISSING_RECIPES, OPERATIONS as DIFFERENCES, RECIPES, REFUSED_MEMBERS, USE_CASES,
)
from compatibility.model import BY_NAME, OPERATIONS, members_in, members_of, smallest
from compatibility.table import NO_OBJECTS, WRONG_ARNS, WRONG_TOKENS, arn_members
from compatibility.world import World
from conftest import Server

by_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)


class Writer(http.server.BaseHTTPRequestHandler):
    """Generates the same text for everyone, as a chat completion."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({"choices": [{"message": {"content": "Things like this"}}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A server of its own, so that the lists hold what is in the world and nothing else."""
    writer = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Writer)
    threading.Thread(target=writer.serve_forever, daemon=True).start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PALATE_THEMES_BASE_URL", f"http://127.0.0.1:{writer.server_port}/v1")
        patch.setenv("PALATE_THEMES_MODEL", "any")
        server = Server(tmp_path_factory.mktemp("compatibility") / "data").start()
    try:
        yield World(server)
    finally:
        server.stop()
        writer.shutdown()


@pytest.fixture(scope="module")
def call(palate):
    return Caller(palate)


@by_operation
def test_the_operation_is_there_or_known_to_be_missing(call, operation):
    assert (call(operation, smallest(operation.input_shape)).code == "UnknownOperationException") == (
        operation.name in MISSING)


@pytest.fixture
def present(request):
    for value in request.node.callspec.params.values():
        name = getattr(value, "operation", getattr(value, "name", None))
        if name in MISSING:
            pytest.skip(f"{name} is not there yet")


@pytest.mark.usefixtures("present")
@pytest.mark.parametrize("violation", illegal.ALL, ids=lambda violation: violation.name)
def test_an_illegal_value_is_refused_by_name(call, violation):
    operation = BY_NAME[violation.operation]
    # botocore serialises no value of a type that is not the member's.
    body = json.dumps(violation.value, default=lambda moment: moment.timestamp()) if violation.is_of_another_type else None
    answer = call(operation, None if body else violation.value, body and body.encode())
    check_error(operation, answer)
    assert answer.code == "InvalidInputException"
    assert f"'{violation.place}'" in answer.message
    if violation.secret:
        assert violation.secret not in answer.message


@pytest.mark.usefixtures("present")
@by_operation
@pytest.mark.parametrize("body", NO_OBJECTS, ids=repr)
def test_a_body_that_is_no_object_is_refused(call, operation, body):
    answer = call(operation, None, body)
    check_error(operation, answer, COMMON_ERRORS)
    assert answer.code == "SerializationException"


@pytest.mark.usefixtures("present")
@pytest.mark.parametrize("case", legal.ALL, ids=lambda case: case.name)
def test_a_legal_input_succeeds(world, case):
    if case.name in MISSING_CASES:
        pytest.skip("it is not there yet")
    operation = BY_NAME[case.operation]
    value = case.make(world)
    answer = world.call(operation, value)
    check_success(operation, answer)
    world.covered.setdefault(operation.name, set()).update(members_in(value, operation.input_shape))
    world.note(case, answer.parsed)


@pytest.mark.usefixtures("present")
@by_operation
def test_every_member_is_in_a_legal_input(world, operation):
    inputs = {case.name for case in legal.ALL if case.operation == operation.name}
    if operation.name not in world.covered or inputs & MISSING_CASES:
        pytest.skip("not all of its legal inputs were made")
    members = set(members_of(operation.input_shape))
    refused = REFUSED_MEMBERS.get(operation.name, set())
    assert members - world.covered[operation.name] == refused


@pytest.mark.usefixtures("present")
@pytest.mark.parametrize("kind", WRONG_ARNS)
@pytest.mark.parametrize("operation,member", [
    pytest.param(operation, name, id=f"{operation.name}-{name}")
    for operation in OPERATIONS for name in arn_members(operation)])
def test_an_arn_of_nothing_or_of_another_kind_gets_a_modelled_error(world, operation, member, kind):
    for case in legal.ALL:
        if case.operation == operation.name and case.name not in MISSING_CASES:
            value = case.make(world)
            if member in value:
                break
    unknown = value[member].rsplit("/", 1)[0] + "/is-not-there"
    other = world.group if member == "schemaArn" else world.schemas["Users"]
    value[member] = unknown if kind == "unknown" else other
    value.pop("nextToken", None)
    answer = world.call(operation, value)
    if answer.code is None:
        assert operation.name.startswith("List"), answer.parsed
        check_success(operation, answer)
        return
    check_error(operation, answer)
    if "ResourceNotFoundException" in modelled(operation):
        assert answer.code == "ResourceNotFoundException", answer.message


@pytest.mark.usefixtures("present")
@pytest.mark.parametrize("token", WRONG_TOKENS, ids=repr)
@pytest.mark.parametrize("operation", [
    operation for operation in OPERATIONS if "nextToken" in operation.input_shape.members],
    ids=lambda operation: operation.name)
def test_a_token_of_no_page_is_refused(world, operation, token):
    if operation.name == "ListSchemas" and token == "MTpzY2hlbWEv":
        return  # It is a token of this list.
    smallest_input = next(case for case in legal.ALL if case.name == f"{operation.name}-smallest").make(world)
    answer = world.call(operation, {**smallest_input, "nextToken": token})
    check_error(operation, answer)
    assert answer.code == "InvalidNextTokenException"


def test_what_legal_inputs_created_becomes_active(world):
    assert world.unfinished(120) == []


def test_the_recipes_of_the_table_are_those_that_are_listed(world):
    listed = {recipe["name"] for recipe in world.do("ListRecipes", maxResults=100)["recipes"]}
    listed = {name for name in listed if not name.startswith("palate-")}  # The managed service has none of Palate's own.
    assert listed == {recipe.name for recipe in RECIPES + USE_CASES} - MISSING_RECIPES


def test_the_table_names_operations_that_exist():
    assert DIFFERENCES.keys() <= BY_NAME.keys()
    assert MISSING_CASES <= {case.name for case in legal.ALL}
