"""The binary under test as a process: start it, talk to it, kill it, start it again."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[2]
REGION = "us-east-1"
ACCOUNT = "123456789012"


def binary():
    return Path(os.environ.get("PALATE_BINARY", ROOT / ".build" / "release" / "palate"))


class Service:
    """`palate serve` on a free port, with its state in `data`."""

    def __init__(self, data):
        self.data = Path(data)
        self.log = self.data.parent / f"{self.data.name}.log"
        self.process = None
        self.endpoint = None

    def start(self, timeout=30):
        offset = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [binary(), "serve", "--port", "0", "--data-dir", str(self.data)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            listening = re.search(rb"Listening on (http://[^\s\"]+)", self.log.read_bytes()[offset:])
            if listening:
                self.endpoint = listening.group(1).decode()
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise RuntimeError(f"the service did not start:\n{self.log.read_text(errors='replace')[-2000:]}")

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """kill -9: no handler runs, nothing is flushed."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=10)

    def stop(self):
        """SIGTERM; the exit status of a graceful stop."""
        self.process.terminate()
        return self.process.wait(timeout=30)

    def restart(self):
        if self.is_running:
            self.kill()
        return self.start()

    def environment(self):
        """What a user exports to point an SDK or the AWS CLI here."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint, "AWS_DEFAULT_REGION": REGION, "AWS_ACCESS_KEY_ID": "palate",
            "AWS_SECRET_ACCESS_KEY": "palate", "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, name, **options):
        configuration = {
            "retries": {"total_max_attempts": 1}, "connect_timeout": 5, "read_timeout": 60,
            "s3": {"addressing_style": "path"}, **options,
        }
        return boto3.client(
            name, endpoint_url=self.endpoint, region_name=REGION, aws_access_key_id="palate",
            aws_secret_access_key="palate", config=Config(**configuration))
