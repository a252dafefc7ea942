"""`licet provenance`: keys, signatures, and records of how a model was made."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from registry.cli.digest_meter import Meter
from registry.cli.errors import REFUSED
from registry.cli.main import Command, Group
from registry.cli.output import clean
from registry.cli.state import State, format_option, pass_state
from registry.cli.words import short_number

PATH = click.Path(path_type=Path)
"""A file or folder as a `Path`."""


@click.group("provenance", cls=Group, short_help="keys, signatures and records of how a model was made: sign, verify, show, replay")
def command() -> None:
    """Records that tell how a model was made, from what and under which terms, signed so that anyone can verify them offline."""


@command.command("keygen", short_help="make a key to sign with")
@click.option(
    "--type", "kind", type=click.Choice(["ecdsa", "ed25519"]), default="ecdsa", show_default=True, help="Every tool reads ECDSA (P-256); few read Ed25519."
)
@click.option("--out", type=PATH, metavar="FILE", help="The file of the private key; the public one goes beside it. The user's own key by default.")
@click.option("--name", metavar="WHO", help="Whose key it is, in a few words, for those who verify.")
@click.option("--valid-days", type=int, metavar="DAYS", help="For how many days from today it holds; for ever by default.")
@click.option("--passphrase", is_flag=True, help="Ask for a passphrase and lock the key with it.")
@click.option("--passphrase-file", type=PATH, metavar="FILE", help="Read the passphrase from the first line of FILE.")
@format_option("text", "json")
@pass_state
def keygen(
    state: State, kind: str, out: Path | None, name: str | None, valid_days: int | None, passphrase: bool, passphrase_file: Path | None, form: str
) -> None:
    """Make a key pair. The private key is written for your eyes alone and never overwrites another; the public one is trusted from now on."""
    from registry.cli.provenance_keys import print_key
    from registry.desk.provenance.keys import make_signing_key, read_passphrase

    settings = state.settings()
    words = read_passphrase(passphrase_file) if passphrase_file else settings.signing_passphrase if not passphrase else None
    if passphrase and words is None:
        if not sys.stdin.isatty():
            raise click.UsageError("there is no terminal to type a passphrase at; give it in a file with `--passphrase-file`")
        words = click.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)
    result = make_signing_key(settings, out=out, kind="ecdsa-p256" if kind == "ecdsa" else kind, name=name, valid_days=valid_days, passphrase=words)
    if form == "json":
        state.output.json(result)
        return
    print_key(state.output, result)
    if kind == "ed25519":
        state.output.talk("the `model_signing` command does not read signatures by Ed25519; licet does")
    state.output.talk(f"give `{clean(result['public'])}` to those who verify, by a way they trust; keep `{clean(result['private'])}` to yourself")


@command.command("trust", short_help="trust the public key of somebody else")
@click.argument("file", metavar="FILE", type=PATH)
@click.option("--name", metavar="WHO", help="Whose key it is; as the file beside it says by default.")
@format_option("text", "json")
@pass_state
def trust(state: State, file: Path, name: str | None, form: str) -> None:
    """Trust the public key FILE: signatures by it hold from now on. Make sure whose it is before you do."""
    from registry.cli.provenance_keys import print_key
    from registry.desk.provenance.keys import trust_public_key

    result = trust_public_key(state.settings(), file, name)
    if form == "json":
        state.output.json(result)
    else:
        print_key(state.output, result)


@command.command("keys", short_help="your own key, and those you trust")
@format_option("table", "json")
@pass_state
def keys(state: State, form: str) -> None:
    """List your own public key and those that you trust."""
    from registry.cli.provenance_keys import print_keys
    from registry.desk.provenance.keys import list_keys

    result = list_keys(state.settings())
    if form == "json":
        state.output.json(result)
    else:
        print_keys(state.output, result["items"])


@command.command("sign", short_help="sign a model folder")
@click.argument("folder", metavar="DIR", type=PATH)
@click.option("--key", type=PATH, metavar="FILE", help="The private key; the user's own by default. [env: LICET_SIGNING_KEY]")
@click.option("--passphrase-file", type=PATH, metavar="FILE", help="Read its passphrase from the first line of FILE. [env: LICET_SIGNING_PASSPHRASE]")
@click.option("--name", metavar="NAME", help="What the model is called in the signature; as its record says, or its folder, by default.")
@click.option("--replace", is_flag=True, help="Write over a signature that is there.")
@click.option("--keyless", is_flag=True, help="Sign with Sigstore, by who you are instead of by a key; needs the network.")
@click.option("--identity-token", metavar="TOKEN", help="With `--keyless`: the OpenID Connect token that says who you are.")
@format_option("text", "json")
@pass_state
def sign(
    state: State,
    folder: Path,
    key: Path | None,
    passphrase_file: Path | None,
    name: str | None,
    replace: bool,
    keyless: bool,
    identity_token: str | None,
    form: str,
) -> None:
    """Sign the files of the model folder DIR: `model.sig`, as OpenSSF model signing has it. Records in the folder get a signature, too."""
    from registry.desk.provenance.sign import sign_folder, sign_folder_keyless

    settings = state.settings()
    if keyless:
        if key or name or passphrase_file:
            raise click.UsageError("`--keyless` takes no key and no name")
        result = sign_folder_keyless(folder, offline=settings.offline, token=identity_token, replace=replace)
    else:
        if identity_token:
            raise click.UsageError("`--identity-token` goes with `--keyless`")
        from registry.desk.provenance.keys import find_signing_key

        signer = find_signing_key(settings, path=key, passphrase=_ask(passphrase_file))
        result = sign_folder(folder, signer, name=name, replace=replace, progress=Meter(state.output, "files"))
    if form == "json":
        state.output.json(result)
        return
    state.output.line(f"Signed {state.output.strong(clean(result['model']))}: {result['files']:,} files, {short_number(result['bytes'])}B.")
    state.output.fields(
        [
            ("digest", result["sha256"]),
            ("key", f"{result['key']} ({result['kind']})" if result["key"] else result["kind"]),
            ("signature", result["signature"]),
            ("records", ", ".join(result["records"])),
        ]
    )
    for note in result["notes"]:
        state.output.talk(clean(note))


def _ask(file: Path | None) -> Any:
    """What gives the passphrase of a key that has one: a file, else the person at the terminal."""

    def ask() -> str | None:
        from registry.desk.provenance.keys import read_passphrase

        if file is not None:
            return read_passphrase(file)
        return click.prompt("Passphrase", hide_input=True, err=True, default="", show_default=False) if sys.stdin.isatty() else None

    return ask


@command.command("verify", short_help="hold a model folder against its signatures and records")
@click.argument("target", metavar="DIR", type=PATH)
@click.option(
    "--public-key", "public", multiple=True, type=PATH, metavar="FILE", help="Hold signatures against this key instead of those you trust; repeatable."
)
@click.option("--signature", type=PATH, metavar="FILE", help="Where the signature stands, if not in DIR as `model.sig`.")
@click.option("--identity", metavar="WHO", help="Who is expected to have signed with Sigstore, without a key.")
@click.option("--issuer", metavar="URL", help="Who vouches for `--identity`.")
@click.option("--base", type=PATH, metavar="DIR", help="The folder of the base, to hold it against what went in.")
@click.option("--dependency", "dependencies", multiple=True, metavar="NAME=PATH", help="Where something else that went in stands; repeatable.")
@click.option("--lineage/--no-lineage", default=True, help="Whether the lineage is held against the catalogue's.")
@format_option("table", "json")
@click.pass_context
@pass_state
def verify(
    state: State,
    context: click.Context,
    target: Path,
    public: tuple[Path, ...],
    signature: Path | None,
    identity: str | None,
    issuer: str | None,
    base: Path | None,
    dependencies: tuple[str, ...],
    lineage: bool,
    form: str,
) -> None:
    """Verify DIR, a model folder, or a single file that has its record beside it.

    Who signed it; whether every file is as it was signed; whether what went in is still the same, where it is at hand; and whether the
    catalogue tells the same lineage.

    Exit code 0 if all of it holds, 1 if anything does not.
    """
    from registry.cli.provenance_verify import print_verified
    from registry.desk.provenance.verify import verify_provenance
    from registry.provenance.model_signing_library import Identity

    if (identity is None) != (issuer is None):
        raise click.UsageError("`--identity` and `--issuer` go together")
    result = verify_provenance(
        state.desk(),
        target,
        public=public,
        signature=signature,
        identity=Identity(identity, issuer) if identity and issuer else None,
        places=read_places(dependencies),
        base=base,
        lineage=lineage,
        progress=lambda part: Meter(state.output, part),
    )
    if form == "json":
        state.output.json(result)
    else:
        print_verified(state.output, result)
    context.exit(0 if result["verified"] else REFUSED)


def read_places(given: tuple[str, ...]) -> dict[str, Path]:
    """Names and places, from `NAME=PATH`.

    Raises:
        click.UsageError: One is not written so.
    """
    found = {}
    for text in given:
        name, equals, path = text.partition("=")
        if not equals or not name or not path:
            raise click.UsageError(f"`--dependency {text}`: write NAME=PATH")
        found[name] = Path(path)
    return found


@command.command("show", cls=Command, short_help="what a record says: what went in, what was done, what came out")
@click.argument("target", metavar="DIR_OR_FILE", type=PATH)
@click.option(
    "--public-key", "public", multiple=True, type=PATH, metavar="FILE", help="Hold signatures against this key instead of those you trust; repeatable."
)
@format_option("text", "json")
@pass_state
def show(state: State, target: Path, public: tuple[Path, ...], form: str) -> None:
    """Print what the records of a model folder or file say, as a timeline and a tree. Signatures are looked at; `verify` looks at the files, too."""
    from registry.cli.provenance_show import print_record
    from registry.desk.provenance.show import show_provenance

    result = show_provenance(state.settings(), target, public)
    if form == "json":
        state.output.json(result)
    else:
        print_record(state.output, result)


@command.command("replay", short_help="do a recorded run again and compare what comes out")
@click.argument("target", metavar="RECORD", type=PATH)
@click.option("--base", type=PATH, metavar="DIR", help="The folder of the base.")
@click.option("--dependency", "dependencies", multiple=True, metavar="NAME=PATH", help="Where something else that went in stands; repeatable.")
@click.option("--out", type=PATH, metavar="DIR", help="Keep what comes out in DIR; it is removed by default.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda", "mps"]), help="Compute on this device instead.")
@click.option("--threads", type=click.IntRange(1), metavar="COUNT", help="Compute with so many threads instead.")
@click.option(
    "--public-key", "public", multiple=True, type=PATH, metavar="FILE", help="Hold the record against this key instead of those you trust; repeatable."
)
@click.option("--allow-unknown-key", is_flag=True, help="Go on although nobody you trust has signed the record.")
@click.option("--trust-remote-code", is_flag=True, help="Run the code that came with a model, as the first time.")
@format_option("text", "json")
@click.pass_context
@pass_state
def replay(
    state: State,
    context: click.Context,
    target: Path,
    base: Path | None,
    dependencies: tuple[str, ...],
    out: Path | None,
    device: str | None,
    threads: int | None,
    public: tuple[Path, ...],
    allow_unknown_key: bool,
    trust_remote_code: bool,
    form: str,
) -> None:
    """Do the run of RECORD again, with the same inputs and parameters, and say whether the same comes out.

    Where it is not the same to the last bit, it says which tensors differ, how far, and what was other than the first time.

    RECORD is a `provenance.json`, or the folder or file that it is about. Every input is held against its digest first. The licences are not
    asked again, and what `--out` keeps has no record of its own. Exit code 0 if the outcome is the same to the last bit, 1 if it is not.
    """
    from registry.cli.provenance_replay import print_replayed
    from registry.cli.run_progress import RunProgress
    from registry.runner.replay import Wishes
    from registry.runner.replay import replay as do_again

    machine = {key: value for key, value in (("device", device), ("threads", threads)) if value is not None}
    wishes = Wishes(read_places(dependencies), base, out, public, allow_unknown_key, trust_remote_code, machine)
    with RunProgress(state.output) as progress:
        result = do_again(state.desk(), target, wishes, progress.event, progress.says, lambda part: Meter(state.output, part))
    if form == "json":
        state.output.json(result)
    else:
        print_replayed(state.output, result)
    context.exit(0 if result["identical"] else REFUSED)
