"""The generated Swift lists exactly the operations of botocore's service models, and is current."""

import json
import subprocess
import sys
from pathlib import Path

import botocore.session

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
