"""The tensors of a model folder as one set, however many files they lie in: where each is, never what is in it.

Nothing is loaded and nothing is unpickled: a folder that holds only pickles, GGUF or an adapter has no set, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from registry.errors import SourceError
from registry.sources.folder.files import FolderFile, FolderFiles, open_regular
from registry.sources.notes import Note, shown
from registry.sources.weights.headers import begins_like_pickle, looks_pickled, read_safetensors_table

MAX_SHARDS = 2_000
"""A folder with more files of safetensors is none of a model."""

MAX_TENSORS = 1_000_000
"""A set with more tensors is none of a model."""

_PREFERRED = ("model.safetensors", "diffusion_pytorch_model.safetensors")


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor of a set: what its header says of it, and where its bytes are."""

    name: str
    """Its name in the model."""

    dtype: str
    """The type of its values, as safetensors spells it."""

    shape: tuple[int, ...]
    """Its sides."""

    values: int
    """How many values it holds."""

    path: Path
    """The file that holds it."""

    start: int
    """Where its bytes begin in that file."""

    size: int
    """How many bytes it has."""

    @property
    def columns(self) -> int:
        """How many values one step along the first side has; 1 for what has one side or none."""
        return self.values // self.shape[0] if len(self.shape) > 1 and self.shape[0] else 1


@dataclass(frozen=True, slots=True)
class TensorSet:
    """The tensors of one model folder."""

    folder: Path
    """The folder, with links resolved."""

    tensors: Mapping[str, Tensor] = field(default_factory=dict)
    """Every tensor by name; none where the folder has no weights that are read."""

    files: tuple[str, ...] = ()
    """The files they lie in."""

    lacks: str | None = None
    """Why there is no tensor to compare; none where there is one."""

    notes: tuple[Note, ...] = ()
    """What was left out."""

    @property
    def parameters(self) -> int:
        """How many values all tensors hold."""
        return sum(tensor.values for tensor in self.tensors.values())


def read_tensor_set(folder: Path, only: Sequence[str] | None = None) -> TensorSet:
    """Where every tensor of a model folder lies.

    Args:
        folder: The folder.
        only: Read these files of safetensors, an adapter among them; by default those of the model itself, which an adapter is not.

    Raises:
        SourceError: The folder cannot be read, or a file of safetensors is not what its header says.
    """
    files = FolderFiles(folder, _within(folder))
    notes: list[Note] = []
    chosen = _chosen(files, notes) if only is None else [name for name in only if name in files.files]
    tensors: dict[str, Tensor] = {}
    for name in chosen:
        for tensor in _read(files.files[name]):
            if tensor.name in tensors:
                notes.append(Note("tensor-twice", f"the tensor `{shown(tensor.name, 60)}` is in another file already, and was left out", file=name))
                continue
            if len(tensors) >= MAX_TENSORS:
                raise SourceError(f"`{shown(folder, 200)}` holds more than {MAX_TENSORS:,} tensors", "name the folder of one model")
            tensors[tensor.name] = tensor
    lacks = None if tensors else _why_none(files, chosen)
    return TensorSet(files.root, tensors, tuple(chosen), lacks, (*files.notes, *notes))


def _within(folder: Path) -> Path:
    """The folder that links may lead to: a snapshot of the Hub's cache keeps its files beside itself, in `blobs`."""
    place = folder.resolve()
    return place.parent.parent if place.parent.name == "snapshots" and place.parent.parent.name.startswith("models--") else folder


def folder_name(folder: Path) -> str:
    """What a folder's model is called: its own name, or `org/name` for a snapshot in the Hub's cache."""
    place = folder.resolve()
    parts = place.parent.parent.name.split("--")
    if place.parent.name == "snapshots" and parts[0] == "models" and len(parts) in (2, 3):
        return "/".join(parts[1:])
    return place.name


def _chosen(files: FolderFiles, notes: list[Note]) -> list[str]:
    """The files of the model itself: those an index names, else the usual one, else all; of subfolders only where the top has none.

    Raises:
        SourceError: An index names a file that is not there.
    """
    all_of_them = [name for name in files.files if name.lower().endswith(".safetensors") and not _is_adapter(name)]
    by_folder: dict[str, list[str]] = {}
    for name in all_of_them:
        by_folder.setdefault(name.rpartition("/")[0], []).append(name)
    wanted = [""] if "" in by_folder else sorted(by_folder)
    chosen: list[str] = []
    for place in wanted:
        own = by_folder[place]
        indexed = _indexed(files, place)
        usual = [name for name in own if name.rpartition("/")[2] in _PREFERRED]
        chosen += indexed or usual or own
    if len(chosen) > MAX_SHARDS:
        raise SourceError(f"`{shown(files.root, 200)}` holds more than {MAX_SHARDS:,} files of weights", "name the folder of one model")
    left = [name for name in all_of_them if name not in set(chosen)]
    if left:
        more = f" and {len(left) - 1} more" if len(left) > 1 else ""
        notes.append(Note("weights-left-out", f"it is beside the model's own weights and was not compared{more}", file=left[0]))
    return chosen


