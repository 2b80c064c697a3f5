"""The service model of botocore: operations, smallest values of shapes, and the check of an answer against its shape."""

import datetime
import math
import re

import botocore.session

SERVICES = ("personalize", "personalize-runtime", "personalize-events")
MODELS = {name: botocore.session.get_session().get_service_model(name) for name in SERVICES}
OPERATIONS = [MODELS[service].operation_model(name) for service in SERVICES for name in MODELS[service].operation_names]
BY_NAME = {operation.name: operation for operation in OPERATIONS}

# For each pattern of the model a text that matches it, cut where more characters may go in.
EXAMPLES = {
    r"^[a-zA-Z0-9][a-zA-Z0-9\-_]*": ("a", ""),
    r"arn:([a-z\d-]+):personalize:.*:.*:.+": ("arn:aws:personalize:us-east-1:123456789012:x/", ""),
    r"(s3|http|https)://.+": ("s3://bucket/", ""),
    r"arn:aws.*:kms:.*:[0-9]{12}:key/.*": ("arn:aws:kms:us-east-1:123456789012:key/", ""),
    r"arn:([a-z\d-]+):iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+": ("arn:aws:iam::123456789012:role/", ""),
    r"[A-Za-z_][A-Za-z\d_]*": ("A", ""),
    r"^[A-Za-z_]+$": ("A", ""),
    r"[A-Za-z\d_]+": ("", ""),
    r"[A-Za-z0-9_]+": ("", ""),
    r"rate\(\d+ days?\)": ("rate(", "1 days)"),
    r"\p{ASCII}{0,1500}": ("", ""),
    r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$": ("", ""),
    r"^[\x20-\x7E]*[\x21-\x7E]+[\x20-\x7E]*$": ("", ""),
}
FILLERS = {r"rate\(\d+ days?\)": "1"}
# No pattern of the model matches this text.
UNMATCHED = "é!"


def service_of(operation):
    return operation.service_model.service_name


def limits(shape):
    return shape.metadata.get("min"), shape.metadata.get("max")


def text(shape, length=1):
    """A legal string of the shape with `length` characters, or the fewest that its pattern takes if that is more."""
    if getattr(shape, "enum", None):
        return shape.enum[0]
    pattern = shape.metadata.get("pattern")
    start, end = EXAMPLES[pattern] if pattern else ("", "")
    filler = FILLERS.get(pattern, "a")
    fill = max(length - len(start) - len(end), 0)
    if not fill and pattern and "{ASCII}" not in pattern and pattern.endswith((".+", "]+", "/.*")):
        fill = 1
    return start + filler * fill + end


def smallest(shape):
    """A value that keeps every constraint and has nothing that is not required."""
    kind = shape.type_name
    low, _ = limits(shape)
    if kind == "structure":
        return {name: smallest(shape.members[name]) for name in shape.required_members}
    if kind == "list":
        return [smallest(shape.member) for _ in range(low or 0)]
    if kind == "map":
        return {}
    if kind == "string":
        return text(shape, low or 1)
    if kind == "boolean":
        return False
    if kind == "timestamp":
        return datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    return max(low, 1) if low is not None else 1


def members_of(shape, prefix=""):
    """The paths of all members below a structure; `[]` stands for the elements of a list or map."""
    kind = shape.type_name
    if kind == "structure":
        for name, member in shape.members.items():
            path = f"{prefix}.{name}" if prefix else name
            yield path
            yield from members_of(member, path)
    elif kind in ("list", "map"):
        yield from members_of(shape.member if kind == "list" else shape.value, prefix + "[]")


def members_in(value, shape, prefix=""):
    """The paths, in the form of `members_of`, that a value has."""
    kind = shape.type_name
    if kind == "structure":
        for name, member in value.items():
            path = f"{prefix}.{name}" if prefix else name
            yield path
            yield from members_in(member, shape.members[name], path)
    elif kind in ("list", "map"):
        for element in (value if kind == "list" else value.values()):
            yield from members_in(element, shape.member if kind == "list" else shape.value, prefix + "[]")


def mistakes(value, shape, path="$"):
    """What in a raw JSON value does not fit the shape."""
    kind = shape.type_name
    if value is None:
        yield f"{path} is null"
    elif kind == "structure":
        if not isinstance(value, dict):
            yield f"{path} is no object: {value!r}"
            return
        for name in value.keys() - shape.members.keys():
            yield f"{path} has a member that the model does not know: {name}"
        for name in shape.required_members:
            if name not in value:
                yield f"{path} lacks {name}"
        for name, member in shape.members.items():
            if name in value:
                yield from mistakes(value[name], member, f"{path}.{name}")
    elif kind == "list":
        if not isinstance(value, list):
            yield f"{path} is no list: {value!r}"
            return
        yield from size_mistakes(len(value), shape, path, "elements")
        for index, element in enumerate(value):
            yield from mistakes(element, shape.member, f"{path}[{index}]")
    elif kind == "map":
        if not isinstance(value, dict):
            yield f"{path} is no map: {value!r}"
            return
        yield from size_mistakes(len(value), shape, path, "entries")
        for key, element in value.items():
            yield from mistakes(key, shape.key, f"{path} key {key!r}")
            yield from mistakes(element, shape.value, f"{path}.{key}")
    else:
        yield from scalar_mistakes(value, shape, path)


def size_mistakes(size, shape, path, what):
    low, high = limits(shape)
    if low is not None and size < low or high is not None and size > high:
        yield f"{path} has {size} {what}, not {low} to {high}"


def scalar_mistakes(value, shape, path):
    kind = shape.type_name
    if kind == "string":
        if not isinstance(value, str):
            yield f"{path} is no string: {value!r}"
            return
        if shape.enum and value not in shape.enum:
            yield f"{path} is {value!r}, not one of {shape.enum}"
        pattern = shape.metadata.get("pattern")
        is_role = path.endswith(".roleArn")  # The model gives some of them the pattern of Personalize's own ARNs.
        if pattern and r"\p" not in pattern and not is_role and not re.fullmatch(pattern, value):
            yield f"{path} is {value!r}, which does not match {pattern}"
        yield from size_mistakes(len(value), shape, path, "characters")
    elif kind == "boolean":
        if not isinstance(value, bool):
            yield f"{path} is no boolean: {value!r}"
    elif kind in ("integer", "long"):
        if isinstance(value, bool) or not isinstance(value, int):
            yield f"{path} is no integer: {value!r}"
        else:
            yield from range_mistakes(value, shape, path)
    else:
        if value in ("NaN", "Infinity", "-Infinity"):
            return
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            yield f"{path} is no number: {value!r}"
        elif kind != "timestamp":
            yield from range_mistakes(value, shape, path)


def range_mistakes(value, shape, path):
    low, high = limits(shape)
    if low is not None and value < low or high is not None and value > high:
        yield f"{path} is {value}, not from {low} to {high}"
