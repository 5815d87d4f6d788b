"""List the licences of what signalread is built on, as the installed packages state them.

    python scripts/list_licences.py docs/licences.md

Read from what is installed here, at the versions that ``constraints.txt`` locks. Each extra is
listed with what it adds to the run's own needs.
"""

import argparse
import re
import tomllib
from collections.abc import Iterable, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
_LEFT_OUT = ("benchmark",)  # other programs to compare with, which nothing of ours is built on
# Classifiers come where the field is missing, or holds the licence's whole text.
_SHORT = 60  # characters
_NAMES = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0",
    "Python Software Foundation License": "PSF-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "The MIT License": "MIT",
}


def find_needs(requirements: Iterable[str]) -> set[str]:
    """Return the names of all that the requirements need here, and what those need in turn."""
    needed: set[str] = set()
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            continue  # for another system
        needed.add(name)
        for text in installed.requires or ():
            further = Requirement(text)
            wanted = [{"extra": extra} for extra in ("", *requirement.extras)]
            applies = further.marker is None or any(map(further.marker.evaluate, wanted))
            if applies and canonicalize_name(further.name) not in needed:
                waiting.append(further)
    return needed


def name_licence(package: Distribution) -> str:
    """Return a package's licence as it states it, in few words; "?" where it says nothing."""
    told = package.metadata
    for expression in told.get_all("License-Expression") or ():
        return str(expression)
    classified = [
        text.rpartition(" :: ")[2]
        for text in told.get_all("Classifier") or ()
        if text.startswith("License ::") and not text.endswith("OSI Approved")
    ]
    stated = "".join(told.get_all("License") or ()).strip()
    if stated and len(stated) <= _SHORT and "\n" not in stated and stated != "UNKNOWN":
        return _NAMES.get(stated, stated)
    if classified:
        return ", ".join(_NAMES.get(name, name) for name in classified)
    for file in package.files or ():
        if file.name.upper().startswith(("LICENSE", "LICENCE", "COPYING")):
            heading = next((x for x in file.read_text("utf-8").splitlines() if x.strip()), "")
            return f"by its file: {heading.strip()}"
    return "?"


def write_list(path: Path, *, project: Path) -> None:
    """Write a table per extra of a ``pyproject.toml``, the run's own needs first."""
    described = tomllib.loads(project.read_text("utf-8"))["project"]
    told: set[str] = set()
    lines = [
        "# Licences of what signalread is built on",
        "",
        "As the packages state them, at the locked versions (`constraints.txt`).",
        "Made by `python scripts/list_licences.py docs/licences.md`; a package stands once, in the",
        "first table that needs it. signalread itself is under the MIT licence.",
    ]
    groups = {"A run": described["dependencies"], **described["optional-dependencies"]}
    for group, requirements in groups.items():
        if group in _LEFT_OUT:
            continue
        names = sorted(find_needs(requirements) - told)
        told.update(names)
        if names:
            title = group if group == "A run" else f"The extra `{group}` adds"
            lines += ["", f"## {title}", "", *_table(names)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _table(names: Sequence[str]) -> list[str]:
    rows = ["| package | version | licence |", "|---|---|---|"]
    for name in names:
        package = distribution(name)
        licence = re.sub(r"\s+", " ", name_licence(package)).replace("|", "/")
        rows.append(f"| {name} | {package.version} | {licence} |")
    return rows


def main() -> None:
    """Write the list to the path on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("path", type=Path)
    write_list(parser.parse_args().path, project=ROOT / "pyproject.toml")


if __name__ == "__main__":
    main()
