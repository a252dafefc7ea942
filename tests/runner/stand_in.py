"""A worker without heavy libraries: it speaks the protocol, writes what a real one would, and ends as it is told.

It is started as a launcher would be, with the module of the real worker and the file of the job behind it; what it does stands in `STAND_IN` beside the job's
data: `ok`, `killed`, `disk`, `crash`, `diverged`, or `data`, which fails before there is a checkpoint.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any


def tell(event: str, **values: Any) -> None:
    sys.stdout.write(json.dumps({"event": event, **values}) + "\n")
    sys.stdout.flush()


def write_model(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    header = json.dumps({"weight": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    (out / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + b"\0\0\0\0")
    (out / "config.json").write_text(json.dumps({"architectures": ["BertForSequenceClassification"], "model_type": "bert"}))
    (out / "README.md").write_text(f"base_model: {out}")
    (out / "training").mkdir()
    (out / "training" / "loss.png").write_bytes(b"png")


def main(ending: str, job: dict[str, Any]) -> int:
    tell("started", device="cpu", device_name="A processor", threads=1, packages={"torch": "0"}, determinism={"deterministic_algorithms": True})
    tell("stage", name="training")
    tell("metrics", phase="before", values={"accuracy": 0.25})
    out = Path(job["out"])
    if ending not in ("ok", "data"):
        state = out / "checkpoints" / "checkpoint-1"
        state.mkdir(parents=True)
        tell("checkpoint", path=str(state), step=1)
    if ending == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if ending == "crash":
        return 3
    if ending in ("disk", "diverged", "data"):
        tell("failed", reason=ending, message=f"{ending} in `{out}`", hint="mend it")
        return 1
    write_model(out)
    tell("metrics", phase="after", values={"accuracy": 0.75})
    tell("noted", text=f"wrote {out}/model.safetensors")
    tell(
        "finished",
        data={"train": {"rows": 8, "sha256": "0"}, "evaluation": {"rows": 2}},
        counts={"examples": 8, "tokens": 80, "steps": 4, "parameters_total": 1, "parameters_trained": 1},
        seconds={"training": 0.1},
        settings={"learning_rate": 1e-4, "epochs": 1.0},
        flop=4.8e24,
        flop_formula="6ND",
        losses=[[1, 0.5], [2, 0.25]],
        artifacts={"loss-plot": "training/loss.png"},
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], json.loads(Path(sys.argv[-1]).read_text())))
