"""The smallest and the fullest legal input of every operation.

Each function makes an input for a `World`. The smallest has what is required, in its shortest form; the fullest has every
member and the largest sizes. Members that exclude each other are in several inputs.
"""

from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Legal:
    operation: str
    label: str
    make: Callable
    """The states in which what was created may end."""
    ends: tuple

    @property
    def name(self):
        return f"{self.operation}-{self.label}"


ALL = []


def legal(operation, label, ends=("ACTIVE", "COMPLETED")):
    def add(make):
        ALL.append(Legal(operation, label, make, ends))
        return make
    return add


def only(operation, member, arn):
    """An operation that takes one ARN, whose smallest input is the fullest."""
    legal(operation, "only")(lambda world: {member: arn(world)})
