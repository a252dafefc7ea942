"""Settings: the only reader of the environment, of the platform's folders and of `licet.yaml`.

A company states its facts once, in a `licet.yaml` that is found upward from the working folder, else in the user's own configuration folder:

    facts:
      commercial: true
      country: DE
      monthly_active_users: 1.2M
    interpretation: strict
    signing_key: keys/release.pem

A token of the Hub is never read here; the Hub's own client knows where it is kept.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from registry.errors import RegistryError, UsageError

NAME = "licet"
"""The name under which the platform keeps our data, cache and configuration."""

CONFIG_FILE = "licet.yaml"
"""The file that states a company's facts."""

CATALOGUE_FILE = "catalogue.db"
"""The catalogue in the platform's data folder, used where none is named."""

SIGNING_KEY = "signing-key.pem"
"""The private key in the user's configuration folder, used where none is named."""

TRUSTED_KEYS = "trusted-keys"
"""The folder of trusted public keys in the user's configuration folder."""

INTERPRETATIONS = ("strict", "mainstream", "permissive")
"""The readings of unsettled points, from the one most against the user to the one most in favour."""

KEYS = ("facts", "app", "interpretation", "signing_key", "policy", "applications", "exclude")
"""What `licet.yaml` may hold: the facts of the use and how they are taken, who signs, and for audits the catalogue's entry, a policy, the applications and what is left out."""

MAX_CONFIG_BYTES = 1_000_000
"""A larger `licet.yaml` is refused: it is not one."""

_NO = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and what is stated once for every command."""

    catalogue: str
    """URL or path of the catalogue."""
    catalogue_is_default: bool
    """Nobody named the catalogue: it is the file in the data folder, which we create and upgrade ourselves."""
    data_folder: Path
    """Where the default catalogue stands."""
    cache_folder: Path
    """Where anything stands that can be made again."""
    offline: bool = False
    """No command may reach for the network."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """The facts of `licet.yaml`, as written there; flags overrule them."""
    interpretation: str = "mainstream"
    """Which unsettled points bind, unless a flag says otherwise."""
    config_file: Path | None = None
    """The `licet.yaml` that was read."""
    app: str | None = None
    """The application's entry in the catalogue, whose facts an audit takes where none is stated."""
    policy: Any = None
    """The policy of audits as written there: a mapping, or the name of a file or of one that travels with the program."""
    applications: Any = None
    """The applications as written there."""
    exclude: Any = None
    """What an audit leaves out, as written there."""
    signing_key: Path | None = None
    """The private key that signs; None where no folder of ours is known."""
    signing_passphrase: str | None = field(default=None, repr=False)
    """The passphrase of that key, where the environment gives it."""
    trusted_keys: Path | None = None
    """The folder of public keys that signatures are held against. Never named by a `licet.yaml`, which may come with what is to be verified."""


