"""Access keys: who is let in, and to what."""

import base64
import contextlib
import datetime
import hashlib
import hmac
import http.client
import io
import json
import os
import subprocess
import time
import urllib.error
import urllib.request

import boto3
import botocore.auth
import botocore.session
import pytest
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from conftest import ACCOUNT, REGION, Server, binary, free_port

ROLES = ["admin", "runtime", "events", "read-only"]
PERSONALIZE = ["personalize", "personalize-runtime", "personalize-events"]


def keys(data_dir, *arguments, check=True, environment=None):
    return subprocess.run(
        [str(binary()), "keys", *arguments, "--data-dir", str(data_dir)],
        capture_output=True, text=True, timeout=30, check=check, env={**os.environ, **(environment or {})},
    )


def create(data_dir, role, **options):
    lines = keys(data_dir, "create", "--role", role, **options).stdout.split()
    values = dict(line.split("=", 1) for line in lines)
    return values["AWS_ACCESS_KEY_ID"], values["AWS_SECRET_ACCESS_KEY"]


def client(server, service, key, token=None, region=REGION, **options):
    config = Config(retries={"max_attempts": 0}, signature_version=None).merge(options.pop("config", None) or Config())
    return boto3.client(
        service, endpoint_url=server.endpoint, region_name=region, config=config, aws_access_key_id=key[0],
        aws_secret_access_key=key[1], aws_session_token=token,
    )


