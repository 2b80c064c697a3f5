"""Calls an operation through boto3 and keeps what was on the wire."""

import json
from dataclasses import dataclass

from botocore.config import Config
from botocore.exceptions import ClientError

from compatibility.model import SERVICES, mistakes, service_of

# What any AWS service may answer, whatever the operation, and so is in no model.
COMMON_ERRORS = {"SerializationException": 400, "RequestEntityTooLargeException": 413}
# The model gives these operations no error for a value out of its limits; the answer is the one that all others give.
WITHOUT_INVALID_INPUT = {"ListSchemas", "ListDatasetGroups"}


@dataclass
class Answer:
    status: int
    code: str | None
    message: str
    parsed: dict
    raw: bytes


class Caller:
    """Clients of the three services whose own checks of parameters are off."""

    def __init__(self, server):
        config = Config(parameter_validation=False)
        self.clients = {name: server.client(name, config=config) for name in SERVICES}
        self.raw = b""
        self.body = None
        for client in self.clients.values():
            client.meta.events.register("before-call", self._replace)
            client.meta.events.register("after-call", self._keep)

    def _replace(self, params, **_):
        if self.body is not None:
            params["body"] = self.body

    def _keep(self, http_response, **_):
        self.raw = http_response.content

    def __call__(self, operation, value=None, body=None):
        """
        value: The parameters, which botocore serialises.
        body: Sent as it is in the place of what botocore made of `value`.
        """
        client = self.clients[service_of(operation)]
        self.body = body
        try:
            parsed = client._make_api_call(operation.name, value or {})
            return Answer(parsed["ResponseMetadata"]["HTTPStatusCode"], None, "", parsed, self.raw)
        except ClientError as error:
            answer = error.response
            return Answer(
                answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"],
                answer, self.raw)
        finally:
            self.body = None


def modelled(operation):
    """The HTTP status of each error that the operation may answer."""
    statuses = {}
    for shape in operation.error_shapes:
        is_by_path = operation.service_model.metadata["protocol"] == "rest-json"
        statuses[shape.name] = shape.metadata["error"]["httpStatusCode"] if is_by_path else 400
    if operation.name in WITHOUT_INVALID_INPUT:
        statuses["InvalidInputException"] = 400
    return statuses


def check_success(operation, answer):
    assert answer.code is None, (answer.code, answer.message)
    assert answer.status == 200
    if operation.output_shape is None or not operation.output_shape.members:
        assert json.loads(answer.raw or b"{}") == {}
        return
    found = list(mistakes(json.loads(answer.raw), operation.output_shape))
    assert not found, found


def check_error(operation, answer, among=None):
    """The answer is an error of the operation's model, with its status and a body of the model's form."""
    statuses = {**modelled(operation), **COMMON_ERRORS}
    assert answer.code in (among or modelled(operation)), (answer.code, answer.message)
    assert answer.status == statuses[answer.code], answer.status
    body = json.loads(answer.raw)
    assert set(body) <= {"__type", "message"} and body["message"]
