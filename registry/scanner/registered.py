"""What finds references, by kind of file."""

from __future__ import annotations

from registry.scanner.artifact import ArtifactDetector
from registry.scanner.config import ConfigDetector
from registry.scanner.container import ContainerDetector
from registry.scanner.document import DocumentDetector
from registry.scanner.environment import EnvironmentDetector
from registry.scanner.interface import Detector
from registry.scanner.javascript.detector import JavaScriptDetector
from registry.scanner.modelfile import ModelfileDetector
from registry.scanner.notebook import NotebookDetector
from registry.scanner.python.detector import PythonDetector
from registry.scanner.requirements import RequirementsDetector
from registry.scanner.shell import ShellDetector


def detectors() -> tuple[Detector, ...]:
    """One of each, sorted by name; they keep what they know of one scan."""
    return (
        ArtifactDetector(),
        ConfigDetector(),
        ContainerDetector(),
        DocumentDetector(),
        EnvironmentDetector(),
        JavaScriptDetector(),
        ModelfileDetector(),
        NotebookDetector(),
        PythonDetector(),
        RequirementsDetector(),
        ShellDetector(),
    )
