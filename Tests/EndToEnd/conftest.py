import pytest
from scenario import Stack
from service import Service


@pytest.fixture(scope="session")
def service(tmp_path_factory):
    """One running service for all tests that do not stop it."""
    service = Service(tmp_path_factory.mktemp("palate") / "data").start()
    yield service
    assert service.is_running, f"the service ended during the tests; see {service.log}"
    service.stop()


@pytest.fixture
def own_service(tmp_path):
    """A service that one test has for itself, to kill and start again."""
    service = Service(tmp_path / "data").start()
    yield service
    if service.is_running:
        service.kill()


@pytest.fixture(scope="session")
def personalize(service):
    return service.client("personalize")


@pytest.fixture(scope="session")
def runtime(service):
    return service.client("personalize-runtime")


@pytest.fixture(scope="session")
def s3(service):
    return service.client("s3")


@pytest.fixture(scope="session")
def iam(service):
    return service.client("iam")


@pytest.fixture(scope="session")
def stack(service):
    """A trained and deployed recommender that tests may look at but not change."""
    stack = Stack(service, "shared")
    stack.job = stack.import_data()
    stack.train()
    stack.deploy()
    return stack


@pytest.fixture
def unique(request):
    """A name that no other test uses."""
    text = "".join(character if character.isalnum() else "-" for character in request.node.name.lower())
    return text.removeprefix("test-")[:40].strip("-")
