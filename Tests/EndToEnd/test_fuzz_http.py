"""Whatever is sent, the answer is not the server's fault and the server goes on."""

import http.client
import json
import random
import socket
from urllib.parse import urlsplit

import botocore.session
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenario import is_running

MODELS = {name: botocore.session.get_session().get_service_model(name)
          for name in ("personalize", "personalize-runtime", "personalize-events")}
TARGETS = [f"AmazonPersonalize.{name}" for name in MODELS["personalize"].operation_names]
PATHS = [model.operation_model(name).http["requestUri"]
         for service, model in MODELS.items() if service != "personalize" for name in model.operation_names]
SETTINGS = settings(
    max_examples=500, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2**70, 2**70) | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=12)


@pytest.fixture(scope="module")
def send(palate):
    address = urlsplit(palate.endpoint)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)

    def send(path, body, headers=None):
        headers = {"Content-Type": "application/x-amz-json-1.1"} | (headers or {})
        for attempt in range(2):
            try:
                connection.request("POST", path, body=body, headers=headers)
                response = connection.getresponse()
                text = response.read()
                break
            except (http.client.HTTPException, ConnectionError):
                # A server may close after a request it refuses; that it answers on a new connection is the test.
                connection.close()
                if attempt:
                    raise
        assert 200 <= response.status < 500, (path, headers, body[:300], response.status, text[:300])
        return response, text
    yield send
    connection.close()
    assert is_running(palate)


def alive(palate):
    assert is_running(palate)
    assert palate.client("personalize").list_recipes()["recipes"]


def parsed(response, text):
    if response.status >= 400:
        body = json.loads(text)
        assert response.getheader("x-amzn-ErrorType") or body["__type"]
        assert response.getheader("x-amzn-RequestId")


@SETTINGS
@given(body=st.binary(max_size=300), target=st.sampled_from(TARGETS))
def test_arbitrary_bytes_to_the_control_plane(send, body, target):
    parsed(*send("/", body, {"X-Amz-Target": target}))


@SETTINGS
@given(body=JSON, target=st.sampled_from(TARGETS))
def test_arbitrary_json_to_the_control_plane(send, body, target):
    parsed(*send("/", json.dumps(body).encode(), {"X-Amz-Target": target}))


@SETTINGS
@given(body=st.binary(max_size=300), path=st.sampled_from(PATHS))
def test_arbitrary_bytes_to_the_data_plane(send, body, path):
    parsed(*send(path, body, {"Content-Type": "application/json"}))


@SETTINGS
@given(body=JSON, path=st.sampled_from(PATHS))
def test_arbitrary_json_to_the_data_plane(send, body, path):
    parsed(*send(path, json.dumps(body).encode(), {"Content-Type": "application/json"}))


def value_of(shape, generator, depth=0):
    """A value of the shape's type that may or may not keep its constraints."""
    kind = shape.type_name
    if generator.random() < 0.05:
        return generator.choice([None, "", [], {}, -1, 1e308, True, "x" * 5000, "\u0000", "é\U0001f3ac"])
    if kind == "structure":
        return {name: value_of(member, generator, depth + 1) for name, member in shape.members.items()
                if name in shape.required_members or generator.random() < 0.5}
    if kind == "list":
        return [value_of(shape.member, generator, depth + 1) for _ in range(generator.randrange(3))]
    if kind == "map":
        return {f"k{number}": value_of(shape.value, generator, depth + 1) for number in range(generator.randrange(3))}
    if kind == "string":
        if "Arn" in shape.name:
            return f"arn:aws:personalize:us-east-1:123456789012:{generator.choice(['schema', 'solution', 'campaign'])}/x"
        return generator.choice(shape.enum) if shape.enum else generator.choice(["a", "b-1", "{}", "s3://a/b", "0.5"])
    if kind == "boolean":
        return generator.random() < 0.5
    return generator.choice([0, 1, 25, 100, 2**31, -5, 0.5])


