"""Asks public databases for known vulnerabilities in the packages that requirements.txt pins.

A vulnerability fails the build. If no database of them can be asked, that is said, and nothing fails.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

COMMAND = "-m pip_audit --require-hashes --disable-pip --progress-spinner off --format json --desc off"
PATIENCE = 120
"""Seconds that the audit of all packages may take."""


def audited() -> list[dict[str, Any]]:
    """Return the pinned packages with their known vulnerabilities; none if no public database could be asked."""
    command = [sys.executable, *COMMAND.split(), "-r", "requirements.txt"]
    try:
        told = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603 - no input
        packages: list[dict[str, Any]] = json.loads(told.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError):
        return []
    return packages


def holes(packages: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each known vulnerability of these packages, with the version that mends it."""
    for package in packages:
        for hole in package.get("vulns", []):
            mended = ", ".join(hole["fix_versions"]) or "no version yet"
            yield f"audit: {package['name']} {package['version']} has {hole['id']}, mended in {mended}"


def verdict(packages: list[dict[str, Any]]) -> str:
    """Return the audit's last line: how many packages were looked up, and about which of them no database answered."""
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if len(unknown) == len(packages):
        return "audit: NOT DONE, the list of known holes cannot be reached from here"
    if unknown:
        return f"audit: NOT DONE for {', '.join(unknown)}: nobody answers about these"
    return f"audit: {len(packages)} packages looked up"


if __name__ == "__main__":
    answer = audited()
    found = list(holes(answer))
    sys.stdout.write("\n".join([*found, verdict(answer), ""]))
    sys.exit(bool(found))