def refusal(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A server with one key of each role."""
    directory = tmp_path_factory.mktemp("access") / "data"
    directory.mkdir()
    server = Server(directory)
    server.keys = {role: create(directory, role) for role in ROLES}
    server.start()
    yield server
    server.stop()


@contextlib.contextmanager
def clock(offset):
    """botocore's clock, so many seconds from the true one."""
    true = botocore.auth.get_current_datetime

    def shifted(*arguments, **options):
        return true(*arguments, **options) + datetime.timedelta(seconds=offset)

    botocore.auth.get_current_datetime = shifted
    try:
        yield
    finally:
        botocore.auth.get_current_datetime = true


CALLS = {
    "personalize": ("list_schemas", {}),
    "personalize-runtime": ("get_recommendations", {"campaignArn": f"arn:aws:personalize:{REGION}:{ACCOUNT}:campaign/none"}),
    "personalize-events": ("put_events", {"trackingId": "none", "sessionId": "s", "eventList": [{"eventType": "e", "sentAt": 1}]}),
    "s3": ("list_buckets", {}),
    "iam": ("list_roles", {}),
    "sts": ("get_caller_identity", {}),
}
UNKNOWN_KEY = {"s3": "InvalidAccessKeyId", "iam": "InvalidClientTokenId", "sts": "InvalidClientTokenId"}
WRONG_SECRET = {name: "SignatureDoesNotMatch" for name in ("s3", "iam", "sts")}
SKEWED = {"s3": "RequestTimeTooSkewed", "iam": "SignatureDoesNotMatch", "sts": "SignatureDoesNotMatch"}


def code_of(server, service, key, **options):
    """The error code of the service's sample call; None when it succeeds."""
    name, parameters = CALLS[service]
    try:
        getattr(client(server, service, key, **options), name)(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


@pytest.mark.parametrize("service", CALLS)
def test_the_right_key_is_let_in_and_wrong_ones_are_told_why(guarded, service):
    admin = guarded.keys["admin"]
    past_the_door = {"personalize-runtime": {"ResourceNotFoundException", "InvalidInputException"},
                     "personalize-events": {"UnknownOperationException", "ResourceNotFoundException", "InvalidInputException"}}
    assert code_of(guarded, service, admin) in past_the_door.get(service, {None})
    assert code_of(guarded, service, (admin[0], "wrong")) == WRONG_SECRET.get(service, "InvalidSignatureException")
    assert code_of(guarded, service, ("AKIAAAAAAAAAAAAAAAAA", admin[1])) == UNKNOWN_KEY.get(
        service, "UnrecognizedClientException")
    for offset in (-16 * 60, 16 * 60):
        with clock(offset):
            assert code_of(guarded, service, admin) == SKEWED.get(service, "InvalidSignatureException")
    for offset in (-14 * 60, 14 * 60):
        with clock(offset):
            assert code_of(guarded, service, admin) in past_the_door.get(service, {None})


def test_a_signature_for_another_region_is_refused(guarded):
    assert code_of(guarded, "personalize", guarded.keys["admin"], region="eu-west-1") == "InvalidSignatureException"


def plain(server, method, path, headers=None, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request(method, path, body=body, headers=headers or {})
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_unsigned_requests_are_refused_save_for_health(guarded):
    assert plain(guarded, "GET", "/health")[0] == 200
    status, body = plain(guarded, "GET", "/")
    assert status == 403 and b"<Code>AccessDenied</Code>" in body
    status, body = plain(guarded, "POST", "/", {"X-Amz-Target": "AmazonPersonalize.ListSchemas"}, b"{}")
    assert status == 403 and b"MissingAuthenticationTokenException" in body
    assert plain(guarded, "POST", "/recommendations", {}, b"{}")[0] == 403
    # A signature's words without a signature are no way in, nor is the path of /health.
    assert plain(guarded, "GET", "/?X-Amz-Credential=a/b/c/s3/d")[0] in (400, 403)
    assert plain(guarded, "PUT", "/health")[0] == 403


def signed(server, key, method="PUT", path="/tampered/key", body=b"body", service="s3", headers=None):
    request = AWSRequest(method=method, url=server.endpoint + path, data=body, headers=headers or {})
    signer = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
    signer(Credentials(*key), service, REGION).add_auth(request)
    return {**dict(request.headers.items()), "Host": f"127.0.0.1:{server.port}"}


def test_every_part_of_a_request_is_covered(guarded):
    admin = guarded.keys["admin"]
    client(guarded, "s3", admin).create_bucket(Bucket="tampered")
    path, body = "/tampered/key?a=b%20c", b"body"
    headers = signed(guarded, admin, path=path, headers={"x-amz-meta-a": "1"})

    def attempt(method="PUT", path=path, body=body, **changes):
        return plain(guarded, method, path, {**headers, **{k.replace("_", "-"): v for k, v in changes.items()}}, body)

    assert attempt()[0] == 200
    assert attempt(path="/tampered/key?a=b+c")[0] == 200, "the same query in another spelling"
    assert attempt(method="DELETE")[0] == 403
    assert attempt(path="/tampered/kez?a=b%20c")[0] == 403
    assert attempt(path="/tampered/key?a=b%20d")[0] == 403
    assert attempt(path="/tampered/key?a=b%20c&acl")[0] == 403
    status, answer = attempt(body=b"bodz")
    assert status == 400 and b"XAmzContentSHA256Mismatch" in answer
    assert attempt(**{"x_amz_meta_a": "2"})[0] == 403
    status, answer = attempt(**{"x_amz_copy_source": "/other/key"})
    assert status == 403 and b"HeadersNotSigned" in answer
    assert attempt(**{"Host": "elsewhere"})[0] == 403
    assert attempt(**{"X_Amz_Content_SHA256": "UNSIGNED-PAYLOAD"})[0] == 403
    parts = headers["Authorization"]
    for old, new in [(REGION, "eu-west-1"), ("/s3/", "/sts/"), ("Signature=", "Signature=0"), ("SignedHeaders=host;", "SignedHeaders=")]:
        assert attempt(Authorization=parts.replace(old, new))[0] in (400, 403)
    last = parts[-1]
    assert attempt(Authorization=parts[:-1] + ("0" if last != "0" else "1"))[0] == 403


def test_the_body_of_an_operation_is_covered(guarded):
    admin = guarded.keys["admin"]
    target = {"X-Amz-Target": "AmazonPersonalize.ListSchemas", "Content-Type": "application/x-amz-json-1.1"}
    headers = signed(guarded, admin, "POST", "/", b"{}", "personalize", target)
    assert plain(guarded, "POST", "/", headers, b"{}")[0] == 200
    status, answer = plain(guarded, "POST", "/", headers, b'{"maxResults":1}')
    assert status == 403 and b"InvalidSignatureException" in answer
    changed = {**headers, "X-Amz-Target": "AmazonPersonalize.ListCampaigns"}
    assert plain(guarded, "POST", "/", changed, b"{}")[0] == 403


@pytest.mark.parametrize("service", ["personalize", "iam"])
def test_a_signed_body_that_ends_early_is_refused(guarded, service):
    from test_fuzz_http import unfinished

    headers = signed(guarded, guarded.keys["admin"], "POST", "/", b"{}", service)
    assert unfinished(guarded, "POST /", headers, b"{}") == 400


@pytest.mark.parametrize("key", ["plain", "a b/ü+%.csv", "x//y/../z", "~!*'()", "a&b=c?d#e", "☃"])
def test_odd_names_are_signed_as_botocore_signs_them(guarded, key):
    s3 = client(guarded, "s3", guarded.keys["admin"], config=Config(s3={"addressing_style": "path"}))
    with contextlib.suppress(ClientError):
        s3.create_bucket(Bucket="odd-names")
    s3.put_object(Bucket="odd-names", Key=key, Body=b"1", Metadata={"text": "two  spaces"})
    assert s3.get_object(Bucket="odd-names", Key=key)["Body"].read() == b"1"
    assert [found["Key"] for found in s3.list_objects_v2(Bucket="odd-names", Prefix=key)["Contents"]] == [key]
    presigner = client(guarded, "s3", guarded.keys["admin"],
                       config=Config(s3={"addressing_style": "path"}, signature_version="s3v4"))
    url = presigner.generate_presigned_url("get_object", {"Bucket": "odd-names", "Key": key})
    assert urllib.request.urlopen(url).read() == b"1"


def test_a_presigned_url_ends_and_cannot_be_changed(guarded):
    admin = guarded.keys["admin"]
    s3 = client(guarded, "s3", admin, config=Config(signature_version="s3v4"))
    s3.create_bucket(Bucket="presigned")
    url = s3.generate_presigned_url("put_object", {"Bucket": "presigned", "Key": "k"}, ExpiresIn=60)
    with urllib.request.urlopen(urllib.request.Request(url, b"data", method="PUT")) as answer:
        assert answer.status == 200

    def code(url):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(url)
        assert caught.value.code in (400, 403)
        return caught.value.read()

    read = s3.generate_presigned_url("get_object", {"Bucket": "presigned", "Key": "k"}, ExpiresIn=60)
    assert urllib.request.urlopen(read).read() == b"data"
    assert b"SignatureDoesNotMatch" in code(read.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"))
    assert b"SignatureDoesNotMatch" in code(read.replace("/k?", "/l?"))
    assert b"SignatureDoesNotMatch" in code(read + "&versionId=1")
    with clock(-120):
        old = s3.generate_presigned_url("get_object", {"Bucket": "presigned", "Key": "k"}, ExpiresIn=60)
    assert b"Request has expired" in code(old)


def sample(shape, depth=0):
    """The smallest value of a shape that botocore sends."""
    if shape.type_name == "structure":
        return {name: sample(shape.members[name], depth + 1) for name in shape.required_members}
    if shape.type_name == "list":
        return [sample(shape.member, depth + 1)] * max(1, shape.metadata.get("min", 1))
    if shape.type_name == "map":
        return {}
    if shape.type_name == "boolean":
        return False
    if shape.type_name in ("integer", "long", "float", "double"):
        return max(1, shape.metadata.get("min", 1))
    if shape.type_name == "timestamp":
        return datetime.datetime(2026, 1, 1)
    return (shape.enum or ["x" * max(1, shape.metadata.get("min", 1))])[0]


def allowed(role, service, operation):
    if role == "admin":
        return True
    if role == "read-only":
        return operation.startswith(("Describe", "List", "Get"))
    return service == f"personalize-{role}"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_limits_every_operation(guarded, role):
    seen = 0
    for service in PERSONALIZE:
        made = client(guarded, service, guarded.keys[role], config=Config(parameter_validation=False))
        for operation in made.meta.service_model.operation_names:
            shape = made.meta.service_model.operation_model(operation).input_shape
            code = None
            try:
                made._make_api_call(operation, sample(shape) if shape else {})
            except ClientError as error:
                code = error.response["Error"]["Code"]
            assert (code != "AccessDeniedException") == allowed(role, service, operation), (operation, code)
            seen += 1
    assert seen == 79


@pytest.mark.parametrize("role", ["runtime", "events", "read-only"])
def test_a_role_limits_the_other_services(guarded, role):
    key = guarded.keys[role]
    s3, iam = client(guarded, "s3", key), client(guarded, "iam", key)
    assert refusal(s3.create_bucket, Bucket="refused") == ("AccessDenied", 403)
    assert refusal(iam.create_role, RoleName="r", AssumeRolePolicyDocument="{}") == ("AccessDenied", 403)
    if role == "read-only":
        s3.list_buckets()
        iam.list_roles()
    else:
        assert refusal(s3.list_buckets) == ("AccessDenied", 403)
        assert refusal(iam.list_roles) == ("AccessDenied", 403)
    assert client(guarded, "sts", key).get_caller_identity()["Account"] == ACCOUNT


@pytest.mark.parametrize("size", [0, 5, 20 << 20])
def test_uploads_with_signed_payloads(guarded, size):
    s3 = client(guarded, "s3", guarded.keys["admin"], config=Config(s3={"payload_signing_enabled": True}))
    with contextlib.suppress(ClientError):
        s3.create_bucket(Bucket="uploads")
    body = os.urandom(size)
    s3.upload_fileobj(io.BytesIO(body), "uploads", f"object-{size}")
    assert s3.get_object(Bucket="uploads", Key=f"object-{size}")["Body"].read() == body


def chunked(server, key, data, size, trailer=None, tamper=lambda body: body):
    """A PUT whose chunks are signed one by one, as the provider's other SDKs send it."""
    empty = hashlib.sha256(b"").hexdigest()
    word = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" + ("-TRAILER" if trailer else "")
    request = AWSRequest("PUT", f"{server.endpoint}/chunked/key", headers={
        "content-encoding": "aws-chunked", "x-amz-decoded-content-length": str(len(data)),
        **({"x-amz-trailer": trailer[0]} if trailer else {}),
    })
    auth = botocore.auth.S3SigV4Auth(Credentials(*key), "s3", REGION)
    auth.payload = lambda request: word
    auth.add_auth(request)
    headers = dict(request.headers.items())
    time_text = headers["X-Amz-Date"]
    scope = f"{time_text[:8]}/{REGION}/s3/aws4_request"
    derived = f"AWS4{key[1]}".encode()
    for part in (time_text[:8], REGION, "s3", "aws4_request"):
        derived = hmac.new(derived, part.encode(), hashlib.sha256).digest()
    previous = headers["Authorization"].rsplit("Signature=", 1)[1]

    def sign(kind, *hashes):
        text = "\n".join([kind, time_text, scope, previous, *hashes])
        return hmac.new(derived, text.encode(), hashlib.sha256).hexdigest()

    body = b""
    for start in [*range(0, len(data), size), len(data)]:
        piece = data[start:start + size]
        previous = sign("AWS4-HMAC-SHA256-PAYLOAD", empty, hashlib.sha256(piece).hexdigest())
        body += f"{len(piece):x};chunk-signature={previous}\r\n".encode() + piece + (b"\r\n" if piece else b"")
    if trailer:
        field = f"{trailer[0]}:{trailer[1]}"
        signature = sign("AWS4-HMAC-SHA256-TRAILER", hashlib.sha256(f"{field}\n".encode()).hexdigest())
        body += f"{field}\r\nx-amz-trailer-signature:{signature}\r\n".encode()
    body = tamper(body + b"\r\n")
    return plain(server, "PUT", "/chunked/key", {**headers, "Content-Length": str(len(body))}, body)


def test_signed_chunks_are_verified_as_they_come(guarded):
    admin = guarded.keys["admin"]
    s3 = client(guarded, "s3", admin)
    s3.create_bucket(Bucket="chunked")
    data = os.urandom(300_000)
    assert chunked(guarded, admin, data, 65_536)[0] == 200
    assert s3.get_object(Bucket="chunked", Key="key")["Body"].read() == data
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
    trailer = ("x-amz-checksum-sha256", digest)
    status, answer = chunked(guarded, admin, data, 65_536, trailer)
    assert status == 200, answer
    s3.delete_object(Bucket="chunked", Key="key")

    def flipped(position):
        def tamper(body):
            changed = bytearray(body)
            changed[position] ^= 1
            return bytes(changed)
        return tamper

    tampered = [flipped(200), flipped(100_000), flipped(40), lambda body: body.replace(b";chunk-signature=", b";other=")]
    for tamper in tampered:
        status, answer = chunked(guarded, admin, data, 65_536, None, tamper)
        assert status == 403 and b"SignatureDoesNotMatch" in answer, answer
    for tamper in [flipped(-10), lambda body: body.replace(b"x-amz-trailer-signature", b"x-amz-other")]:
        assert chunked(guarded, admin, data, 65_536, trailer, tamper)[0] == 403
    assert refusal(s3.get_object, Bucket="chunked", Key="key")[0] == "NoSuchKey"


def test_temporary_credentials_survive_a_restart_and_end_with_their_key(tmp_path):
    directory = tmp_path / "data"
    directory.mkdir()
    admin, reader = create(directory, "admin"), create(directory, "read-only")
    server = Server(directory).start()
    try:
        sts = client(server, "sts", reader)
        given = sts.get_session_token()["Credentials"]
        temporary = (given["AccessKeyId"], given["SecretAccessKey"])
        token = given["SessionToken"]
        server.kill()
        server.start()
        session = client(server, "personalize", temporary, token)
        assert session.list_schemas()["schemas"] == []
        assert refusal(session.create_dataset_group, name="refused") == ("AccessDeniedException", 403)
        assert refusal(client(server, "sts", temporary, token).get_session_token) == ("AccessDenied", 403)
        assert refusal(client(server, "personalize", temporary).list_schemas)[0] == "UnrecognizedClientException"
        changed = token[:40] + ("A" if token[40] != "A" else "B") + token[41:]
        assert refusal(client(server, "personalize", temporary, changed).list_schemas)[0] == "UnrecognizedClientException"
        assert refusal(client(server, "s3", temporary, changed).list_buckets) == ("InvalidToken", 400)

        iam = client(server, "iam", admin)
        trust = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
        role = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
        taken = client(server, "sts", admin).assume_role(RoleArn=role["Arn"], RoleSessionName="night")["Credentials"]
        worker = (taken["AccessKeyId"], taken["SecretAccessKey"])
        identity = client(server, "sts", worker, taken["SessionToken"]).get_caller_identity()
        assert identity["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/night"

        keys(directory, "delete", reader[0])
        time.sleep(1)
        assert refusal(session.list_schemas)[0] == "UnrecognizedClientException"
        assert refusal(client(server, "personalize", reader).list_schemas)[0] == "UnrecognizedClientException"
        assert client(server, "personalize", admin).list_schemas()["schemas"] == []
    finally:
        server.stop()


def test_the_first_key_closes_a_running_server_and_deleting_it_does_not_open_it(tmp_path):
    server = Server(tmp_path / "data").start()
    try:
        assert server.client("personalize").list_schemas()["schemas"] == []
        key = create(server.data_dir, "admin")
        time.sleep(1)
        assert refusal(server.client("personalize").list_schemas)[0] == "UnrecognizedClientException"
        assert client(server, "personalize", key).list_schemas()["schemas"] == []
        listed = keys(server.data_dir, "list").stdout
        assert key[0] in listed and "admin" in listed and key[1] not in listed
        keys(server.data_dir, "delete", key[0])
        time.sleep(1)
        assert refusal(client(server, "personalize", key).list_schemas)[0] == "UnrecognizedClientException"
        assert keys(server.data_dir, "delete", key[0], check=False).returncode != 0
    finally:
        server.stop()
    log = (tmp_path / "data.log").read_text()
    assert log.count("any key is accepted") == 1


def test_the_secret_is_nowhere_in_the_data_directory(tmp_path):
    secrets = [create(tmp_path, role)[1] for role in ROLES]
    for path in tmp_path.rglob("*"):
        content = path.read_bytes()
        assert not any(secret.encode() in content for secret in secrets), path
        assert path.stat().st_mode & 0o077 == 0, path


def test_another_master_key_is_told_in_one_line(tmp_path):
    first, second = (base64.b64encode(os.urandom(32)).decode() for _ in range(2))
    key = create(tmp_path, "admin", environment={"PALATE_MASTER_KEY": first})
    assert not (tmp_path / "master.key").exists()
    for text, reason in [(second, key[0]), ("short", "PALATE_MASTER_KEY must be 32 bytes")]:
        run = subprocess.run(
            [str(binary()), "serve", "--port", str(free_port()), "--data-dir", str(tmp_path)],
            capture_output=True, text=True, timeout=30, env={**os.environ, "PALATE_MASTER_KEY": text},
        )
        assert run.returncode != 0
        errors = [line for line in run.stderr.splitlines() if line.startswith("Error:")]
        assert len(errors) == 1 and reason in errors[0], run.stderr


def test_a_server_that_others_can_reach_wants_keys(tmp_path):
    port = free_port()
    command = [str(binary()), "serve", "--host", "0.0.0.0", "--port", str(port), "--data-dir", str(tmp_path / "data")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert run.returncode != 0
    errors = [line for line in run.stderr.splitlines() if line.startswith("Error:")]
    assert len(errors) == 1 and "--allow-any-key" in errors[0], run.stderr

    def serves(*more):
        process = subprocess.Popen([*command, *more], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline and process.poll() is None:
                try:
                    return urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2).status == 200
                except OSError:
                    time.sleep(0.05)
            return False
        finally:
            process.terminate()
            process.wait(20)

    assert serves("--allow-any-key")
    create(tmp_path / "data", "admin")
    assert serves()


def test_the_command_line_client_signs_with_a_key(guarded):
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": guarded.keys["read-only"][0],
                   "AWS_SECRET_ACCESS_KEY": guarded.keys["read-only"][1]}
    def aws(*arguments):
        return subprocess.run(["aws", "--endpoint-url", guarded.endpoint, *arguments],
                              capture_output=True, text=True, timeout=60, env=environment)
    assert aws("personalize", "list-schemas").returncode == 0
    refused = aws("personalize", "create-dataset-group", "--name", "refused")
    assert refused.returncode != 0 and "AccessDeniedException" in refused.stderr


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", ["/metrics", "/palate/trainings"])
def test_the_operators_pages_are_for_this_machine_and_for_every_key(guarded, role, path):
    def scrape(headers, key=None):
        request = AWSRequest("GET", guarded.endpoint + path, headers=headers)
        if key:
            botocore.auth.SigV4Auth(Credentials(*key), "personalize", REGION).add_auth(request)
        try:
            with urllib.request.urlopen(
                urllib.request.Request(request.url, headers=dict(request.headers))) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    passed_on = {"X-Forwarded-For": "203.0.113.9"}
    assert scrape({}) == 200
    assert scrape(passed_on) == 403 or scrape(passed_on) == 400
    assert scrape(passed_on, guarded.keys[role]) == 200
    assert scrape(passed_on, (guarded.keys[role][0], "wrong")) in (400, 403)
