"""The S3 surface, spoken to by boto3, the AWS command line and bare HTTP."""

import base64
import concurrent.futures
import datetime
import hashlib
import http.client
import io
import json
import os
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
import uuid
import zlib

import boto3
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

MIB = 1 << 20


@pytest.fixture
def bucket(s3):
    name = f"test-{uuid.uuid4().hex[:20]}"
    s3.create_bucket(Bucket=name)
    yield name
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name):
        if page.get("Contents"):
            keys = [{"Key": item["Key"]} for item in page["Contents"]]
            s3.delete_objects(Bucket=name, Delete={"Objects": keys, "Quiet": True})
    s3.delete_bucket(Bucket=name)


def refused(call, code, status, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    return caught.value.response


def body_of(s3, bucket, key, **arguments):
    return s3.get_object(Bucket=bucket, Key=key, **arguments)["Body"].read()


# Buckets


def test_a_bucket_lives_from_creation_to_deletion(s3):
    name = f"life-{uuid.uuid4().hex[:12]}"
    assert s3.create_bucket(Bucket=name)["Location"] == f"/{name}"
    assert s3.head_bucket(Bucket=name)["BucketRegion"] == "us-east-1"
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] is None
    assert name in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    s3.create_bucket(Bucket=name)  # again, in us-east-1
    s3.put_object(Bucket=name, Key="k", Body=b"")
    refused(s3.delete_bucket, "BucketNotEmpty", 409, Bucket=name)
    s3.delete_object(Bucket=name, Key="k")
    s3.delete_bucket(Bucket=name)
    refused(s3.delete_bucket, "NoSuchBucket", 404, Bucket=name)
    refused(s3.head_bucket, "404", 404, Bucket=name)


def test_another_region_is_kept_and_refuses_a_second_creation(palate):
    client = palate.client("s3", region_name="eu-west-1")
    name = f"region-{uuid.uuid4().hex[:12]}"
    where = {"LocationConstraint": "eu-west-1"}
    client.create_bucket(Bucket=name, CreateBucketConfiguration=where)
    assert client.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-west-1"
    with pytest.raises(client.exceptions.BucketAlreadyOwnedByYou):
        client.create_bucket(Bucket=name, CreateBucketConfiguration=where)
    client.delete_bucket(Bucket=name)


def test_a_name_against_the_rules_is_refused(palate):
    client = palate.client("s3", config=Config(s3={"addressing_style": "path"}))
    refused(client.create_bucket, "InvalidBucketName", 400, Bucket="Upper_Case")


def test_buckets_are_listed_in_pages(s3):
    names = [f"page-{uuid.uuid4().hex[:8]}-{index}" for index in range(5)]
    for name in names:
        s3.create_bucket(Bucket=name)
    found = []
    for page in s3.get_paginator("list_buckets").paginate(Prefix="page-", PaginationConfig={"PageSize": 2}):
        assert len(page["Buckets"]) <= 2
        found += [bucket["Name"] for bucket in page["Buckets"]]
    assert found == sorted(names)
    for name in names:
        s3.delete_bucket(Bucket=name)


def test_a_policy_is_kept_checked_and_deleted(s3, bucket):
    refused(s3.get_bucket_policy, "NoSuchBucketPolicy", 404, Bucket=bucket)
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "personalize.amazonaws.com"},
                "Action": ["s3:GetObject", "s3:ListBucket"],
                "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
            }
        ],
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == policy
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is False
    refused(s3.put_bucket_policy, "MalformedPolicy", 400, Bucket=bucket, Policy="{")
    policy["Statement"][0]["Resource"] = "arn:aws:s3:::another-bucket/*"
    refused(s3.put_bucket_policy, "MalformedPolicy", 400, Bucket=bucket, Policy=json.dumps(policy))
    s3.delete_bucket_policy(Bucket=bucket)
    refused(s3.get_bucket_policy, "NoSuchBucketPolicy", 404, Bucket=bucket)


def test_settings_of_set_up_scripts_are_kept(s3, bucket):
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    block = dict(BlockPublicAcls=True, IgnorePublicAcls=True, BlockPublicPolicy=True, RestrictPublicBuckets=True)
    refused(s3.get_public_access_block, "NoSuchPublicAccessBlockConfiguration", 404, Bucket=bucket)
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == block
    s3.delete_public_access_block(Bucket=bucket)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    kept = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
    assert kept["Rules"][0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    refused(s3.get_bucket_tagging, "NoSuchTagSet", 404, Bucket=bucket)
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "a", "Value": "b & <c>"}]})
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "a", "Value": "b & <c>"}]
    s3.delete_bucket_tagging(Bucket=bucket)
    assert s3.get_bucket_acl(Bucket=bucket)["Grants"][0]["Permission"] == "FULL_CONTROL"
    refused(s3.get_bucket_cors, "NoSuchCORSConfiguration", 404, Bucket=bucket)
    refused(s3.get_bucket_lifecycle_configuration, "NoSuchLifecycleConfiguration", 404, Bucket=bucket)
    enabled = {"Status": "Enabled"}  # would promise what is not kept
    refused(s3.put_bucket_versioning, "NotImplemented", 501, Bucket=bucket, VersioningConfiguration=enabled)


