#!/usr/bin/env python3
"""Writes Sources/PersonalizeAPI/Generated from the public service model that ships with botocore.

    Tools/generate-personalize-api.py           write the files
    Tools/generate-personalize-api.py --check   say whether the files are current; exit 1 if they are not

Names and constraints are taken from the model, never its documentation. The output depends on the model alone.
"""

import argparse
import json
import re
import sys
from pathlib import Path

from botocore.loaders import Loader

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "Sources" / "PersonalizeAPI" / "Generated"

# (botocore's name, Swift case, prefix for a shape whose name another service uses differently, API version)
SERVICES = [
    ("personalize", "personalize", "", "2018-05-22"),
    ("personalize-runtime", "personalizeRuntime", "Runtime", "2018-05-22"),
    ("personalize-events", "personalizeEvents", "Events", "2018-03-22"),
]
COMMON_ERRORS = [
    # (code, HTTP status): what every AWS service may answer, and so in no model.
    ("AccessDeniedException", 403),
    ("ExpiredTokenException", 403),
    ("IncompleteSignatureException", 400),
    ("InternalServerError", 500),
    ("InvalidSignatureException", 403),
    ("MissingAuthenticationTokenException", 403),
    ("RequestEntityTooLargeException", 413),
    ("SerializationException", 400),
    ("ServiceUnavailableException", 503),
    ("ThrottlingException", 429),
    ("UnknownOperationException", 404),
    ("UnrecognizedClientException", 403),
]
VERBS = ("Create", "Delete", "Describe", "Get", "List", "Start", "Stop", "Tag", "Untag", "Update", "Put")
KEYWORDS = {
    "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer", "deinit", "do", "else",
    "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard", "if", "import", "in", "init",
    "inout", "internal", "is", "let", "nil", "operator", "package", "private", "protocol", "public", "repeat",
    "rethrows", "return", "self", "static", "struct", "subscript", "super", "switch", "throw", "throws", "true", "try",
    "typealias", "var", "where", "while",
}
SCALARS = {"string": "String", "boolean": "Bool", "integer": "Int", "long": "Int", "double": "Double",
           "float": "Float", "timestamp": "Timestamp"}


def identifier(name):
    return f"`{name}`" if name in KEYWORDS else name


def lower_camel(name):
    """`HPOObjectiveType` -> `hpoObjectiveType`."""
    run = re.match(r"[A-Z]+", name)
    if not run:
        return name
    count = run.end()
    if 1 < count < len(name) and name[count].islower():
        count -= 1
    return name[:count].lower() + name[count:]


