#!/usr/bin/env python3
"""Writes docs/compatibility.md from the cases of the compatibility test.

    Tools/generate-compatibility-table.py           write the file
    Tools/generate-compatibility-table.py --check   say whether the file is current; exit 1 if it is not
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "compatibility.md"
sys.path.insert(0, str(ROOT / "Tests" / "EndToEnd"))

from compatibility.table import text  # noqa: E402  (found by the path above)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare, do not write")
    if not parser.parse_args().check:
        TABLE.write_text(text())
    elif not TABLE.exists() or TABLE.read_text() != text():
        sys.exit(f"{TABLE.relative_to(ROOT)} is not current; run `make generate`")


if __name__ == "__main__":
    main()