# Objects


def test_an_object_comes_back_with_all_that_was_said_of_it(s3, bucket):
    put = s3.put_object(
        Bucket=bucket,
        Key="a b/ü+%.csv",
        Body=b"USER_ID,ITEM_ID\n1,2\n",
        ContentType="text/csv",
        CacheControl="no-cache",
        ContentEncoding="identity",
        ContentDisposition='attachment; filename="a.csv"',
        Metadata={"origin": "test"},
        Tagging="one=1&two=zwei%20drei",
    )
    assert put["ETag"] == f'"{hashlib.md5(b"USER_ID,ITEM_ID" + bytes([10]) + b"1,2" + bytes([10])).hexdigest()}"'
    got = s3.get_object(Bucket=bucket, Key="a b/ü+%.csv")
    assert got["Body"].read() == b"USER_ID,ITEM_ID\n1,2\n"
    assert (got["ContentType"], got["CacheControl"], got["ContentEncoding"]) == ("text/csv", "no-cache", "identity")
    assert got["ContentDisposition"] == 'attachment; filename="a.csv"'
    assert (got["Metadata"], got["TagCount"], got["ContentLength"]) == ({"origin": "test"}, 2, 20)
    tags = s3.get_object_tagging(Bucket=bucket, Key="a b/ü+%.csv")["TagSet"]
    assert tags == [{"Key": "one", "Value": "1"}, {"Key": "two", "Value": "zwei drei"}]
    head = s3.head_object(Bucket=bucket, Key="a b/ü+%.csv")
    assert (head["ETag"], head["ContentLength"]) == (put["ETag"], 20)
    assert abs(head["LastModified"] - datetime.datetime.now(datetime.timezone.utc)) < datetime.timedelta(minutes=1)


def test_missing_things_are_told_apart(s3, bucket):
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=bucket, Key="nothing")
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.get_object(Bucket="no-such-bucket-here", Key="nothing")
    refused(s3.head_object, "404", 404, Bucket=bucket, Key="nothing")
    refused(s3.put_object, "NoSuchBucket", 404, Bucket="no-such-bucket-here", Key="k", Body=b"x")
    refused(s3.list_objects_v2, "NoSuchBucket", 404, Bucket="no-such-bucket-here")
    assert s3.delete_object(Bucket=bucket, Key="nothing")["ResponseMetadata"]["HTTPStatusCode"] == 204


@pytest.mark.parametrize(
    "key",
    ["..", "../../etc/passwd", "/lead", "a//b", "a/../b", ".", "~", "a\\b", "con", "a" * 1024, "é", "é", "漢字 🎬", "a?b=c#d&e", "%2e%2e%2f", "tab\tkey", "'\"<&>"],
)
def test_any_key_is_an_opaque_name(s3, bucket, key):
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert body_of(s3, bucket, key) == key.encode()
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    assert [item["Key"] for item in s3.list_objects(Bucket=bucket)["Contents"]] == [key]
    s3.delete_object(Bucket=bucket, Key=key)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_keys_that_look_the_same_are_different(s3, bucket):
    composed, decomposed = "\u00e9", "e\u0301"
    s3.put_object(Bucket=bucket, Key=composed, Body=b"1")
    s3.put_object(Bucket=bucket, Key=decomposed, Body=b"2")
    assert (body_of(s3, bucket, composed), body_of(s3, bucket, decomposed)) == (b"1", b"2")


def test_keys_over_1024_bytes_are_refused(s3, bucket):
    refused(s3.put_object, "KeyTooLongError", 400, Bucket=bucket, Key="a" * 1025, Body=b"")


def test_ranges(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=bytes(range(100)))
    for header, expected in [("bytes=0-9", range(10)), ("bytes=90-", range(90, 100)), ("bytes=-5", range(95, 100)), ("bytes=50-1000", range(50, 100))]:
        got = s3.get_object(Bucket=bucket, Key="k", Range=header)
        assert got["Body"].read() == bytes(expected)
        assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
        assert got["ContentRange"] == f"bytes {expected[0]}-{expected[-1]}/100"
    refused(s3.get_object, "InvalidRange", 416, Bucket=bucket, Key="k", Range="bytes=100-")
    assert len(body_of(s3, bucket, "k", Range="bytes=0-1,5-6")) == 100
    assert s3.head_object(Bucket=bucket, Key="k", Range="bytes=0-9")["ContentLength"] == 10


