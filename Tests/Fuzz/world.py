"""What the inputs of the fuzzer can name: a small trained campaign and the resources around it."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))

from compatibility.world import World  # noqa: E402  (found by the path above)


@dataclass
class Names:
    """Plain values, so that processes can share them."""

    port: int = 0
    """By the noun in the ARN: what is there, and is not to be deleted by an input."""
    arns: dict = field(default_factory=dict)
    tracking: list = field(default_factory=list)
    role: str = ""
    location: str = ""


def names(server):
    """Makes the world of the compatibility test on a server."""
    world = World(server)
    arns = {
        "schema": list(world.schemas.values()), "dataset-group": [world.group, *world.domains.values()],
        "dataset": list(world.datasets.values()), "dataset-import-job": [world.import_job],
        "solution": list(world.solutions.values()), "solution-version": list(world.versions.values()),
        "campaign": [*world.campaigns.values(), world.second_campaign],
        "recommender": [arn for pair in world.recommenders.values() for arn in pair],
        "filter": [world.filter, world.second_filter, world.action_filter], "event-tracker": [world.tracker],
        "recipe": ["arn:aws:personalize:::recipe/aws-user-personalization"],
    }
    return Names(
        server.port, arns, [world.tracking, world.action_tracking], world.role, f"s3://{world.bucket}/in/")
