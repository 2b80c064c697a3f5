"""Starts the built `palate serve` for tests that speak to it with real clients."""

import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
import zlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ACCOUNT = "123456789012"
REGION = "us-east-1"

# botocore reads these before any profile; nothing of the person who runs the tests is used.
os.environ.update(
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    AWS_DEFAULT_REGION=REGION,
    AWS_EC2_METADATA_DISABLED="true",
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    AWS_MAX_ATTEMPTS="1",
    # Tests share a server, and the quotas of campaigns, recommenders and solutions are five and ten.
    PALATE_QUOTAS_CAMPAIGNS="500",
    PALATE_QUOTAS_RECOMMENDERS="500",
    PALATE_QUOTAS_SOLUTIONS="500",
)


def binary():
    named = os.environ.get("PALATE_BINARY")
    if named:
        return pathlib.Path(named)
    found = [ROOT / ".build" / kind / "palate" for kind in ("release", "debug")]
    for path in found:
        if path.exists():
            return path
    raise RuntimeError("palate is not built: run `swift build -c release` or set PALATE_BINARY")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One `palate serve` process over a data directory that outlives it."""

    def __init__(self, data_dir, *arguments):
        self.data_dir = pathlib.Path(data_dir)
        self.arguments = arguments
        self.process = None
        self.port = None

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        self.port = free_port()
        self.log = open(self.data_dir.parent / f"{self.data_dir.name}.log", "ab")
        command = [binary(), "serve", "--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--data-dir", self.data_dir, *self.arguments]
        self.process = subprocess.Popen(
            [str(part) for part in command], stdout=self.log, stderr=subprocess.STDOUT
        )
        deadline = time.monotonic() + 30
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"palate serve ended with {self.process.returncode}; see {self.log.name}")
            try:
                urllib.request.urlopen(self.endpoint + "/", timeout=2).read()
                return self
            except urllib.error.HTTPError:
                return self  # any answer means it serves
            except OSError:
                if time.monotonic() > deadline:
                    self.stop()
                    raise
                time.sleep(0.05)

    def stop(self, how=signal.SIGTERM):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None
        self.log.close()

    def kill(self):
        """Ends the process as a power cut would, as far as the process is concerned."""
        self.stop(signal.SIGKILL)

    def resident_bytes(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
        return int(fields["VmRSS"].split()[0]) * 1024

    def client(self, service, **options):
        import boto3
        from botocore.config import Config

        options.setdefault("region_name", REGION)
        config = Config(retries={"max_attempts": 0}).merge(options.pop("config", None) or Config())
        return boto3.client(service, endpoint_url=self.endpoint, config=config, **options)


@pytest.fixture(scope="session")
def palate(tmp_path_factory):
    """A server shared by all tests of a run. Tests choose names that do not meet."""
    server = Server(tmp_path_factory.mktemp("palate") / "data").start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def endpoint(palate):
    return palate.endpoint


@pytest.fixture
def own_palate(tmp_path):
    """A server of one test's own, to be killed and started again."""
    server = Server(tmp_path / "data").start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def s3(palate):
    from botocore.config import Config

    return palate.client("s3", config=Config(s3={"addressing_style": "path"}))


@pytest.fixture(scope="session")
def iam(palate):
    return palate.client("iam")


@pytest.fixture(scope="session")
def sts(palate):
    return palate.client("sts")


@pytest.fixture(scope="session")
def personalize(palate):
    return palate.client("personalize")


@pytest.fixture(scope="session")
def runtime(palate):
    return palate.client("personalize-runtime")


@pytest.fixture(scope="session")
def stack(palate):
    """A trained and deployed recommender that tests may look at but not change."""
    from scenario import Stack

    stack = Stack(palate, "shared")
    stack.job = stack.import_data()
    stack.train()
    stack.deploy()
    return stack


@pytest.fixture
def unique(request):
    """A name that no other test uses."""
    text = "".join(character if character.isalnum() else "-" for character in request.node.name.lower())
    # Names are cut, and the parameters of a test are at their end.
    return f"{text.removeprefix('test-')[:28].strip('-')}-{zlib.crc32(request.node.nodeid.encode()):08x}"
