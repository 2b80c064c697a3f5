"""One illegal input for each constraint of the model: limits, patterns, enumerations, required members, types."""

import copy
from dataclasses import dataclass

from compatibility.model import OPERATIONS, UNMATCHED, limits, smallest, text

# For each type a JSON value that is of another.
WRONG = {
    "string": 5, "boolean": "true", "integer": "5", "long": "5", "double": "0.5", "float": "0.5", "timestamp": "now",
    "structure": "text", "list": "text", "map": "text",
}


@dataclass(frozen=True)
class Violation:
    operation: str
    constraint: str
    """Where the member is, as the server's messages write it."""
    place: str
    value: dict
    """A text that must not be in the message, because the shape is sensitive."""
    secret: str | None = None

    @property
    def is_of_another_type(self):
        return self.constraint.startswith("type") or self.constraint.endswith("null")

    @property
    def name(self):
        return f"{self.operation}-{self.place}: {self.constraint}"


def at(root, path, make):
    """A copy of `root` with `make(old)` at `path`; parents that are not there are made as the model wants them."""
    root = copy.deepcopy(root)
    node = root
    for key, shape in path[:-1]:
        if isinstance(node, dict):
            node.setdefault(key, smallest(shape))
        elif len(node) <= key:
            node.append(smallest(shape))
        node = node[key]
    make(node, path[-1][0])
    return root


def put(value):
    def make(node, key):
        if isinstance(node, dict):
            node[key] = value
        elif len(node) > key:
            node[key] = value
        else:
            node.append(value)
    return make


def remove(node, key):
    del node[key]


def place_of(path):
    """`eventList.1.member.sentAt`: the elements of lists count from 1, those of maps have their keys."""
    return ".".join(f"{key + 1}.member" if isinstance(key, int) else key for key, _ in path)


def broken_values(shape):
    """The name of each constraint of a shape, and a value that breaks it and no type."""
    kind = shape.type_name
    low, high = limits(shape)
    if kind == "string":
        if shape.enum:
            yield "enumeration", "NOT_ONE_OF_THEM"
        if low:
            yield f"at least {low} long", ""
        if high is not None:
            yield f"at most {high} long", text(shape, high + 1)
        if "pattern" in shape.metadata:
            yield "pattern", UNMATCHED
    elif kind in ("integer", "long", "double", "float"):
        if low is not None:
            yield f"at least {low}", low - 1
        if high is not None:
            yield f"at most {high}", high + 1
        if kind == "integer":
            yield "32 bits", 1 << 31
    elif kind == "list":
        if low:
            yield f"at least {low} elements", []
        if high is not None:
            yield f"at most {high} elements", [smallest(shape.member)] * (high + 1)
    elif kind == "map":
        if high is not None:
            keys = [text(shape.key, length) for length in range(1, high + 2)]
            yield f"at most {high} entries", {key: smallest(shape.value) for key in keys}


def violations_at(operation, root, path, shape):
    def violation(constraint, make, where=path):
        secret = UNMATCHED if constraint == "pattern" and shape.metadata.get("sensitive") else None
        return Violation(operation.name, constraint, place_of(where), at(root, path, make), secret)

    for constraint, value in broken_values(shape):
        yield violation(constraint, put(value))
    if not shape.serialization.get("jsonvalue"):  # A member that holds a JSON document takes any JSON value.
        yield violation("type", put(WRONG[shape.type_name]))
    if shape.type_name in ("integer", "long"):
        yield violation("type: no fraction", put(1.5))
    if shape.type_name == "structure":
        for name in shape.required_members:
            below = path + [(name, shape.members[name])]
            yield Violation(operation.name, "required", place_of(below), at(root, below, remove))
        for name, member in shape.members.items():
            yield from violations_at(operation, root, path + [(name, member)], member)
    elif shape.type_name == "list":
        yield from violations_at(operation, root, path + [(0, shape.member)], shape.member)
    elif shape.type_name == "map":
        for constraint, key in broken_values(shape.key):
            yield violation(f"key: {constraint}", put({key: smallest(shape.value)}))
        key = text(shape.key)
        for found in violations_at(operation, root, path + [(key, shape.value)], shape.value):
            place = found.place
            if not found.is_of_another_type:
                place = place.replace(f"{place_of(path)}.{key}", f"{place_of(path)}.{key}.member", 1)
            yield Violation(found.operation, found.constraint, place, found.value, found.secret)


def violations(operation):
    shape = operation.input_shape
    root = smallest(shape)
    for name in shape.required_members:
        below = [(name, shape.members[name])]
        yield Violation(operation.name, "required", name, at(root, below, remove))
        yield Violation(operation.name, "required, null", name, at(root, below, put(None)))
    for name, member in shape.members.items():
        yield from violations_at(operation, root, [(name, member)], member)


ALL = [violation for operation in OPERATIONS for violation in violations(operation)]
