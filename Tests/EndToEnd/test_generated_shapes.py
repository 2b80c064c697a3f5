"""The generated Swift lists exactly the operations of botocore's service models, and is current."""

import json
import subprocess
import sys
from pathlib import Path

import boto3
import botocore.session
import pytest
from botocore.parsers import create_parser

ROOT = Path(__file__).resolve().parents[2]
GENERATOR = ROOT / "Tools" / "generate-personalize-api.py"
SERVICES = {"personalize": 71, "personalize-runtime": 3, "personalize-events": 5}


def run(*arguments):
    return subprocess.run([sys.executable, GENERATOR, *arguments], capture_output=True, text=True, check=False)


def test_every_operation_of_the_service_models_is_generated():
    session = botocore.session.get_session()
    expected = []
    for service, count in SERVICES.items():
        names = sorted(session.get_service_model(service).operation_names)
        assert len(names) == count
        expected += names
    assert json.loads(run("--list-operations").stdout) == expected


def test_the_generated_files_are_current():
    check = run("--check")
    assert check.returncode == 0, check.stderr


def test_the_table_of_compatibility_is_current():
    tool = ROOT / "Tools" / "generate-compatibility-table.py"
    check = subprocess.run([sys.executable, tool, "--check"], capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stderr


def wire_error(service, code, message):
    """An error response as PersonalizeError writes it."""
    body = {"message": message} | ({"__type": code} if service == "personalize" else {})
    return {"status_code": 400, "headers": {"x-amzn-errortype": code}, "body": json.dumps(body).encode()}


@pytest.mark.parametrize("service", SERVICES)
def test_a_client_raises_the_modelled_exception_for_every_error(service):
    model = botocore.session.get_session().get_service_model(service)
    client = boto3.client(service, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    parser = create_parser(model.metadata["protocol"])
    for operation in map(model.operation_model, model.operation_names):
        for shape in operation.error_shapes:
            parsed = parser.parse(wire_error(service, shape.name, "reason"), operation.output_shape)
            assert parsed["Error"] == {"Code": shape.name, "Message": "reason"}
            assert client.exceptions.from_code(shape.name) is getattr(client.exceptions, shape.name)
