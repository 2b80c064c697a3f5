"""Arbitrary bytes, arbitrary JSON, and requests of the service model with something changed in them."""

import copy
import json

from compatibility.model import smallest

WILD_TEXT = [
    "", " ", "\u0000", "\n", "é\U0001f3ac", "\u202e", "\ufeff", "a" * 257, "x" * 5000, "%s%n", "../../etc/passwd", "' OR 1=1 --",
    "$LATEST", "-1", "1e999", "NaN", "null", "{}", "[]", "\\", '"', "<!DOCTYPE x>", "0" * 400, "\ud83d", "rate(0 days)", "*",
]
WILD = [
    None, True, False, 0, -1, 1, 1.5, -0.0, 1e308, 1e-320, 2**31, 2**63, 2**64, -(2**63), 10**400, [], {}, [None], {"": None},
    *WILD_TEXT,
]
FILTER_WORDS = [
    "INCLUDE", "EXCLUDE", "ItemID", "UserID", "ActionID", "WHERE", "Interactions.EVENT_TYPE", "Items.GENRES", "Items.PRICE",
    "Users.AGE", "CurrentUser.AGE", "CurrentItem.GENRES", "IN", "NOT IN", "=", "!=", "<", "<=", ">", ">=", "AND", "OR", "NOT", "IF",
    "(", ")", ",", "|", "$P", "$", '"a"', "'a'", '"', "*", "1", "-1.5", "1e9", "é", "Interactions.", ".",
]
AVRO_WORDS = [
    "USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE", "GENRES", "string", "long", "float", "null", "boolean", "record", "Items", "Users",
    "Interactions", "categorical", "textual", "fields", "name", "type",
]


def arbitrary(generator, depth=0):
    """A JSON value of any form."""
    kind = generator.randrange(8 if depth < 4 else 4)
    if kind < 3:
        return copy.copy(generator.choice(WILD))
    if kind == 3:
        return "".join(chr(generator.choice([generator.randrange(32, 127), generator.randrange(0xD7FF)]))
                       for _ in range(generator.randrange(12)))
    if kind < 6:
        return [arbitrary(generator, depth + 1) for _ in range(generator.randrange(4))]
    return {generator.choice(WILD_TEXT[:12] + AVRO_WORDS): arbitrary(generator, depth + 1)
            for _ in range(generator.randrange(4))}


def mutated_bytes(generator, data):
    """Some bytes of the data overwritten, cut out or said twice."""
    data = bytearray(data)
    for _ in range(generator.randrange(1, 4)):
        at = generator.randrange(len(data) + 1)
        choice = generator.randrange(4)
        if choice == 0:
            data[at:at] = bytes([generator.randrange(256)])
        elif choice == 1:
            del data[at:at + generator.randrange(1, 20)]
        elif choice == 2:
            data[at:at] = data[at:at + generator.randrange(40)]
        elif data:
            data[at % len(data)] = generator.randrange(256)
    return bytes(data)


def paths(value, prefix=()):
    """Every place in a JSON value."""
    yield prefix
    if isinstance(value, dict):
        for key in value:
            yield from paths(value[key], (*prefix, key))
    elif isinstance(value, list):
        for index in range(len(value)):
            yield from paths(value[index], (*prefix, index))


def mutate(generator, value):
    """The value with one to three of its parts changed; the value itself is used up."""
    for _ in range(generator.randrange(1, 4)):
        places = list(paths(value))
        place = generator.choice(places)
        if not place:
            if generator.random() < 0.05:
                return arbitrary(generator)
            continue
        node = value
        for key in place[:-1]:
            node = node[key]
        key = place[-1]
        choice = generator.randrange(6)
        if choice == 0:
            del node[key]
        elif choice == 1:
            node[key] = arbitrary(generator)
        elif choice == 2 and isinstance(node[key], str):
            text = node[key].encode("utf-8", "surrogatepass")
            node[key] = mutated_bytes(generator, text).decode("utf-8", "replace")
        elif choice == 3 and isinstance(node, list):
            node.extend([copy.deepcopy(node[key]) for _ in range(generator.choice([1, 10, 100]))])
        elif choice == 4 and isinstance(node[key], (int, float)) and not isinstance(node[key], bool):
            node[key] = node[key] * generator.choice([-1, 0, 2**20, 2**40])
        else:
            node[key] = copy.copy(generator.choice(WILD))
    return value