def test_conditions_on_reading(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"]
    modified = s3.head_object(Bucket=bucket, Key="k")["LastModified"]
    hour = datetime.timedelta(hours=1)
    assert body_of(s3, bucket, "k", IfMatch=etag) == b"x"
    assert body_of(s3, bucket, "k", IfNoneMatch='"other"') == b"x"
    assert body_of(s3, bucket, "k", IfModifiedSince=modified - hour) == b"x"
    refused(s3.get_object, "PreconditionFailed", 412, Bucket=bucket, Key="k", IfMatch='"other"')
    refused(s3.get_object, "304", 304, Bucket=bucket, Key="k", IfNoneMatch=etag)
    refused(s3.get_object, "304", 304, Bucket=bucket, Key="k", IfModifiedSince=modified)
    refused(s3.head_object, "304", 304, Bucket=bucket, Key="k", IfNoneMatch=etag)
    refused(s3.get_object, "PreconditionFailed", 412, Bucket=bucket, Key="k", IfUnmodifiedSince=modified - hour)


def test_conditions_on_writing(s3, bucket):
    first = s3.put_object(Bucket=bucket, Key="k", Body=b"1", IfNoneMatch="*")["ETag"]
    refused(s3.put_object, "PreconditionFailed", 412, Bucket=bucket, Key="k", Body=b"2", IfNoneMatch="*")
    second = s3.put_object(Bucket=bucket, Key="k", Body=b"2", IfMatch=first)["ETag"]
    refused(s3.put_object, "PreconditionFailed", 412, Bucket=bucket, Key="k", Body=b"3", IfMatch=first)
    refused(s3.put_object, "NoSuchKey", 404, Bucket=bucket, Key="none", Body=b"3", IfMatch=second)
    assert body_of(s3, bucket, "k") == b"2"


def test_only_one_of_many_writers_creates_a_key(s3, bucket):
    def attempt(number):
        try:
            s3.put_object(Bucket=bucket, Key="lock", Body=str(number).encode(), IfNoneMatch="*")
            return number
        except ClientError:
            return None

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        winners = [number for number in pool.map(attempt, range(16)) if number is not None]
    assert len(winners) == 1
    assert body_of(s3, bucket, "lock") == str(winners[0]).encode()


def test_objects_are_copied_with_and_without_their_metadata(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a ü", Body=b"body", ContentType="text/csv", Metadata={"m": "1"})
    source = {"Bucket": bucket, "Key": "a ü"}
    copied = s3.copy_object(Bucket=bucket, Key="b", CopySource=source)["CopyObjectResult"]
    s3.delete_object(Bucket=bucket, Key="a ü")
    got = s3.get_object(Bucket=bucket, Key="b")
    assert (got["Body"].read(), got["ContentType"], got["Metadata"]) == (b"body", "text/csv", {"m": "1"})
    assert got["ETag"] == copied["ETag"]
    source = {"Bucket": bucket, "Key": "b"}
    refused(s3.copy_object, "InvalidRequest", 400, Bucket=bucket, Key="b", CopySource=source)
    s3.copy_object(Bucket=bucket, Key="b", CopySource=source, MetadataDirective="REPLACE", Metadata={"m": "2"})
    got = s3.get_object(Bucket=bucket, Key="b")
    assert (got["Body"].read(), got["Metadata"]) == (b"body", {"m": "2"})
    refused(s3.copy_object, "PreconditionFailed", 412, Bucket=bucket, Key="c", CopySource=source, CopySourceIfMatch='"x"')
    refused(s3.copy_object, "NoSuchKey", 404, Bucket=bucket, Key="c", CopySource={"Bucket": bucket, "Key": "none"})
    hashed = s3.copy_object(Bucket=bucket, Key="d", CopySource=source, ChecksumAlgorithm="SHA256")["CopyObjectResult"]
    assert hashed["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(b"body").digest()).decode()


def test_many_objects_are_deleted_at_once(s3, bucket):
    for index in range(10):
        s3.put_object(Bucket=bucket, Key=f"k{index}", Body=b"x")
    keys = [{"Key": f"k{index}"} for index in range(5)] + [{"Key": "none <&>"}]
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": keys})["Deleted"]
    assert [item["Key"] for item in deleted] == [item["Key"] for item in keys]
    quiet = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k5"}], "Quiet": True})
    assert "Deleted" not in quiet
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 4
    boto3.resource("s3", endpoint_url=s3.meta.endpoint_url).Bucket(bucket).objects.all().delete()
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_tags_of_objects(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": "x", "Value": "y"}]})
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "x", "Value": "y"}]
    s3.delete_object_tagging(Bucket=bucket, Key="k")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []
    assert s3.get_object_acl(Bucket=bucket, Key="k")["Grants"][0]["Permission"] == "FULL_CONTROL"


# Listings


@pytest.fixture
def shelf(s3, bucket):
    keys = ["a", "b/1", "b/2", "b/c/3", "d/4", "e", "f/5", "g"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    return bucket, keys


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 1000])
@pytest.mark.parametrize("operation", ["list_objects_v2", "list_objects"])
def test_pages_show_every_key_and_prefix_once(s3, shelf, operation, size):
    bucket, keys = shelf
    paginator = s3.get_paginator(operation)
    pages = list(paginator.paginate(Bucket=bucket, PaginationConfig={"PageSize": size}))
    assert [item["Key"] for page in pages for item in page.get("Contents", [])] == keys
    pages = list(paginator.paginate(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": size}))
    assert [item["Key"] for page in pages for item in page.get("Contents", [])] == ["a", "e", "g"]
    assert [item["Prefix"] for page in pages for item in page.get("CommonPrefixes", [])] == ["b/", "d/", "f/"]
    pages = list(paginator.paginate(Bucket=bucket, Prefix="b/", Delimiter="/", PaginationConfig={"PageSize": size}))
    assert [item["Key"] for page in pages for item in page.get("Contents", [])] == ["b/1", "b/2"]
    assert [item["Prefix"] for page in pages for item in page.get("CommonPrefixes", [])] == ["b/c/"]


def test_listings_start_where_they_are_told(s3, shelf):
    bucket, _ = shelf
    listed = s3.list_objects_v2(Bucket=bucket, StartAfter="b/2")
    assert [item["Key"] for item in listed["Contents"]] == ["b/c/3", "d/4", "e", "f/5", "g"]
    listed = s3.list_objects(Bucket=bucket, Marker="d/", Delimiter="/")
    assert [item["Key"] for item in listed["Contents"]] == ["e", "g"]
    assert s3.list_objects_v2(Bucket=bucket, MaxKeys=0)["KeyCount"] == 0
    refused(s3.list_objects_v2, "InvalidArgument", 400, Bucket=bucket, ContinuationToken="!")
    assert s3.list_objects_v2(Bucket=bucket, Prefix="zzz")["KeyCount"] == 0


def test_every_object_has_one_version(s3, shelf):
    bucket, keys = shelf
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, PaginationConfig={"PageSize": 3})
    versions = [item for page in pages for item in page.get("Versions", [])]
    assert [item["Key"] for item in versions] == keys
    assert {item["VersionId"] for item in versions} == {"null"}
    targets = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in versions]
    s3.delete_objects(Bucket=bucket, Delete={"Objects": targets})
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


# Checksums


def checksum_of(algorithm, data):
    if algorithm == "CRC32":
        return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()
    if algorithm == "SHA1":
        return base64.b64encode(hashlib.sha1(data).digest()).decode()
    if algorithm == "SHA256":
        return base64.b64encode(hashlib.sha256(data).digest()).decode()
    if algorithm == "CRC32C":
        crc = reflected(data, 0x82F63B78, 32)
        return base64.b64encode(crc.to_bytes(4, "big")).decode()
    return base64.b64encode(reflected(data, 0x9A6C9329AC4BC9B5, 64).to_bytes(8, "big")).decode()


def reflected(data, polynomial, width):
    """One bit after the other: slow, and plainly the definition."""
    ones = (1 << width) - 1
    crc = ones
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ polynomial if crc & 1 else crc >> 1
    return crc ^ ones


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_a_checksum_is_verified_kept_and_given_back(s3, bucket, algorithm):
    data = os.urandom(10_001)
    right = checksum_of(algorithm, data)
    field = f"Checksum{algorithm}"
    put = s3.put_object(Bucket=bucket, Key="k", Body=data, **{field: right})
    assert put[field] == right
    assert s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")[field] == right
    attributes = s3.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["Checksum", "ObjectSize", "ETag"])
    assert attributes["Checksum"][field] == right
    assert attributes["ObjectSize"] == len(data)
    wrong = checksum_of(algorithm, data + b"x")
    refused(s3.put_object, "BadDigest", 400, Bucket=bucket, Key="bad", Body=data, **{field: wrong})
    refused(s3.put_object, "InvalidRequest", 400, Bucket=bucket, Key="bad", Body=data, **{field: "AAAA"})
    refused(s3.head_object, "404", 404, Bucket=bucket, Key="bad")