def read_settings(catalogue: str | None = None, *, offline: bool = False, folder: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this call.

    Args:
        catalogue: URL or path given as a flag; overrules `LICET_DB`.
        offline: Given as a flag; `LICET_OFFLINE` and `HF_HUB_OFFLINE` say the same.
        folder: Where to start looking for `licet.yaml`; the working folder by default.
        environment: The environment variables, `os.environ` by default.

    Raises:
        UsageError: `licet.yaml` cannot be read or says something we do not know.
    """
    variables = os.environ if environment is None else environment
    data_folder, cache_folder, config_folder = _platform_folders()
    named = catalogue or variables.get("LICET_DB") or None
    config_file = find_config(folder or _working_folder(), config_folder)
    config = _read_config(config_file) if config_file else {}
    return Settings(
        catalogue=named or str(data_folder / CATALOGUE_FILE),
        catalogue_is_default=named is None,
        data_folder=data_folder,
        cache_folder=cache_folder,
        offline=offline or any(variables.get(name, "").strip().lower() not in _NO for name in ("LICET_OFFLINE", "HF_HUB_OFFLINE")),
        facts=MappingProxyType(config.get("facts") or {}),
        interpretation=config.get("interpretation") or "mainstream",
        config_file=config_file,
        signing_key=_signing_key(variables, config, config_file, config_folder),
        signing_passphrase=variables.get("LICET_SIGNING_PASSPHRASE") or None,
        trusted_keys=config_folder / TRUSTED_KEYS,
        app=config.get("app"),
        policy=config.get("policy"),
        applications=config.get("applications"),
        exclude=config.get("exclude"),
    )


def with_config(settings: Settings, path: Path) -> Settings:
    """The settings as if a file were the `licet.yaml` that holds.

    Args:
        settings: The settings of this call.
        path: The file.

    Raises:
        UsageError: It cannot be read, or says something we do not know.
    """
    config = _read_config(path)
    return replace(
        settings,
        facts=MappingProxyType(config.get("facts") or {}),
        interpretation=config.get("interpretation") or "mainstream",
        config_file=path,
        app=config.get("app"),
        policy=config.get("policy"),
        applications=config.get("applications"),
        exclude=config.get("exclude"),
    )


def _signing_key(variables: Mapping[str, str], config: Mapping[str, Any], config_file: Path | None, config_folder: Path) -> Path:
    if named := variables.get("LICET_SIGNING_KEY"):
        return Path(named).expanduser()
    if config_file and config.get("signing_key"):
        return config_file.parent / Path(config["signing_key"]).expanduser()
    return config_folder / SIGNING_KEY


def wants_color(environment: Mapping[str, str] | None = None) -> bool:
    """Whether text on a terminal may be coloured: not under `NO_COLOR`, not on a dumb terminal."""
    variables = os.environ if environment is None else environment
    return not variables.get("NO_COLOR") and variables.get("TERM") != "dumb"


def completion_request(environment: Mapping[str, str] | None = None) -> str | None:
    """What a shell asks of its completion script (`bash_source`, `zsh_complete`, ...), or None."""
    return (os.environ if environment is None else environment).get("_LICET_COMPLETE") or None


def find_config(folder: Path | None, config_folder: Path) -> Path | None:
    """The nearest `licet.yaml`: in the folder, in one above it, else in the user's configuration folder."""
    places = [] if folder is None else [folder, *folder.parents]
    for place in (*places, config_folder):
        try:
            if (place / CONFIG_FILE).is_file():
                return place / CONFIG_FILE
        except OSError:  # a folder above that may not be entered holds nothing for us
            continue
    return None


def _working_folder() -> Path | None:
    try:
        return Path.cwd()
    except OSError:  # the folder was removed under us
        return None


def _platform_folders() -> tuple[Path, Path, Path]:
    import platformdirs

    return (
        platformdirs.user_data_path(NAME, appauthor=False),
        platformdirs.user_cache_path(NAME, appauthor=False),
        platformdirs.user_config_path(NAME, appauthor=False),
    )


def _read_config(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_CONFIG_BYTES:
            raise UsageError(f"`{path}` is larger than {MAX_CONFIG_BYTES:,} bytes", "state only the facts of your use in it")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"`{path}` cannot be read: {error}", "mend or remove the file") from error
    from registry.yaml12 import read_yaml

    try:
        data = read_yaml(text, str(path))
    except RegistryError as error:
        raise UsageError(error.message, error.hint) from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise UsageError(f"`{path}` line 1: not a mapping", "write the facts of your use under `facts:`")
    for key in data:
        if key not in KEYS:
            near = difflib.get_close_matches(str(key), KEYS, 1)
            hint = f"did you mean `{near[0]}`?" if near else f"it takes {', '.join(f'`{each}`' for each in KEYS)}"
            raise _problem(path, text, (key,), f"`{key}` is not a setting", hint)
    facts = data.get("facts")
    if facts is not None and not isinstance(facts, dict):
        raise _problem(path, text, ("facts",), "`facts` is not a mapping", "write one fact a line, such as `commercial: true`")
    app = data.get("app")
    if app is not None and (not isinstance(app, str) or not app):
        raise _problem(path, text, ("app",), "`app` is not the name of an application", "name its entry in the catalogue, as `licet show app:NAME` does")
    signing_key = data.get("signing_key")
    if signing_key is not None and (not isinstance(signing_key, str) or not signing_key):
        raise _problem(path, text, ("signing_key",), "`signing_key` is not a path", "name the file of the private key, from where this file stands")
    interpretation = data.get("interpretation")
    if interpretation is not None and interpretation not in INTERPRETATIONS:
        raise _problem(path, text, ("interpretation",), f"`{interpretation}` is not an interpretation", f"it is one of {', '.join(INTERPRETATIONS)}")
    return data


def _problem(path: Path, text: str, place: tuple[str | int, ...], message: str, hint: str) -> UsageError:
    from registry.yaml12 import line_of

    return UsageError(f"`{path}` line {line_of(text, place) or 1}: {message}", hint)


def read_source_date(environment: Mapping[str, str] | None = None) -> datetime | None:
    """The moment that documents say they were made at, where `SOURCE_DATE_EPOCH` names one: the same bytes then come out on any day.

    Raises:
        UsageError: It is not a number of seconds that the calendar has.
    """
    variables = os.environ if environment is None else environment
    text = variables.get("SOURCE_DATE_EPOCH", "").strip()
    if not text:
        return None
    try:
        if not text.isascii() or not text.isdigit():
            raise ValueError
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"`SOURCE_DATE_EPOCH` is `{ascii(text)[1:-1][:40]}`, which is no moment", "give whole seconds since 1970, or unset it") from error