def _is_adapter(name: str) -> bool:
    return name.rpartition("/")[2].lower().startswith("adapter")


def _indexed(files: FolderFiles, place: str) -> list[str]:
    """The files that the index of a folder names, once each."""
    prefix = f"{place}/" if place else ""
    index = next(
        (name for name in files.files if name.startswith(prefix) and "/" not in name[len(prefix) :] and name.endswith(".safetensors.index.json")), None
    )
    if index is None:
        return []
    mapped = (files.read_json(index) or {}).get("weight_map")
    if not isinstance(mapped, Mapping):
        return []
    named = sorted({prefix + name for name in mapped.values() if isinstance(name, str)})
    missing = [name for name in named if name not in files.files]
    if missing:
        raise SourceError(
            f"`{shown(files.root / index, 200)}` names `{shown(missing[0], 80)}`, which is not in the folder", "fetch the whole model, or mend the index"
        )
    return named


def _read(file: FolderFile) -> Iterator[Tensor]:
    try:
        with open_regular(file.path) as stream:
            table, problem = read_safetensors_table(stream, file.size)
    except OSError as error:
        raise SourceError(f"`{shown(file.path, 200)}` cannot be read: {shown(error.strerror or error, 120)}", "check the file and its permissions") from error
    if table is None:
        raise SourceError(f"`{shown(file.path, 200)}` cannot be read: {problem}", "fetch the file anew; it is damaged, or not what it claims to be")
    place = file.name.rpartition("/")[0]
    for name, entry in table.entries.items():
        yield Tensor(f"{place}/{name}" if place else name, entry.dtype, entry.shape, entry.values, file.path, entry.start, entry.size)


def _why_none(files: FolderFiles, chosen: list[str]) -> str:
    """Why a folder has no tensors that can be compared."""
    names = list(files.files)
    if chosen:
        return f"`{shown(chosen[0], 80)}` holds no tensor"
    if "adapter_config.json" in files.files or any(_is_adapter(name) and name.lower().endswith(".safetensors") for name in names):
        return "it holds an adapter alone: the weights of its base are not in it, so they cannot be compared"
    if any(name.lower().endswith(".gguf") for name in names):
        return "its weights are in GGUF, whose packed blocks are not compared"
    for name in names:
        if looks_pickled(name) or (looks_pickled(name) is None and begins_like_pickle(files.read(name, 4) or b"")):
            return f"its weights are a pickle (`{shown(name, 80)}`), which can run code when it is loaded and is never opened"
    return "it holds no file of safetensors"


class TensorReader:
    """Reads bytes of tensors, with each file opened once.

    Args:
        progress: Told how many bytes were read, as it goes.
    """

    def __init__(self, progress: Callable[[int], None] | None = None) -> None:
        self._open: dict[Path, BinaryIO] = {}
        self._stack = ExitStack()
        self._progress = progress

    def __enter__(self) -> TensorReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def read(self, tensor: Tensor, offset: int, count: int) -> bytes:
        """A part of a tensor's bytes.

        Raises:
            SourceError: The file is not as its header said any more.
        """
        try:
            if tensor.path not in self._open:
                if len(self._open) >= 64:  # far below what a process may hold open
                    self._stack.close()
                    self._open.clear()
                self._open[tensor.path] = self._stack.enter_context(open_regular(tensor.path))
            stream = self._open[tensor.path]
            stream.seek(tensor.start + offset)
            data = stream.read(count)
        except OSError as error:
            raise SourceError(
                f"`{shown(tensor.path, 200)}` cannot be read: {shown(error.strerror or error, 120)}", "check the file, and run it again"
            ) from error
        if len(data) != count:
            raise SourceError(f"`{shown(tensor.path, 200)}` changed while it was read", "run it again when nothing writes to the folder")
        if self._progress is not None:
            self._progress(count)
        return data
