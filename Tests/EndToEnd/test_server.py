"""How the server starts and stops, and how it tells the services apart."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request

import pytest
import scenario
from conftest import Server, binary, free_port


def test_a_graceful_stop_finishes_the_request_in_flight(own_palate):
    own_palate.client("s3").create_bucket(Bucket="in-flight")
    head = (
        "PUT /in-flight/object HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n"
        "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, "
        "SignedHeaders=host, Signature=0\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", own_palate.port), timeout=10) as connection:
        connection.sendall(head.encode() + b"01234")
        time.sleep(0.3)
        own_palate.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert own_palate.process.poll() is None, "it stopped before the request was answered"
        connection.sendall(b"56789")
        answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 200"), answer
    assert own_palate.process.wait(20) == 0
    own_palate.start()
    assert own_palate.client("s3").get_object(Bucket="in-flight", Key="object")["Body"].read() == b"0123456789"


def test_a_second_server_is_kept_out_of_the_data_directory(own_palate):
    second = subprocess.run(
        [str(binary()), "serve", "--port", str(free_port()), "--data-dir", str(own_palate.data_dir)],
        capture_output=True, text=True, timeout=30,
    )
    assert second.returncode != 0
    assert "in use by another palate process" in second.stderr


def test_a_taken_port_is_one_clear_line(own_palate, tmp_path):
    second = subprocess.run(
        [str(binary()), "serve", "--port", str(own_palate.port), "--data-dir", str(tmp_path / "other")],
        capture_output=True, text=True, timeout=30,
    )
    assert second.returncode != 0
    errors = [line for line in second.stderr.splitlines() if line.startswith("Error:")]
    assert len(errors) == 1 and str(own_palate.port) in errors[0], second.stderr


@pytest.mark.parametrize(
    "arguments, environment, reason",
    [
        (["--account", "12"], {}, "account is 12"),
        (["--region", "US EAST"], {}, "region is US EAST"),
        ([], {"PALATE_PORT": "70000"}, "port is 70000"),
        ([], {"PALATE_LOG_LEVEL": "loud"}, "logLevel is loud"),
        (["--config", "/does/not/exist.json"], {}, "/does/not/exist.json"),
    ],
)
def test_a_bad_setting_is_named(arguments, environment, reason, tmp_path):
    run = subprocess.run(
        [str(binary()), "serve", "--data-dir", str(tmp_path), *arguments],
        capture_output=True, text=True, timeout=30, env={**os.environ, **environment},
    )
    assert run.returncode != 0
    assert reason in run.stderr


def test_settings_come_from_the_command_line_before_the_environment_before_the_file(tmp_path):
    file = tmp_path / "palate.json"
    file.write_text(json.dumps({"region": "eu-west-1", "account": "111111111111", "limits": {"minimumTrainingUsers": 3}}))
    os.environ["PALATE_ACCOUNT"] = "222222222222"
    try:
        server = Server(tmp_path / "data", "--config", str(file), "--region", "ap-south-1").start()
    finally:
        del os.environ["PALATE_ACCOUNT"]
    try:
        arn = server.client("personalize").create_dataset_group(name="films")["datasetGroupArn"]
    finally:
        server.stop()
    assert arn == "arn:aws:personalize:ap-south-1:222222222222:dataset-group/films"


def test_health_needs_no_signature(palate):
    with urllib.request.urlopen(palate.endpoint + "/health") as answer:
        assert json.load(answer) == {"status": "ok"}


def test_every_answer_has_a_request_identifier(palate):
    answers = [
        palate.client("personalize").list_schemas(),
        palate.client("s3").list_buckets(),
        palate.client("sts").get_caller_identity(),
    ]
    identifiers = {answer["ResponseMetadata"]["RequestId"] for answer in answers}
    assert len(identifiers) == 3


def test_an_outside_object_store_is_read_with_signed_requests(palate, tmp_path):
    """One server is the object store of another."""
    s3 = palate.client("s3")
    s3.create_bucket(Bucket="outside-store")
    s3.put_object(Bucket="outside-store", Key="interactions.csv", Body=scenario.interactions_csv())
    server = Server(tmp_path / "data", "--s3-endpoint", palate.endpoint).start()
    try:
        personalize = server.client("personalize")
        schema = scenario.create_schema(personalize, "outside")
        dataset = scenario.create_dataset(personalize, "outside", scenario.create_group(personalize, "outside"), schema)
        role = "arn:aws:iam::123456789012:role/any"
        found = scenario.start_import(personalize, "found", dataset, "s3://outside-store/interactions.csv", role)
        absent = scenario.start_import(personalize, "absent", dataset, "s3://outside-store/absent.csv", role)
        scenario.activate(personalize, found)
        assert "absent.csv" in scenario.settle(personalize, absent)["failureReason"]
    finally:
        server.stop()