def literal(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Model:
    def __init__(self, service, case, prefix, version, loader):
        self.service, self.case, self.prefix, self.version = service, case, prefix, version
        document = loader.load_service_model(service, "service-2", version)
        self.metadata = document["metadata"]
        self.operations = dict(sorted(document["operations"].items()))
        self.shapes = document["shapes"]
        self.names = {}  # shape name -> Swift name

    def swift_type(self, shape_name, json_value=False):
        shape = self.shapes[shape_name]
        kind = shape["type"]
        if json_value:
            return "JSONText"
        if kind == "structure":
            return self.names[shape_name]
        if kind == "list":
            return f"[{self.swift_type(shape['member']['shape'])}]"
        if kind == "map":
            return f"[String: {self.swift_type(shape['value']['shape'])}]"
        return SCALARS[kind]

    def children(self, shape_name):
        shape = self.shapes[shape_name]
        if shape["type"] == "structure":
            return [member["shape"] for member in shape["members"].values()]
        if shape["type"] == "list":
            return [shape["member"]["shape"]]
        if shape["type"] == "map":
            return [shape["key"]["shape"], shape["value"]["shape"]]
        return []

    def reachable(self, roots):
        found, queue = [], list(roots)
        while queue:
            name = queue.pop(0)
            if name not in found:
                found.append(name)
                queue.extend(self.children(name))
        return found

    def is_sensitive(self, shape_name):
        """Whether a member of this shape must not be printed. A structure with sensitive members hides them itself."""
        shape = self.shapes[shape_name]
        if shape.get("sensitive"):
            return True
        return shape["type"] in ("list", "map") and any(self.is_sensitive(name) for name in self.children(shape_name))

    def structures(self):
        return [name for name, shape in self.shapes.items()
                if shape["type"] == "structure" and not shape.get("exception")]

    def is_constrained(self, shape_name):
        """Whether a value of this shape, or one inside it, can break a constraint."""
        shape = self.shapes[shape_name]
        kind = shape["type"]
        if any(key in shape for key in ("min", "max", "pattern", "enum")) or kind in ("integer", "long"):
            return True
        return any(self.is_constrained(name) for name in self.children(shape_name))


def string_constraint(shape):
    parts = [f"{key}: {shape[key]}" for key in ("min", "max") if key in shape]
    if "pattern" in shape:
        parts.append(f"pattern: Pattern({literal(shape['pattern'])})")
    if "enum" in shape:
        parts.append("values: [" + ", ".join(literal(value) for value in shape["enum"]) + "]")
    if shape.get("sensitive"):
        parts.append("isSensitive: true")
    return parts


class Constraints:
    """The constrained strings of all services, one Swift constant for each."""

    def __init__(self):
        self.constants = {}  # Swift name -> arguments

    def name(self, model, shape_name):
        parts = string_constraint(model.shapes[shape_name])
        if not any(not part.startswith("isSensitive") for part in parts):
            return None
        swift_name = lower_camel(shape_name)
        if self.constants.get(swift_name, parts) != parts:
            swift_name = lower_camel(model.prefix + shape_name)
        self.constants[swift_name] = parts
        return swift_name


def size_arguments(shape):
    return "".join(f", {key}: {shape[key]}" for key in ("min", "max") if key in shape)


def check_statements(model, constraints, shape_name, value, place, depth):
    """Swift statements that check `value`; `place` is `, at: "name"` for a member and empty for an element."""
    shape = model.shapes[shape_name]
    kind = shape["type"]
    pad = "    " * depth
    if not model.is_constrained(shape_name):
        return []
    if kind == "string":
        constant = constraints.name(model, shape_name)
        return [f"{pad}check.string({value}{place}, .{constant})"]
    if kind in ("integer", "long", "double", "float"):
        return [f"{pad}check.number({value}{place}{size_arguments(shape)})"]
    if kind == "structure":
        return [f"{pad}check.structure({value}{place})"]
    inner_name = shape["member" if kind == "list" else "value"]["shape"]
    inner = check_statements(model, constraints, inner_name, "element", "", depth + 1)
    arguments = f"{value}{place}{size_arguments(shape)}"
    if kind == "map":
        key = constraints.name(model, shape["key"]["shape"])
        arguments += f", keys: .{key}" if key else ""
        arguments += ", isSensitive: true" if model.is_sensitive(shape_name) else ""
    function = "list" if kind == "list" else "map"
    if not inner:
        return [f"{pad}check.{function}({arguments})"]
    return [f"{pad}check.{function}({arguments}) {{ check, element in"] + inner + [f"{pad}}}"]


def structure_source(model, constraints, shape_name, is_input, is_output):
    shape = model.shapes[shape_name]
    name = model.names[shape_name]
    required = set(shape.get("required", []))
    members = []
    for member_name, member in shape["members"].items():
        json_value = bool(member.get("jsonvalue"))
        members.append((member_name, member["shape"], json_value, model.swift_type(member["shape"], json_value)))
    lines = [f"package struct {name}: Codable, Sendable, Hashable {{"]
    for member_name, _, _, swift_type in members:
        mark = "" if member_name in required else "?"
        lines.append(f"    package var {identifier(member_name)}: {swift_type}{mark}")
    if members:
        lines += ["", "    package init("]
        for index, (member_name, _, _, swift_type) in enumerate(members):
            default = "" if member_name in required else "? = nil"
            comma = "," if index + 1 < len(members) else ""
            lines.append(f"        {identifier(member_name)}: {swift_type}{default}{comma}")
        lines.append("    ) {")
        lines += [f"        self.{identifier(m[0])} = {identifier(m[0])}" for m in members]
        lines.append("    }")
    else:
        lines.append("    package init() {}")
    lines.append("}")
    if is_input:
        lines += ["", f"extension {name}: Constrained {{", "    package func checkConstraints(_ check: inout ConstraintCheck) {"]
        for member_name, target, json_value, _ in members:
            value = identifier(member_name)
            if json_value:
                value += ".text" if member_name in required else "?.text"
            lines += check_statements(model, constraints, target, value, f', at: "{member_name}"', 2)
        lines += ["    }", "}"]
    if is_output:
        lines += ["", f"extension {name}: JSONWritable {{", "    package func write(to json: inout JSONWriter) {"]
        lines.append("        json.beginObject()")
        lines += [f'        json.member("{m[0]}", {identifier(m[0])})' for m in sorted(members)]
        lines += ["        json.endObject()", "    }", "}"]
    hidden = [m[0] for m in members if shape.get("sensitive") or model.is_sensitive(m[1])]
    if hidden:
        lines += ["", f"extension {name}: SensitiveShape {{"]
        lines.append("    package static let sensitiveMembers: Set<String> = ["
                     + ", ".join(literal(member) for member in sorted(hidden)) + "]")
        lines += ["    package var customMirror: Mirror {", "        redactedMirror(["]
        lines += [f'            ("{m[0]}", {identifier(m[0])} as Any),' for m in members]
        lines += ["        ])", "    }", "}"]
    return lines


def operation_source(model, name, operation):
    output = operation.get("output", {}).get("shape")
    http = operation["http"]
    errors = [f".{lower_camel(error['shape'])}" for error in operation.get("errors", [])]
    return [
        f"package enum {name}: PersonalizeOperation {{",
        f"    package typealias Input = {model.names[operation['input']['shape']]}",
        f"    package typealias Output = {model.names[output] if output else 'NoOutput'}",
        f'    package static let name = "{name}"',
        f"    package static let service = PersonalizeService.{model.case}",
        f'    package static let method = "{http["method"]}"',
        f'    package static let path = "{http["requestUri"]}"',
        f"    package static let isIdempotent = {'true' if operation.get('idempotent') else 'false'}",
        f"    package static let errors: [ErrorCode] = [{', '.join(errors)}]",
        "}",
    ]


def family_of(model, operations):
    """Operation -> the file it goes to: the resource it is about, or the service."""
    if model.prefix:
        return {name: f"Personalize{model.prefix}" for name in operations}
    nouns = {name: name[len(next(verb for verb in VERBS if name.startswith(verb))):] for name in operations}
    known = {nouns[name] for name in operations if name.startswith(("Create", "Describe"))}
    families = {}
    for name, noun in nouns.items():
        fitting = [candidate for candidate in known if noun.startswith(candidate)]
        families[name] = max(fitting, key=len) if fitting else "Tags"
    return families


def header(lines_about):
    return [
        "// Generated by Tools/generate-personalize-api.py from the public service model; do not edit.",
        f"// {lines_about}",
        "// swift-format-ignore-file",
        "",
    ]


def generate():
    loader = Loader()
    models = [Model(*service, loader) for service in SERVICES]
    taken = set()
    for model in models:
        for name in model.structures():
            model.names[name] = name if name not in taken else model.prefix + name
        taken |= set(model.names.values())

    constraints = Constraints()
    files = {}
    for model in models:
        families = family_of(model, model.operations)
        inputs = model.reachable(operation["input"]["shape"] for operation in model.operations.values())
        outputs = model.reachable(
            operation["output"]["shape"] for operation in model.operations.values() if "output" in operation)
        users = {}  # structure -> families that use it
        order = {}
        for name, operation in model.operations.items():
            roots = [operation[side]["shape"] for side in ("input", "output") if side in operation]
            for shape in model.reachable(roots):
                if shape in model.names:
                    users.setdefault(shape, set()).add(families[name])
                    order.setdefault(shape, len(order))
        placed = {}
        for shape in model.structures():
            used_by = users.get(shape, set())
            placed.setdefault(next(iter(used_by)) if len(used_by) == 1 else "Shared", []).append(shape)
        title = f"{model.metadata['serviceFullName']}, API version {model.metadata['apiVersion']}."
        for family in sorted(set(families.values()) | set(placed)):
            lines = header(title)
            blocks = [operation_source(model, name, operation)
                      for name, operation in model.operations.items() if families[name] == family]
            shapes = sorted(placed.get(family, []), key=lambda shape: order.get(shape, len(order)))
            blocks += [structure_source(model, constraints, shape, shape in inputs, shape in outputs)
                       for shape in shapes]
            for index, block in enumerate(blocks):
                lines += ([""] if index else []) + block
            folder = "Personalize" if not model.prefix else f"Personalize{model.prefix}"
            files[f"{folder}/{family}.swift"] = lines

    versions = "API versions " + ", ".join(f"{m.service} {m.metadata['apiVersion']}" for m in models) + "."
    files["StringConstraints.swift"] = header(versions) + ["extension StringConstraint {"] + [
        f"    static let {identifier(name)} = StringConstraint({', '.join(parts)})"
        for name, parts in sorted(constraints.constants.items())
    ] + [
        "", "    /// Every constrained string of the three services.", "    package static let all: [StringConstraint] = [",
    ] + [f"        {identifier(name)}," for name in sorted(constraints.constants)] + ["    ]", "}"]
    files["ErrorCode.swift"] = header(versions) + error_codes(models)
    files["OperationRegistry.swift"] = header(versions) + [
        "extension OperationRegistry {", "    /// Every operation of the three services.",
        "    package static let all: [any PersonalizeOperation.Type] = [",
    ] + [f"        {name}.self," for model in models for name in model.operations] + [
        "    ]", "", "    /// The prefix of `X-Amz-Target` for the services that speak AWS JSON.",
        f"    package static let targetPrefix = {literal(models[0].metadata['targetPrefix'])}", "}",
    ]
    return {name: "\n".join(lines) + "\n" for name, lines in sorted(files.items())}


def error_codes(models):
    statuses = {}
    for model in models:
        for name, shape in model.shapes.items():
            if shape.get("exception"):
                status = shape.get("error", {}).get("httpStatusCode", 400)
                statuses.setdefault(name, {})[model.case] = status
    lines = ["/// The errors a client can receive: the modelled exceptions of the three services and those common to all.",
             "package enum ErrorCode: String, Sendable, Hashable, CaseIterable, Codable {"]
    names = sorted(set(statuses) | {name for name, _ in COMMON_ERRORS})
    lines += [f'    case {identifier(lower_camel(name))} = "{name}"' for name in names]
    lines += ["", "    /// The HTTP status `service` answers with for this error.",
              "    package func httpStatus(for service: PersonalizeService) -> Int {", "        switch (self, service) {"]
    for name in sorted(statuses):
        for case, status in statuses[name].items():
            if status != 400:
                lines.append(f"        case (.{lower_camel(name)}, .{case}): {status}")
    for name, status in sorted(COMMON_ERRORS):
        if status != 400:
            lines.append(f"        case (.{lower_camel(name)}, _): {status}")
    lines += ["        default: 400", "        }", "    }", ""]
    lines += ["    /// Whether the service model lists the error for any of the three services.",
              "    package var isModelled: Bool {", "        switch self {"]
    lines.append("        case " + ", ".join(f".{lower_camel(name)}" for name in sorted(statuses)) + ": true")
    lines += ["        default: false", "        }", "    }", "}"]
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the files on disk and write nothing")
    parser.add_argument("--list-operations", action="store_true", help="print the operations as JSON and write nothing")
    arguments = parser.parse_args()
    files = generate()
    if arguments.list_operations:
        names = re.findall(r"^        (\w+)\.self,$", files["OperationRegistry.swift"], flags=re.MULTILINE)
        print(json.dumps(names))
        return 0
    present = {str(path.relative_to(OUTPUT)): path for path in sorted(OUTPUT.rglob("*.swift"))} if OUTPUT.exists() else {}
    changed = [name for name, text in files.items() if name not in present or present[name].read_text("utf-8") != text]
    stale = [name for name in present if name not in files]
    if arguments.check:
        for name in changed:
            print(f"{OUTPUT.relative_to(ROOT)}/{name} is not current", file=sys.stderr)
        for name in stale:
            print(f"{OUTPUT.relative_to(ROOT)}/{name} is no longer generated", file=sys.stderr)
        return 1 if changed or stale else 0
    for name in stale:
        present[name].unlink()
    for name in changed:
        path = OUTPUT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[name], "utf-8")
    print(f"{len(changed)} of {len(files)} files written, {len(stale)} removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
