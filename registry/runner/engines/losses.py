"""The loss curve of a run: as a table, as a picture, and thinned out for the record."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

TRAINING_FOLDER = "training"
"""Where a model folder keeps what its training left behind."""

MAX_POINTS = 1_000
"""How many points of the curve a record keeps."""

Loss = tuple[int, float]
"""A step and the loss measured there."""


def thin_out(losses: Sequence[Loss], points: int = MAX_POINTS) -> list[Loss]:
    """At most this many of the losses, evenly spread, the first and the last among them."""
    if len(losses) <= points:
        return list(losses)
    step = (len(losses) - 1) / (points - 1)
    return [losses[round(number * step)] for number in range(points)]


def write_losses(losses: Sequence[Loss], folder: Path, title: str) -> dict[str, str]:
    """Write the curve as `losses.csv` and `loss.png`.

    Returns:
        Role and name of each file, relative to the model folder above.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "losses.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("step", "loss"))
        writer.writerows(losses)
    _draw(losses, folder / "loss.png", title)
    return {"losses": f"{folder.name}/losses.csv", "loss-plot": f"{folder.name}/loss.png"}


def _draw(losses: Sequence[Loss], path: Path, title: str) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), dpi=110, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    steps = [step for step, _ in losses]
    values = [loss for _, loss in losses]
    window = max(1, len(values) // 25)
    axes.plot(steps, values, color="#9ab", linewidth=1, label="loss of each step" if window > 1 else "loss")
    if window > 1:
        smooth = [sum(values[max(0, end - window) : end]) / min(window, end) for end in range(1, len(values) + 1)]
        axes.plot(steps, smooth, color="#146", linewidth=2, label=f"mean of {window} steps")
    axes.set_xlabel("step")
    axes.set_ylabel("loss")
    axes.set_title(title.replace("$", r"\$"), fontsize=11)  # a dollar sign would begin a formula
    axes.grid(alpha=0.3)
    axes.legend()
    canvas.print_figure(path, metadata={"Software": None})  # the same picture for the same losses
