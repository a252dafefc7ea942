"""Applications to audit, made in a folder, and audits of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from registry.desk.audit.application import ApplicationAudit, ApplicationQuestion, audit_application
from registry.desk.session import Desk

LLAMA = "meta-llama/Llama-2-7b-chat-hf"
LLAMA3 = "meta-llama/Meta-Llama-3-8B-Instruct"
LOADS = 'from transformers import AutoModel\nAutoModel.from_pretrained("{}")\n'
SAAS = {"commercial": True, "distribution": ["saas"]}


class Kept:
    """A report that keeps what it is told."""

    def __init__(self, most: int = 10_000_000) -> None:
        self.head: Mapping[str, Any] = {}
        self.counted: Mapping[str, Any] = {}
        self.findings: list[Mapping[str, Any]] = []
        self.summary: Mapping[str, Any] = {}
        self.most = most

    def begin(self, head: Mapping[str, Any], counted: Mapping[str, Any]) -> None:
        self.head, self.counted = head, counted

    def add(self, finding: Mapping[str, Any]) -> bool:
        self.findings.append(finding)
        return len(self.findings) < self.most

    def end(self, summary: Mapping[str, Any]) -> None:
        self.summary = summary


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_py", ".py").replace("_yaml", ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def audit(desk: Desk, folder: Path, raw: dict[str, Any] | None = None, report: Kept | None = None, **given: Any) -> ApplicationAudit:
    return audit_application(desk, folder, ApplicationQuestion(raw or {}, **given), [report] if report is not None else [])


def app(folder: Path, *models: str) -> Path:
    return write(folder, app_py="".join(LOADS.format(model) for model in models))


def codes(found: ApplicationAudit) -> set[str]:
    return {each.finding.code for each in found.told if each.status == "open"}


def with_policy(desk: Desk, folder: Path, text: str) -> Desk:
    file = folder / "policy.yaml"
    file.write_text(text, encoding="utf-8")
    return Desk(dataclasses.replace(desk.settings, policy=str(file)), desk.progress, desk.knowledge, desk.catalogue)
