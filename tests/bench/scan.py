"""Scanning an application: 2,000 files of 8 kB of which one in twenty loads a model, beside `grep -rlE` and `ast.parse` of what it finds.

Run by hand: `python -m tests.bench.scan`. Seconds are those of the processor, since machines are busy; each scan and each baseline is a process
of its own, whose start and imports count. The figure without them, of the work alone in a process that runs already, is printed too.
"""

from __future__ import annotations

import ast
import os
import random
import resource
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

FILES = 2_000
SIZE = 8_000
SHARE = 0.05
ROUNDS = 5
PATTERN = r"from_pretrained|pipeline\(|SentenceTransformer|hf_hub_download|snapshot_download|load_dataset|openai|anthropic|ollama|litellm|langchain"
SHAPES = (
    'from transformers import AutoModel\nmodel = AutoModel.from_pretrained("acme/model-{n}-7b")\n',
    'from transformers import pipeline\nNAME = "acme/pipe-{n}-7b"\nrun = pipeline("text-generation", model=NAME)\n',
    'from openai import OpenAI\nclient = OpenAI()\nclient.chat.completions.create(model="gpt-4o", messages=[])\n',
    'from sentence_transformers import SentenceTransformer\n\ndef load{n}(name="acme/embed-{n}-small"):\n    return SentenceTransformer(name)\n',
)


def write_application(folder: Path) -> None:
    """An application: parts of Python's own library, and here and there a model that is loaded."""
    chooser = random.Random(7)  # noqa: S311 - the same application every time
    parts = _parts()
    for number in range(FILES):
        package = folder / f"package{number // 50}"
        package.mkdir(exist_ok=True)
        text = SHAPES[number % len(SHAPES)].format(n=number) if number % round(1 / SHARE) == 0 else ""
        while len(text) < SIZE:
            text += chooser.choice(parts)
        (package / f"module{number}.py").write_text(text, encoding="utf-8")


def _parts() -> list[str]:
    """Functions and classes of Python's own library that stand alone and name no library of models."""
    found = []
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))[:80]:
        source = path.read_text(encoding="utf-8", errors="replace")
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                part = ast.get_source_segment(source, node) or ""
                if 200 < len(part) < 3_000:
                    found.append(part + "\n\n")
    return found


SCAN = """
import resource, sys, time
from pathlib import Path
from registry.scanner.scan import scan
start = time.process_time()
found = scan(Path(sys.argv[1]))
print(time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, len(found.references))
"""
BASELINE = """
import ast, resource, subprocess, sys, time
from pathlib import Path
start, before = time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN)
listed = subprocess.run(["grep", "-rlE", sys.argv[2], sys.argv[1]], capture_output=True, text=True, check=True)
for name in listed.stdout.splitlines():
    ast.parse(Path(name).read_bytes())
after = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.process_time() - start + after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, 0, len(listed.stdout.splitlines()))
"""


def run(program: str, *arguments: str) -> tuple[float, float, float, int]:
    """Processor seconds of a whole process, those of its work alone, megabytes, and how much it found."""
    # As an installed program runs: from compiled files.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    work, megabytes, found = done.stdout.split()
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, float(work), float(megabytes), int(found)


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_application(folder)
        rounds = [(run(SCAN, str(folder)), run(BASELINE, str(folder), PATTERN)) for _ in range(ROUNDS)]
    scans, baselines = [each[0] for each in rounds], [each[1] for each in rounds]
    sys.stdout.write(f"{FILES:,} files, {scans[0][3]:,} references, {max(each[2] for each in scans):.0f} MB\n")
    for place, what in enumerate(("whole processes", "the work alone")):
        best, least = min(each[place] for each in scans), min(each[place] for each in baselines)
        sys.stdout.write(f"{what}: scan {best:.3f} s, grep and parse {least:.3f} s: {best / least:.2f} times\n")


if __name__ == "__main__":
    main()