def test_content_md5_is_verified(s3, bucket):
    right = base64.b64encode(hashlib.md5(b"data").digest()).decode()
    s3.put_object(Bucket=bucket, Key="k", Body=b"data", ContentMD5=right)
    refused(s3.put_object, "BadDigest", 400, Bucket=bucket, Key="k", Body=b"date", ContentMD5=right)
    refused(s3.put_object, "InvalidDigest", 400, Bucket=bucket, Key="k", Body=b"data", ContentMD5="x")
    assert body_of(s3, bucket, "k") == b"data"


def chunked(data, sizes, signed, trailers):
    out, offset = b"", 0
    for size in [*sizes, None]:
        piece = data[offset : offset + size] if size else data[offset:]
        offset += len(piece)
        if not piece:
            continue
        signature = b";chunk-signature=" + b"0" * 64 if signed else b""
        out += b"%x" % len(piece) + signature + b"\r\n" + piece + b"\r\n"
    out += b"0" + (b";chunk-signature=" + b"0" * 64 if signed else b"") + b"\r\n"
    for name, value in trailers.items():
        out += f"{name}:{value}\r\n".encode()
    return out + b"\r\n"


def send(palate, method, path, body=None, headers={}):
    connection = http.client.HTTPConnection("127.0.0.1", palate.port, timeout=30)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.status, dict((name.lower(), value) for name, value in answer.getheaders()), answer.read()


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_aws_chunked_bodies_with_trailing_checksums(palate, s3, bucket, algorithm, signed):
    data = os.urandom(20_000)
    name = f"x-amz-checksum-{algorithm.lower()}"
    kind = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" if signed else "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    headers = {
        "content-encoding": "aws-chunked",
        "x-amz-content-sha256": kind,
        "x-amz-decoded-content-length": str(len(data)),
        "x-amz-trailer": name,
    }
    body = chunked(data, [1, 7, 8192], signed, {name: checksum_of(algorithm, data)})
    status, answer, _ = send(palate, "PUT", f"/{bucket}/k", body, headers)
    assert (status, answer[name]) == (200, checksum_of(algorithm, data))
    assert body_of(s3, bucket, "k") == data
    assert "ContentEncoding" not in s3.head_object(Bucket=bucket, Key="k")
    for trailers, code in [({name: checksum_of(algorithm, b"other")}, b"BadDigest"), ({}, b"InvalidRequest")]:
        body = chunked(data, [100], signed, trailers)
        status, _, document = send(palate, "PUT", f"/{bucket}/bad", body, headers)
        assert status == 400 and b"<Code>" + code in document
    headers["x-amz-decoded-content-length"] = str(len(data) + 1)
    body = chunked(data, [100], signed, {name: checksum_of(algorithm, data)})
    status, _, document = send(palate, "PUT", f"/{bucket}/bad", body, headers)
    assert status == 400 and b"IncompleteBody" in document
    refused(s3.head_object, "404", 404, Bucket=bucket, Key="bad")