def read_named_actor(environment: Mapping[str, str] | None = None) -> str | None:
    """Who acts, where `LICET_ACTOR` says so."""
    variables = os.environ if environment is None else environment
    return variables.get("LICET_ACTOR", "").strip() or None


def read_actor(environment: Mapping[str, str] | None = None) -> str:
    """Who writes to the catalogue: `LICET_ACTOR`, else the name of the account."""
    import getpass

    named = read_named_actor(environment)
    if named:
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def process_rank(environment: Mapping[str, str] | None = None) -> int:
    """Which of several processes that a launcher started for one run this is; 0 for the first, or the only one."""
    text = (os.environ if environment is None else environment).get("RANK", "")
    return int(text) if text.isascii() and text.isdigit() else 0


def cublas_workspace(environment: Mapping[str, str] | None = None) -> str:
    """The workspace that cuBLAS was told to use, which decides whether its sums are the same every time; empty where nothing was said."""
    return (os.environ if environment is None else environment).get("CUBLAS_WORKSPACE_CONFIG", "")


def worker_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a worker process: ours, without the Hub's tokens, offline, without telemetry, and made for the same outcome every time.

    All that a worker reads is on the disk already, so it never reaches for the network.
    """
    variables = dict(os.environ if environment is None else environment)
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HUGGINGFACE_HUB_TOKEN", "HUGGINGFACEHUB_API_TOKEN", "PYTHONSTARTUP"):
        variables.pop(name, None)
    variables.update(
        HF_HUB_OFFLINE="1",
        HF_DATASETS_OFFLINE="1",
        TRANSFORMERS_OFFLINE="1",
        HF_HUB_DISABLE_TELEMETRY="1",
        HF_HUB_DISABLE_IMPLICIT_TOKEN="1",  # noqa: S106 - no token, but the wish to use none
        HF_HUB_DISABLE_PROGRESS_BARS="1",
        DO_NOT_TRACK="1",
        TOKENIZERS_PARALLELISM="false",
        PYTHONHASHSEED="0",
        PYTHONSAFEPATH="1",  # a file in the working folder is never imported for a library of its name
        PYTHONUNBUFFERED="1",
    )
    # Threads that wait without working leave the processor to others: on a busy machine that is several times as fast, on an idle one as fast.
    variables.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # cuBLAS gives the same sums every time only with a workspace of fixed size (NVIDIA, cuBLAS, "Results reproducibility").
    variables.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    package = Path(__file__).resolve().parent.parent
    if (package / "pyproject.toml").is_file():  # run from a checkout, which need not be installed
        variables["PYTHONPATH"] = os.pathsep.join(part for part in (str(package), variables.get("PYTHONPATH", "")) if part)
    return variables
