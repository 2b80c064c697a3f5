"""A repeatable stream of requests to every route."""

import base64
import json
import random
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from compatibility.model import OPERATIONS, service_of
from values import ModelValues, WILD_TEXT, arbitrary, mutate, mutated_bytes

BUCKETS = [f"fuzz-{number}" for number in range(4)] + ["compatibility"]
KEYS = ["a", "a/b", "a b", "é", "dir/", "..", "x" * 300, "in/0/file.csv"]
METHODS = ["GET", "PUT", "POST", "DELETE", "HEAD"]
S3_QUERIES = [
    "", "acl", "policy", "policyStatus", "location", "uploads", "versions", "tagging", "versioning", "cors", "lifecycle", "delete",
    "website", "notification", "logging", "publicAccessBlock", "ownershipControls", "encryption", "torrent", "attributes",
    "list-type=2", "list-type=2&max-keys=2", "list-type=2&continuation-token=x", "prefix=a&delimiter=/", "max-keys=-1",
    "uploadId=x", "uploadId=x&partNumber=1", "partNumber=0&uploadId=", "encoding-type=url&marker=%00", "start-after=%C3",
]
S3_HEADERS = {
    "Range": ["bytes=0-1", "bytes=-5", "bytes=5-1", "bytes=99999999999999999999-", "lines=1", "bytes=0-0,2-3"],
    "Content-MD5": ["x", "1B2M2Y8AsgTpgAmY7PhCfg=="], "If-Match": ["*", '"x"'], "If-None-Match": ["*", '"x"'],
    "If-Modified-Since": ["x", "Wed, 21 Oct 2015 07:28:00 GMT"], "x-amz-copy-source": ["/compatibility/x", "x", "%zz/%zz", "/fuzz-0/a"],
    "x-amz-content-sha256": ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x"],
    "x-amz-decoded-content-length": ["3", "-1", "x", "99999999999999999999"], "x-amz-checksum-crc32": ["x", "AAAAAA=="],
    "x-amz-checksum-algorithm": ["CRC32C", "x"], "Content-Encoding": ["aws-chunked"], "x-amz-meta-a": ["b", "\u00e9"],
    "x-amz-tagging": ["a=b", "%%", "a=b&a=c"], "x-amz-acl": ["private", "x"], "x-amz-trailer": ["x-amz-checksum-crc32"],
    "x-amz-object-attributes": ["ETag,ObjectSize", "x"], "x-amz-metadata-directive": ["REPLACE", "x"],
}
S3_BODIES = [
    b"", b"abc", b"3\r\nabc\r\n0\r\n\r\n", b"3;chunk-signature=00\r\nabc\r\n0;chunk-signature=00\r\n\r\n", b"ffffffffffffffff\r\n",
    b"<Delete><Object><Key>a</Key></Object></Delete>", b"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag>"
    b"</Part></CompleteMultipartUpload>", b"<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>",
    b'<!DOCTYPE x [<!ENTITY a "b">]><Delete>&a;</Delete>', b'{"Version":"2012-10-17","Statement":[]}', b"<a><b></a>",
    b"<CreateBucketConfiguration><LocationConstraint>x</LocationConstraint></CreateBucketConfiguration>",
]
IAM_ACTIONS = [
    "CreateRole", "GetRole", "DeleteRole", "ListRoles", "CreatePolicy", "GetPolicy", "DeletePolicy", "ListPolicies", "AttachRolePolicy",
    "DetachRolePolicy", "ListAttachedRolePolicies", "PutRolePolicy", "GetRolePolicy", "DeleteRolePolicy", "ListRolePolicies",
    "TagRole", "UpdateAssumeRolePolicy", "GetPolicyVersion", "Nothing",
]
STS_ACTIONS = ["GetCallerIdentity", "AssumeRole", "GetSessionToken", "GetAccessKeyInfo", "Nothing"]
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
PAGES = ["/health", "/", "/metrics", "/console", "/favicon.ico", "/recommendations", "/events", "//", "/%00", "/a?b=c&&=", "/..%2f.."]
SCOPE = "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=00"


@dataclass
class Input:
    family: str
    method: str
    target: str
    headers: dict
    body: bytes

    def wire(self):
        head = [f"{self.method} {self.target} HTTP/1.1", "Host: localhost"]
        if "Content-Length" not in self.headers and "Transfer-Encoding" not in self.headers:
            head.append(f"Content-Length: {len(self.body)}")
        head += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join(head).encode("utf-8", "replace") + b"\r\n\r\n" + self.body