def test_a_signed_payload_hash_is_verified(palate, bucket):
    headers = {"x-amz-content-sha256": hashlib.sha256(b"other").hexdigest()}
    status, _, document = send(palate, "PUT", f"/{bucket}/k", b"data", headers)
    assert status == 400 and b"XAmzContentSHA256Mismatch" in document


def test_expect_100_continue_is_answered_before_the_body(palate, bucket):
    with socket.create_connection(("127.0.0.1", palate.port), timeout=10) as connection:
        connection.sendall(
            f"PUT /{bucket}/k HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n".encode()
        )
        assert connection.recv(4096).startswith(b"HTTP/1.1 100")
        connection.sendall(b"data")
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")


def test_a_body_cut_short_leaves_nothing(palate, s3, bucket):
    with socket.create_connection(("127.0.0.1", palate.port), timeout=10) as connection:
        connection.sendall(f"PUT /{bucket}/cut HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n".encode())
        connection.sendall(b"x" * 5000)
    time.sleep(0.3)
    refused(s3.head_object, "404", 404, Bucket=bucket, Key="cut")
    incoming = palate.data_dir / "objects" / "incoming"
    assert list(incoming.iterdir()) == []


# Multipart uploads


def test_parts_become_one_object(s3, bucket):
    pieces = [os.urandom(5 * MIB), os.urandom(5 * MIB + 1), os.urandom(10)]
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k", ContentType="text/csv", Metadata={"m": "1"})["UploadId"]
    assert [item["UploadId"] for item in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == [upload]
    common = dict(Bucket=bucket, Key="k", UploadId=upload)
    parts = []
    for number, piece in [(7, pieces[2]), (1, os.urandom(9)), (1, pieces[0]), (3, pieces[1])]:
        etag = s3.upload_part(PartNumber=number, Body=piece, **common)["ETag"]
        parts = [part for part in parts if part["PartNumber"] != number] + [{"PartNumber": number, "ETag": etag}]
    parts.sort(key=lambda part: part["PartNumber"])
    pages = s3.get_paginator("list_parts").paginate(**common, PaginationConfig={"PageSize": 2})
    assert [part["PartNumber"] for page in pages for part in page["Parts"]] == [1, 3, 7]
    refused(s3.head_object, "404", 404, Bucket=bucket, Key="k")
    shuffled = {"Parts": parts[::-1]}
    refused(s3.complete_multipart_upload, "InvalidPartOrder", 400, MultipartUpload=shuffled, **common)
    wrong = {"Parts": [{"PartNumber": 2, "ETag": parts[0]["ETag"]}]}
    refused(s3.complete_multipart_upload, "InvalidPart", 400, MultipartUpload=wrong, **common)
    wrong = {"Parts": [{"PartNumber": 1, "ETag": parts[1]["ETag"]}]}
    refused(s3.complete_multipart_upload, "InvalidPart", 400, MultipartUpload=wrong, **common)
    done = s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **common)
    digests = b"".join(hashlib.md5(piece).digest() for piece in pieces)
    assert done["ETag"] == f'"{hashlib.md5(digests).hexdigest()}-3"'
    got = s3.get_object(Bucket=bucket, Key="k")
    assert got["Body"].read() == b"".join(pieces)
    assert (got["ETag"], got["ContentType"], got["Metadata"]) == (done["ETag"], "text/csv", {"m": "1"})
    whole = b"".join(pieces)
    first, last = 5 * MIB - 3, 10 * MIB + 3
    assert body_of(s3, bucket, "k", Range=f"bytes={first}-{last}") == whole[first : last + 1]
    second = s3.get_object(Bucket=bucket, Key="k", PartNumber=2)
    assert (second["Body"].read(), second["PartsCount"]) == (pieces[1], 3)
    refused(s3.list_parts, "NoSuchUpload", 404, **common)
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "k"})
    s3.delete_object(Bucket=bucket, Key="k")
    assert body_of(s3, bucket, "copy") == whole


