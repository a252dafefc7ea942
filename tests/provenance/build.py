"""A small model folder, a run that made it, and keys: each with just enough said, everything else by keyword."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from registry.desk.provenance.write import Records, write_records
from registry.provenance.keys import SigningKey, make_key, read_signing_key
from registry.provenance.run import Compute, Environment, FileDigest, Gate, Material, Run

ENDED = "2026-11-20T10:05:00Z"
NOW = "2026-11-21T00:00:00Z"


def key(folder: Path, name: str = "signing", **values: Any) -> SigningKey:
    path = folder / f"{name}.pem"
    make_key(path, **values)
    return read_signing_key(path)


def model_folder(folder: Path, weights: bytes = b"weights" * 100) -> Path:
    (folder / "training").mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(weights)
    (folder / "config.json").write_text('{"model_type": "tiny"}', encoding="utf-8")
    (folder / "training" / "losses.csv").write_text("step,loss\n1,0.5\n", encoding="utf-8")
    return folder


def run(**values: Any) -> Run:
    said: dict[str, Any] = {
        "name": "acme/support-7b",
        "task": "finetune/text-classification",
        "stage": "task-tuned",
        "parameters": {"job": {"kind": "finetune"}, "used": {"learning_rate": 1e-05, "epochs": 3, "seed": 0}},
        "internals": {"seed": 0, "deterministic": True, "threads_used": 2},
        "materials": (
            Material(
                "model",
                "acme/base-7b",
                "finetune",
                "pkg:huggingface/acme/base-7b@" + "a" * 40,
                "a" * 40,
                "0" * 64,
                (FileDigest("model.safetensors", 7, "1" * 64),),
                ("apache-2.0",),
            ),
            Material("dataset", "tickets", "trained-on", None, None, "2" * 64, (FileDigest("tickets.csv", 9, "2" * 64),), ("mit",), {"rows": 120}),
            Material("code", "licet", None, "pkg:pypi/licet@0.1.0", notes={"version": "0.1.0"}),
        ),
        "outcome": "completed",
        "files": (),
        "byproducts": {
            "metrics": {"before": {"accuracy": 0.5}, "after": {"accuracy": 0.9}},
            "seconds": {"training": 30.5, "loading": 2.25},
            "loss-plot": {"name": "training/loss.png", "size": 3, "sha256": "3" * 64},
        },
        "environment": Environment("Debian", "3.11.7", "AMD EPYC", 2, 25_276_510_208, "cpu", "AMD EPYC", None, {"torch": "2.13.0+cpu", "numpy": "2.3.1"}),
        "compute": Compute(61.5, 90.25, examples=120, tokens=4_000, steps=45, parameters_total=22_000_000, parameters_trained=22_000_000, flop=5.28e17),
        "started": "2026-11-20T10:00:00Z",
        "ended": ENDED,
        "invocation": "6f1c0f53-0b7e-4a67-9b7a-2f6b8c3c1f11",
        "licet": "0.1.0",
        "knowledge": {"version": "2026.11", "digest": "sha256:abc"},
        "gate": Gate({"verdict": "permitted", "use": {"commercial": True}, "interpretation": "mainstream", "obligations": []}),
    }
    return Run(**{**said, **values})


def signed(folder: Path, signer: SigningKey | None, **values: Any) -> Records:
    """A model folder with all its records."""
    return write_records(model_folder(folder), run(**values), signer)