def words(generator, choices, most):
    return " ".join(generator.choice(choices) for _ in range(generator.randrange(1, most)))


def avro(generator):
    """A schema, nearly."""
    fields = [
        {"name": name, "type": generator.choice(["string", "long", "float", ["null", "string"], "wrong"]),
         **({"categorical": True} if generator.random() < 0.2 else {})}
        for name in generator.sample(AVRO_WORDS[:5], generator.randrange(1, 5))]
    schema = {"type": "record", "name": generator.choice(["Interactions", "Items", "Users"]), "fields": fields,
              "namespace": "com.amazonaws.personalize.schema", "version": "1.0"}
    return json.dumps(mutate(generator, schema) if generator.random() < 0.8 else schema)


def document(generator):
    """The properties of a record, nearly."""
    value = {"genres": "drama", "price": 1.5, "device": "phone", "age": 3, "creationTimestamp": 1, "value": 2}
    return json.dumps(mutate(generator, value))


class ModelValues:
    """Values of shapes that keep most constraints, with the names of what is there."""

    JUNK = "arn:aws:personalize:us-east-1:123456789012:"

    def __init__(self, generator, names):
        self.generator, self.names = generator, names

    def input(self, operation):
        """
        Deletions and stops name nothing that other inputs need, and nothing is trained on the data that is there: a training
        takes a second, and there would be thousands.
        """
        spares = operation.name.startswith(("Delete", "Stop", "CreateSolution", "CreateRecommender", "UpdateRecommender"))
        return self.value(operation.input_shape, "", None if spares else self.names.arns)

    def value(self, shape, name, arns):
        generator = self.generator
        kind = shape.type_name
        if kind == "structure":
            return {
                member: self.value(shape.members[member], member, arns) for member in shape.members
                if member in shape.required_members or generator.random() < 0.5}
        if kind == "list":
            return [self.value(shape.member, name, arns) for _ in range(generator.choice([0, 1, 1, 2, 3]))]
        if kind == "map":
            keys = shape.key.enum or ["explorationWeight", "GENRES", "TYPES", "ITEMS", "Items", "hidden_dimension", "P", "k"]
            return {key: self.value(shape.value, key, arns) for key in generator.sample(keys, min(2, len(keys)))}
        if kind == "boolean":
            return generator.random() < 0.5
        if kind == "timestamp":
            return generator.choice([1_700_000_000, 0, 1_700_000_000.5, 4e9])
        if kind != "string":
            low, high = shape.metadata.get("min", 0), shape.metadata.get("max", 30)
            return generator.choice([low, high, (low + high) // 2, 1])
        return self.text(shape, name, arns)

    def text(self, shape, name, arns):
        generator = self.generator
        if shape.enum:
            return generator.choice(shape.enum)
        if name.endswith("Arn") and "personalize" in shape.metadata.get("pattern", ""):
            noun = "".join("-" + letter.lower() if letter.isupper() else letter for letter in name[:-3])
            known = (arns or {}).get(noun)
            if noun == "resource" and arns:
                known = [arn for list in arns.values() for arn in list]
            if noun == "solution-version" and known:
                known = known + [arn.rsplit("/", 1)[0] + "/$LATEST" for arn in known]
            return generator.choice(known) if known else f"{self.JUNK}{noun}/fuzz-{generator.randrange(6)}"
        if name == "trackingId":
            return generator.choice(self.names.tracking)
        if name == "roleArn":
            return self.names.role
        if name in ("path", "dataLocation"):
            return self.names.location
        if name == "filterExpression":
            return words(generator, FILTER_WORDS, 14)
        if name == "schema":
            return avro(generator)
        if name == "properties":
            return document(generator)
        if name in ("name", "jobName"):
            return f"fuzz-{generator.randrange(6)}"
        if name in ("userId", "itemId", "actionId"):
            return f"{name[0]}{generator.randrange(100)}"
        if name == "datasetType":
            return generator.choice(["Interactions", "Items", "Users", "Actions"])
        if name in ("TYPES", "GENRES", "P"):
            return generator.choice(['"drama"', '"watch","click"', "1", '"'])
        return generator.choice([smallest(shape), "0.5", "3", "GENRES", "click", "rate(3 days)"])