def test_small_parts_are_refused_and_aborting_forgets_them(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    common = dict(Bucket=bucket, Key="k", UploadId=upload)
    etags = [s3.upload_part(PartNumber=number, Body=b"small", **common)["ETag"] for number in (1, 2)]
    parts = {"Parts": [{"PartNumber": number + 1, "ETag": etag} for number, etag in enumerate(etags)]}
    refused(s3.complete_multipart_upload, "EntityTooSmall", 400, MultipartUpload=parts, **common)
    refused(s3.upload_part, "InvalidArgument", 400, PartNumber=10_001, Body=b"x", **common)
    s3.abort_multipart_upload(**common)
    refused(s3.upload_part, "NoSuchUpload", 404, PartNumber=1, Body=b"x", **common)
    refused(s3.abort_multipart_upload, "NoSuchUpload", 404, **common)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_parts_are_copied_from_objects(s3, bucket):
    data = os.urandom(6 * MIB)
    s3.put_object(Bucket=bucket, Key="source", Body=data)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    common = dict(Bucket=bucket, Key="k", UploadId=upload, CopySource={"Bucket": bucket, "Key": "source"})
    first = s3.upload_part_copy(PartNumber=1, **common)["CopyPartResult"]["ETag"]
    second = s3.upload_part_copy(PartNumber=2, CopySourceRange="bytes=10-19", **common)["CopyPartResult"]["ETag"]
    refused(s3.upload_part_copy, "InvalidRange", 416, PartNumber=3, CopySourceRange=f"bytes=0-{6 * MIB}", **common)
    parts = {"Parts": [{"PartNumber": 1, "ETag": first}, {"PartNumber": 2, "ETag": second}]}
    s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload=parts)
    assert body_of(s3, bucket, "k") == data + data[10:20]


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA256"])
def test_large_uploads_of_the_transfer_library(s3, bucket, algorithm):
    data = os.urandom(21 * MIB + 17)
    s3.upload_fileobj(io.BytesIO(data), bucket, "k", ExtraArgs={"ChecksumAlgorithm": algorithm})
    head = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert head["ETag"].endswith('-3"')
    assert head[f"Checksum{algorithm}"].endswith("-3")
    received = io.BytesIO()
    s3.download_fileobj(bucket, "k", received)
    assert received.getvalue() == data
    parts = s3.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["ObjectParts"])["ObjectParts"]
    assert sum(part["Size"] for part in parts["Parts"]) == len(data)


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME"])
def test_the_checksum_of_the_whole_is_put_together_from_parts(s3, bucket, algorithm):
    pieces = [b"a" * (5 * MIB), b"b" * 1001]
    created = s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm=algorithm, ChecksumType="FULL_OBJECT")
    common = dict(Bucket=bucket, Key="k", UploadId=created["UploadId"])
    parts = []
    for number, piece in enumerate(pieces, 1):
        # The checksum goes unnamed: the service computes it as the upload asks.
        status, headers, _ = send_part(s3, common, number, piece)
        assert status == 200
        parts.append({"PartNumber": number, "ETag": headers["etag"]})
    done = s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **common)
    assert done["ChecksumType"] == "FULL_OBJECT"
    if algorithm == "CRC32":
        assert done["ChecksumCRC32"] == checksum_of("CRC32", b"".join(pieces))
    else:
        status, headers, _ = raw(s3, "PUT", f"/{bucket}/whole", b"".join(pieces), {"x-amz-sdk-checksum-algorithm": algorithm})
        assert done[f"Checksum{algorithm}"] == headers[f"x-amz-checksum-{algorithm.lower()}"]


def raw(s3, method, path, body, headers={}):
    port = int(s3.meta.endpoint_url.rsplit(":", 1)[1])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def send_part(s3, common, number, piece):
    path = f"/{common['Bucket']}/{common['Key']}?partNumber={number}&uploadId={common['UploadId']}"
    return raw(s3, "PUT", path, piece)


# Addressing and signatures


