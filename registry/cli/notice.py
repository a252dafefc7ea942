"""`licet notice`: what has to go along with models, as a folder to ship; and what a folder about to be published lacks of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from registry.cli.bom import folder_of_models
from registry.cli.errors import DONE, REFUSED
from registry.cli.main import Command
from registry.cli.output import clean
from registry.cli.state import State, pass_state
from registry.cli.use import GivenUse, use_flags
from registry.cli.words import DISCLAIMER, section

NOT_ALLOWED = ("conditional", "undetermined", "needs-permission", "prohibited")
"""The verdicts of which whoever makes a bundle is told."""


@click.command("notice", cls=Command, short_help="what has to go along with models: notices, licence texts, names, lines to show")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--out", metavar="DIR", help="Write the bundle there, as a new folder.")
@click.option("--force", is_flag=True, help="Replace an earlier bundle in DIR.")
@click.option(
    "--folder", "folders", multiple=True, metavar="MODEL=DIR", help="Where the files of a model lie: its licence texts and notices are taken from there."
)
@click.option("--check", metavar="DIR", help="Say what a folder that is about to be published lacks, instead.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print the answer.")
@use_flags()
@click.pass_context
@pass_state
def command(
    state: State,
    context: click.Context,
    targets: tuple[str, ...],
    use: GivenUse,
    out: str | None,
    force: bool,
    folders: tuple[str, ...],
    check: str | None,
    form: str,
) -> None:
    """Gather what the licences of each TARGET ask of whoever passes it on: a NOTICE, lines to show, licence texts, names, changes to state.

    A TARGET is a model `org/name`, `app:NAME`, or a model folder `./path`. Texts come from the folders given, the Hub's local cache, or the
    Hub. Where nobody says how it is passed on, shipping it in a product and giving its weights away are looked at.

    Exit code: 0 done, 1 a text that has to go along or the words of a notice are not at hand, or the folder lacks something.
    """
    if check is not None:
        if out is not None or folders or force:
            raise click.UsageError("`--check` writes nothing: leave out `--out`, `--folder` and `--force`")
        from registry.desk.notice.check import check_published

        found = check_published(state.desk(), check, targets, use.raw, use.interpretation)
        if form == "json":
            state.output.json(found)
        else:
            print_lacking(state, found)
        context.exit(REFUSED if found["findings"] or found["missing_texts"] else DONE)
    if not targets or out is None:
        raise click.UsageError("name a TARGET and `--out DIR`, or give `--check DIR`")
    from registry.desk.notice.bundle import gather_bundle, write_bundle
    from registry.reports.notice import index_of
    from registry.reports.report_words import VERDICTS

    bundle, texts = gather_bundle(state.desk(), targets, use.raw, interpretation=use.interpretation, folders=folder_of_models(folders))
    files = write_bundle(bundle, texts, Path(out), force=force)
    if form == "json":
        state.output.json(index_of(bundle))
    else:
        for file in files:
            state.output.line(clean(file))
    counts = ((len(bundle.models), "model or set of data", "models and sets of data"), (len(bundle.duties), "duty", "duties"), (len(texts), "text", "texts"))
    state.output.talk(f"wrote `{clean(out)}`: {', '.join(f'{count:,} {one if count == 1 else many}' for count, one, many in counts)}")
    for license in bundle.licenses:
        if license.missing:
            link = f": {clean(license.links[0])}" if license.links else ""
            state.output.talk(f"missing: the text of {clean(license.name)}{link}")
        if license.lent:
            names = ", ".join(clean(name) for name in license.lent[:5])
            state.output.talk(f"note: {clean(license.name)}: no copy with a copyright notice of their own was found for {names}")
    for duty in bundle.wordless:
        state.output.talk(f"missing: the words of the notice that {clean(duty.license)}, {section(duty.section)}, orders: fill them in in `NOTICE`")
    for model in bundle.models:
        if model.verdict in NOT_ALLOWED:
            state.output.talk(f"note: {clean(model.name)}: {VERDICTS[model.verdict]} A bundle does not change that.")
    context.exit(DONE if bundle.complete else REFUSED)


def print_lacking(state: State, found: Mapping[str, Any]) -> None:
    """What a folder lacks, for people."""
    output = state.output
    lacking = found["findings"]
    count = len(lacking) + len(found["missing_texts"])
    what = "lacks nothing that was looked for" if not count else f"lacks {count} thing{'' if count == 1 else 's'}"
    output.line(output.strong(f"{clean(found['folder'])} {what} ({found['duties']} duties)."))
    for each in lacking:
        place = f" {clean(each['license'])}, {section(each['clause'])}." if each["license"] and each["clause"] else ""
        output.paragraph(
            f"{clean(each['code'])} {clean(each['severity'])}: {clean(each['summary'])}{place} To mend it: {clean(each['hint'])}.", indent=4, first="  - "
        )
    for name in found["missing_texts"]:
        output.paragraph(f"the bundle in it says that the text of {clean(name)} is missing", indent=4, first="  - ")
    output.line()
    output.line(DISCLAIMER)