class Inputs:
    """An endless stream that depends on the seed and the names alone."""

    def __init__(self, seed, names):
        self.generator = random.Random(seed)
        self.values = ModelValues(self.generator, names)
        self.names = names
        self.weights = {
            self.legal: 12, self.mutated: 38, self.arbitrary_json: 10, self.arbitrary_bytes: 8, self.s3: 18, self.iam: 6, self.sts: 3,
            self.page: 3, self.signature: 2,
        }

    def __iter__(self):
        families, weights = list(self.weights), list(self.weights.values())
        while True:
            yield self.generator.choices(families, weights)[0]()

    # The three services of Personalize

    def call(self, family, operation, body):
        headers = {"Content-Type": "application/json"}
        if service_of(operation) == "personalize":
            headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"AmazonPersonalize.{operation.name}"}
        return Input(family, "POST", operation.http["requestUri"], headers, body)

    @staticmethod
    def json(value):
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")

    def legal(self):
        operation = self.generator.choice(OPERATIONS)
        return self.call("legal JSON", operation, self.json(self.values.input(operation)))

    def mutated(self):
        operation = self.generator.choice(OPERATIONS)
        value = mutate(self.generator, self.values.input(operation))
        body = self.json(value)
        if self.generator.random() < 0.2:
            body = mutated_bytes(self.generator, body)
        return self.call("mutated JSON", operation, body)

    def arbitrary_json(self):
        return self.call("arbitrary JSON", self.generator.choice(OPERATIONS), self.json(arbitrary(self.generator)))

    def arbitrary_bytes(self):
        generator = self.generator
        body = generator.randbytes(generator.choice([0, 1, 10, 100, 1000]))
        if generator.random() < 0.05:
            body = generator.choice([b"[", b'{"a":', b'"\\u', b"1"]) * generator.choice([100, 70_000])
        found = self.call("arbitrary bytes", generator.choice(OPERATIONS), body)
        if generator.random() < 0.1 and "X-Amz-Target" in found.headers:
            found.headers["X-Amz-Target"] = generator.choice(["", "AmazonPersonalize.", "x.CreateSchema", "A" * 3000, "é"])
        return found

    # The services beside them

    def path(self):
        generator = self.generator
        bucket = generator.choice(BUCKETS) if generator.random() < 0.9 else quote(generator.choice(WILD_TEXT), errors="replace")
        if generator.random() < 0.35:
            return f"/{bucket}"
        key = quote(generator.choice(KEYS)) if generator.random() < 0.9 else generator.choice(["%zz", "%00", "%C3", "//", "%2e%2e/"])
        return f"/{bucket}/{key}"

    def s3(self):
        generator = self.generator
        query = generator.choice(S3_QUERIES)
        path = self.path()
        headers = {name: generator.choice(values) for name, values in generator.sample(list(S3_HEADERS.items()), generator.randrange(3))}
        body = generator.choice(S3_BODIES)
        if body and generator.random() < 0.4:
            body = mutated_bytes(generator, body)
        method = generator.choice(METHODS + ["PATCH", "OPTIONS"])
        if method == "POST" and query == "uploads" and generator.random() < 0.9:
            method = "GET"  # An upload that nobody ends stays there.
        if generator.random() < 0.5:
            headers["Authorization"] = SCOPE.format("s3")
        return Input("S3", method, f"{path}?{query}" if query else path, headers, body)

    def form(self, service, action, fields):
        generator = self.generator
        body = urlencode(fields, errors="replace").encode()
        if generator.random() < 0.3:
            body = mutated_bytes(generator, body)
        headers = {"Authorization": SCOPE.format(service), "Content-Type": "application/x-www-form-urlencoded"}
        return Input(service.upper(), "POST", "/", headers, body)

    def fields(self, action, version, **known):
        generator = self.generator
        fields = {"Action": action, "Version": version}
        for name, value in known.items():
            if generator.random() < 0.8:
                fields[name] = value if generator.random() < 0.8 else generator.choice(WILD_TEXT)
        return fields

    def policy(self):
        generator = self.generator
        value = json.loads(json.dumps(POLICY))
        return json.dumps(mutate(generator, value) if generator.random() < 0.7 else value)

    def iam(self):
        generator = self.generator
        action = generator.choice(IAM_ACTIONS)
        name = f"fuzz-{generator.randrange(5)}"
        return self.form("iam", action, self.fields(
            action, "2010-05-08", RoleName=name, PolicyName=name, AssumeRolePolicyDocument=self.policy(),
            PolicyDocument=self.policy(), PolicyArn=f"arn:aws:iam::123456789012:policy/{name}", MaxItems="2", Marker="1",
            **{"Tags.member.1.Key": "a", "Tags.member.1.Value": "b"}))

    def sts(self):
        generator = self.generator
        action = generator.choice(STS_ACTIONS)
        return self.form("sts", action, self.fields(
            action, "2011-06-15", RoleArn=self.names.role, RoleSessionName="s", DurationSeconds=str(generator.randrange(4000)),
            AccessKeyId="AKIA"))

    def page(self):
        generator = self.generator
        path = generator.choice(PAGES)
        return Input("pages", generator.choice(["GET", "GET", "HEAD", "POST", "DELETE"]), path, {}, b"")

    def signature(self):
        """Headers and queries that say who calls, changed."""
        generator = self.generator
        found = self.legal()
        found.family = "signatures"
        text = SCOPE.format(generator.choice(["personalize", "s3", "iam", "sts", "", "x"]))
        found.headers["Authorization"] = mutated_bytes(generator, text.encode()).decode("latin-1").translate({10: 32, 13: 32, 0: 32})
        found.headers["X-Amz-Date"] = generator.choice(["20260101T000000Z", "x", "", "99999999T999999Z"])
        if generator.random() < 0.3:
            token = base64.b64encode(generator.randbytes(30)).decode()
            found.headers["X-Amz-Security-Token"] = token
        if generator.random() < 0.3:
            found.target += "?X-Amz-Credential=" + quote(generator.choice(["a/b/c/s3/d", "////", "%", ""])) + "&X-Amz-Expires=-1"
        return found
