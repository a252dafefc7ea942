"""A small data folder of its own: the shipped vocabulary, and the licence files a test is about."""

from __future__ import annotations

import shutil
from pathlib import Path

DATA = Path(__file__).parents[2] / "data"

HEAD = """\
id: {id}
name: {name}
type: custom
type_reason: It is written for a test.
texts:
  - {{id: license, name: The Text, source: "https://example.org/{id}"}}
terms:
  - {{id: grant, kind: grant, acts: all, section: "1", summary: Everything is granted.}}
"""
"""Eight lines of a licence that is in order; further terms begin on the ninth."""


def license_text(*more: str, id: str = "test-license", name: str = "Test License") -> str:
    """The text of a licence file, with these lines after its first eight."""
    return HEAD.format(id=id, name=name) + "".join(f"{line}\n" for line in more)


def write_licenses(data: Path, texts: dict[str, str]) -> None:
    """Write licence files by id."""
    for name, text in texts.items():
        (data / "licenses" / f"{name}.yaml").write_text(text, encoding="utf-8")


def make_data(folder: Path, texts: dict[str, str] | None = None) -> Path:
    """A data folder below `folder` that holds these licence files, by default one."""
    data = folder / "data"
    (data / "licenses").mkdir(parents=True)
    for name in ("vocabulary.yaml", "relations.yaml"):
        shutil.copy(DATA / name, data / name)
    for name in ("interpretations", "uses"):
        shutil.copytree(DATA / name, data / name)
    (data / "aliases.yaml").write_text("read_on: 2026-11-28\n", encoding="utf-8")
    write_licenses(data, {"test-license": license_text()} if texts is None else texts)
    return data
