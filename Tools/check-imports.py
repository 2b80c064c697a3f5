"""Fails when a target imports a module that it does not name in Package.swift.

Such an import works only while the build happens to make that module first, so it breaks builds from nothing.
"""

import json
import pathlib
import re
import subprocess
import sys

# Modules of the platform, and modules that a product offers beside the one of its name.
PLATFORM = {"Foundation", "Dispatch", "Synchronization", "Testing", "Glibc", "Darwin", "PackageDescription"}
PRODUCT_OF_MODULE = {"HeapModule": "Collections", "OrderedCollections": "Collections", "UnixSignals": "ServiceLifecycle"}
IMPORT = re.compile(r"^(?:@\w+(?:\(.*?\))?\s+)*(?:(?:public|package|internal|private|fileprivate)\s+)?import\s+(\w+)", re.M)


def main() -> int:
    package = json.loads(subprocess.run(["swift", "package", "dump-package"], check=True, capture_output=True).stdout)
    mistakes = 0
    for target in package["targets"]:
        named = {name for dependency in target["dependencies"] for kind in dependency.values() for name in kind[:1]}
        folder = pathlib.Path(target.get("path") or ("Tests" if target["type"] == "test" else "Sources")) / target["name"]
        for file in sorted(folder.rglob("*.swift")):
            for module in sorted(set(IMPORT.findall(file.read_text()))):
                product = PRODUCT_OF_MODULE.get(module, module)
                if product not in named | PLATFORM | {target["name"]}:
                    print(f"{file}: {target['name']} imports {module} without naming {product} in Package.swift")
                    mistakes += 1
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