def test_the_bucket_may_stand_in_the_host_name(palate, s3, bucket):
    for host in [f"{bucket}.localhost:{palate.port}", f"{bucket}.s3.eu-west-1.amazonaws.com", f"{bucket}.s3.amazonaws.com"]:
        status, _, _ = send(palate, "PUT", "/a/b", host.encode(), {"Host": host})
        assert status == 200
        assert body_of(s3, bucket, "a/b") == host.encode()
    client = boto3.client(
        "s3",
        endpoint_url=f"http://localhost:{palate.port}",
        config=Config(s3={"addressing_style": "virtual"}, retries={"max_attempts": 0}),
    )
    resolve = socket.getaddrinfo
    try:  # not every system's resolver knows names under localhost
        socket.getaddrinfo = lambda host, *rest, **more: resolve(
            "127.0.0.1" if str(host).endswith("localhost") else host, *rest, **more
        )
        client.put_object(Bucket=bucket, Key="virtual", Body=b"v")
        assert client.list_objects_v2(Bucket=bucket, Prefix="virtual")["KeyCount"] == 1
    finally:
        socket.getaddrinfo = resolve
    assert body_of(s3, bucket, "virtual") == b"v"


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_presigned_addresses_work_until_they_expire(palate, bucket, version):
    client = palate.client("s3", config=Config(signature_version=version, s3={"addressing_style": "path"}))
    put = client.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"}, ExpiresIn=60)
    request = urllib.request.Request(put, data=b"data", method="PUT", headers={"content-type": ""})
    assert urllib.request.urlopen(request).status == 200
    parameters = {"Bucket": bucket, "Key": "k", "ResponseContentType": "text/plain"}
    get = client.generate_presigned_url("get_object", Params=parameters, ExpiresIn=60)
    answer = urllib.request.urlopen(get)
    assert (answer.read(), answer.headers["content-type"]) == (b"data", "text/plain")
    expired = client.generate_presigned_url("get_object", Params=parameters, ExpiresIn=1)
    time.sleep(2.1)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(expired)
    assert caught.value.code == 403 and b"AccessDenied" in caught.value.read()


def test_errors_carry_the_request_identifier(palate, bucket):
    status, headers, document = send(palate, "GET", f"/{bucket}/none")
    assert status == 404
    assert headers["x-amz-request-id"].encode() in document
    assert headers["content-type"] == "application/xml"


@pytest.mark.parametrize(
    "document",
    [
        b"<Delete><Object><Key>a</Key></Object>",
        b'<!DOCTYPE d [<!ENTITY e "x">]><Delete><Object><Key>&e;</Key></Object></Delete>',
        b"<Delete>" * 10_000,
        b"<Other/>",
        b"",
        b"\xff\xfe",
        b"<Delete>" + b"<Object><Key>a</Key></Object>" * 1001 + b"</Delete>",
    ],
)
def test_documents_that_are_not_the_schema_s_are_refused(palate, bucket, document):
    status, _, answer = send(palate, "POST", f"/{bucket}?delete", document)
    assert status == 400 and b"MalformedXML" in answer


def test_a_request_for_an_unknown_part_never_touches_the_whole(palate, s3, bucket):
    assert send(palate, "DELETE", f"/{bucket}?analytics&id=1")[0] == 501
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert send(palate, "PUT", f"/{bucket}/k?retention", b"<Retention/>")[0] == 501
    assert body_of(s3, bucket, "k") == b"x"


# Endurance


def test_a_killed_server_keeps_all_it_acknowledged(own_palate):
    s3 = own_palate.client("s3")
    s3.create_bucket(Bucket="kept")
    acknowledged = {}
    stop = threading.Event()

    def write(number):
        index = 0
        while not stop.is_set():
            key, data = f"{number}/{index % 7}", os.urandom(1000 + index)
            try:
                s3.put_object(Bucket="kept", Key=key, Body=data)
            except Exception:
                return key, data
            acknowledged[key] = data
            index += 1

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(write, number) for number in range(4)]
        time.sleep(1.5)
        own_palate.kill()
        stop.set()
        unsure = dict(writer.result() for writer in writers if writer.result())
    own_palate.start()
    s3 = own_palate.client("s3")
    assert acknowledged
    for key, data in acknowledged.items():
        assert body_of(s3, "kept", key) in (data, unsure.get(key, data))
    referenced = s3.list_objects_v2(Bucket="kept")["KeyCount"]
    bodies = [path for path in (own_palate.data_dir / "objects" / "bodies").rglob("*") if path.is_file()]
    assert len(bodies) == referenced
    assert list((own_palate.data_dir / "objects" / "incoming").iterdir()) == []


def test_readers_writers_and_deleters_of_one_key_do_not_meet(s3, bucket):
    versions = [bytes([65 + number]) * (300_000 + number) for number in range(6)]
    deadline = time.monotonic() + 2

    def write(number):
        while time.monotonic() < deadline:
            s3.put_object(Bucket=bucket, Key="k", Body=versions[number])

    def read():
        seen = 0
        while time.monotonic() < deadline:
            try:
                assert body_of(s3, bucket, "k") in versions
                seen += 1
            except s3.exceptions.NoSuchKey:
                pass
        return seen

    def delete():
        while time.monotonic() < deadline:
            s3.delete_object(Bucket=bucket, Key="k")
            time.sleep(0.01)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        writers = [pool.submit(write, number) for number in range(3)]
        readers = [pool.submit(read) for _ in range(3)]
        deleter = pool.submit(delete)
        for task in [*writers, deleter]:
            task.result()
        assert sum(reader.result() for reader in readers) > 0