@pytest.mark.parametrize("service_name", MODELS)
def test_requests_of_the_right_shape_with_wrong_values(palate, send, service_name):
    model = MODELS[service_name]
    generator = random.Random(service_name)
    for _ in range(1500):
        name = generator.choice(model.operation_names)
        operation = model.operation_model(name)
        body = json.dumps(value_of(operation.input_shape, generator)).encode()
        headers = {"X-Amz-Target": f"AmazonPersonalize.{name}"} if service_name == "personalize" else {}
        parsed(*send(operation.http["requestUri"], body, headers))
    alive(palate)


@pytest.mark.parametrize("headers", [
    {}, {"X-Amz-Target": ""}, {"X-Amz-Target": "AmazonPersonalize."}, {"X-Amz-Target": "AmazonPersonalize.Nothing"},
    {"X-Amz-Target": "A" * 5000}, {"X-Amz-Target": "AmazonPersonalizeRuntime.GetRecommendations"},
    {"Authorization": "AWS4-HMAC-SHA256 nonsense", "X-Amz-Target": TARGETS[0]},
    {"Authorization": "AWS4-HMAC-SHA256 Credential=a/b/c/personalize/aws4_request, SignedHeaders=, Signature=",
     "X-Amz-Target": TARGETS[0]},
])
def test_requests_that_name_no_operation_are_refused(palate, send, headers):
    response, _ = send("/", b"{}", headers)
    assert 400 <= response.status < 500
    alive(palate)


@pytest.mark.parametrize("lines", [
    b"\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00", b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
    b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", b"A" * 100_000,
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\nX-Amz-Target: AmazonPersonalize.ListSchemas\r\n\r\n{",
])
def test_bytes_that_are_not_http_leave_the_service_alive(palate, lines):
    address = urlsplit(palate.endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        try:
            connection.sendall(lines)
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(5)
            answer = connection.recv(4096)
        except (ConnectionError, TimeoutError):
            answer = b""
    assert not answer.startswith(b"HTTP/1.1 5")
    alive(palate)


def unfinished(palate, path, headers, body):
    """The status of a request whose connection ends 100 bytes before its body does."""
    address = urlsplit(palate.endpoint)
    lines = [f"{name}: {value}" for name, value in ({"Host": "a"} | headers).items() if name.lower() != "content-length"]
    head = "\r\n".join([f"{path} HTTP/1.1", f"Content-Length: {len(body) + 100}", *lines])
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(head.encode() + b"\r\n\r\n" + body)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(4096)
    return int(answer.split(b" ")[1]) if answer else None


@pytest.mark.parametrize("path,headers", [
    ("POST /", {"X-Amz-Target": "AmazonPersonalize.ListSchemas"}), ("POST /events", {}), ("PUT /unfinished/key", {}),
    ("PUT /unfinished?policy", {}), ("POST /unfinished?delete", {}),
    ("POST /", {"Authorization": "AWS4-HMAC-SHA256 Credential=a/b/c/iam/aws4_request"}),
    ("POST /", {"Authorization": "AWS4-HMAC-SHA256 Credential=a/b/c/sts/aws4_request"}),
])
def test_a_body_that_ends_early_is_refused(palate, s3, path, headers):
    if "unfinished" in path and "unfinished" not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket="unfinished")
    assert unfinished(palate, path, headers, b"{") in (400, None)
    alive(palate)


def test_a_body_over_the_limit_is_refused(palate):
    address = urlsplit(palate.endpoint)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    try:
        connection.request(
            "POST", "/", body=b'{"name":"' + b"a" * (32 << 20) + b'"}',
            headers={"X-Amz-Target": "AmazonPersonalize.CreateDatasetGroup"})
        assert 400 <= connection.getresponse().status < 500
    except (ConnectionError, http.client.HTTPException):
        pass
    finally:
        connection.close()
    alive(palate)


def test_deep_json_is_refused(palate, send):
    response, _ = send("/", b'{"name":' + b"[" * 200_000, {"X-Amz-Target": "AmazonPersonalize.CreateDatasetGroup"})
    assert response.status == 400
    alive(palate)