class Zeros:
    """A file of zeros that takes no memory."""

    def __init__(self, size):
        self.size, self.position = size, 0

    def read(self, count=-1):
        count = self.size - self.position if count is None or count < 0 else min(count, self.size - self.position)
        self.position += count
        return bytes(count)

    def seek(self, offset, whence=0):
        self.position = [0, self.position, self.size][whence] + offset
        return self.position

    def tell(self):
        return self.position

    def __len__(self):
        return self.size


def test_a_large_body_does_not_grow_the_server(own_palate):
    size = int(os.environ.get("PALATE_TEST_LARGE_BYTES", 1 << 30))
    s3 = own_palate.client("s3", config=Config(read_timeout=300))
    s3.create_bucket(Bucket="large")
    s3.put_object(Bucket="large", Key="warm", Body=b"x" * MIB)
    before = peak = own_palate.resident_bytes()
    done = threading.Event()

    def watch():
        nonlocal peak
        while not done.wait(0.02):
            peak = max(peak, own_palate.resident_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        connection = http.client.HTTPConnection("127.0.0.1", own_palate.port, timeout=300)
        connection.putrequest("PUT", "/large/one")
        connection.putheader("Content-Length", str(size))
        connection.putheader("x-amz-sdk-checksum-algorithm", "CRC64NVME")
        connection.endheaders()
        block = bytes(MIB)
        for _ in range(size // MIB):
            connection.send(block)
        assert connection.getresponse().status == 200
        s3.upload_fileobj(Zeros(size), "large", "parts", Config=TransferConfig(multipart_chunksize=64 * MIB, max_concurrency=2))
        for key in ("one", "parts"):
            received = 0
            for piece in s3.get_object(Bucket="large", Key=key)["Body"].iter_chunks(MIB):
                received += len(piece)
            assert received == size
    finally:
        done.set()
        watcher.join()
    print(f"resident before {before / MIB:.0f} MiB, peak {peak / MIB:.0f} MiB for {size / MIB:.0f} MiB")
    assert peak - before < 64 * MIB


# The command line


def aws(palate, *arguments, check=True):
    command = ["aws", "--endpoint-url", palate.endpoint, *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if check:
        assert result.returncode == 0, result.stderr
    return result


def test_the_command_line_copies_syncs_lists_and_removes(palate, tmp_path):
    bucket = f"cli-{uuid.uuid4().hex[:12]}"
    tree = tmp_path / "tree"
    (tree / "sub dir").mkdir(parents=True)
    contents = {"a.csv": b"1,2\n", "sub dir/b ü.csv": b"", "sub dir/large.bin": os.urandom(20 * MIB + 5)}
    for name, data in contents.items():
        (tree / name).write_bytes(data)
    aws(palate, "s3", "mb", f"s3://{bucket}")
    aws(palate, "s3", "sync", tree, f"s3://{bucket}/data/")
    listing = aws(palate, "s3", "ls", "--recursive", f"s3://{bucket}/data/").stdout.splitlines()
    assert sorted(line.split(None, 3)[3] for line in listing) == sorted(f"data/{name}" for name in contents)
    assert "PRE data/" in aws(palate, "s3", "ls", f"s3://{bucket}").stdout
    aws(palate, "s3", "sync", f"s3://{bucket}/data/", tmp_path / "back")
    for name, data in contents.items():
        assert (tmp_path / "back" / name).read_bytes() == data
    assert aws(palate, "s3", "sync", tree, f"s3://{bucket}/data/").stdout == ""
    aws(palate, "s3", "cp", f"s3://{bucket}/data/sub dir/large.bin", f"s3://{bucket}/copied.bin")
    aws(palate, "s3", "cp", f"s3://{bucket}/copied.bin", tmp_path / "copied.bin")
    assert (tmp_path / "copied.bin").read_bytes() == contents["sub dir/large.bin"]
    aws(palate, "s3", "mv", f"s3://{bucket}/copied.bin", f"s3://{bucket}/moved.bin")
    assert aws(palate, "s3", "rb", f"s3://{bucket}", check=False).returncode != 0
    aws(palate, "s3", "rm", "--recursive", f"s3://{bucket}/data/")
    aws(palate, "s3", "rb", "--force", f"s3://{bucket}")
    assert bucket not in aws(palate, "s3", "ls").stdout


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_the_command_line_uploads_large_files_with_each_checksum(palate, s3, bucket, tmp_path, algorithm):
    path = tmp_path / "large.bin"
    path.write_bytes(os.urandom(20 * MIB))
    aws(palate, "s3", "cp", "--checksum-algorithm", algorithm, path, f"s3://{bucket}/k")
    aws(palate, "s3", "cp", "--checksum-mode", "ENABLED", f"s3://{bucket}/k", tmp_path / "back.bin")
    assert (tmp_path / "back.bin").read_bytes() == path.read_bytes()
