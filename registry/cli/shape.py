"""The shape of the catalogue, for people: licence tags, relations, lineage, and licences from bases to their children."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry.cli.output import Column, Output, clean

SHOWN = 15
"""How many rows of a table are printed; JSON has all."""

FEW = 5
"""How many tags of children are printed for each tag of a base."""


def print_shape(output: Output, shape: Mapping[str, Any], *, whole: bool = False) -> None:
    """The shape, one table after another.

    Args:
        output: Where to.
        shape: As `registry.desk.catalog.stats.shape_catalogue` makes it.
        whole: Print the whole table of licence tags from bases to children.
    """
    tags, lineage, drift = shape["tags"], shape["lineage"], shape["drift"]
    output.heading("Licence tags, as they are declared")
    output.line(
        f"  {tags['tagged']:,} of {tags['models']:,} models carry one ({tags['share_tagged']:.1%}); {tags['several']:,} carry several, and the first counts."
    )
    _counted(output, "TAG", "tag", "models", tags["by_tag"][:SHOWN])
    _more(output, len(tags["by_tag"]))
    output.heading("Relations")
    relations = [{"relation": name, "links": count} for name, count in shape["relations"].items()]
    output.table([Column("RELATION", lambda row: row["relation"]), Column("LINKS", lambda row: f"{row['links']:,}", right=True)], relations, indent=2)
    _print_lineage(output, lineage)
    output.heading("From a base's licence tag to its children's")
    output.line(
        f"  {drift['links_with_another_tag']:,} of {drift['links_with_both_tagged']:,} links between tagged models lead to another tag "
        f"({drift['share_with_another_tag']:.1%})."
    )
    rows = drift["transitions"] if whole else drift["transitions"][:SHOWN]
    output.table(
        [
            Column("BASE", lambda row: row["base"]),
            Column("LINKS", lambda row: f"{row['links']:,}", right=True),
            Column("CHILDREN", lambda row: _children(row["children"], whole), wraps=True),
        ],
        rows,
        indent=2,
    )
    if not whole and len(drift["transitions"]) > SHOWN:
        output.line(f"  and {len(drift['transitions']) - SHOWN:,} more with `--transitions`")


def _print_lineage(output: Output, lineage: Mapping[str, Any]) -> None:
    circles = lineage["circles"]
    output.heading("Lineage")
    output.fields(
        [
            ("models with a base", f"{lineage['models_with_a_base']:,} ({lineage['share_with_a_base']:.1%})"),
            ("bases", f"{lineage['bases']:,}"),
            ("bases not listed", f"{lineage['unlisted_bases']:,}, named by {lineage['links_to_unlisted_bases']:,} links"),
            ("ancestors", _quantiles(lineage["ancestors"])),
            ("children per base", _quantiles(lineage["children_per_base"])),
            ("families", f"{lineage['families']:,}, and {lineage['models_alone']:,} models alone"),
            ("circles", f"{circles['circles']:,} of {circles['models']:,} models; {circles['named_themselves']:,} named themselves"),
        ]
    )
    output.heading("Models by the longest way up to a model without a base")
    output.paragraph(", ".join(f"{depth}: {count:,}" for depth, count in lineage["depths"].items()), indent=2)
    output.heading("Families by size")
    output.paragraph(", ".join(f"{size}: {count:,}" for size, count in lineage["family_sizes"].items()), indent=2)
    largest = [{"model": row["model"], "count": row["models"]} for row in lineage["largest_families"][:SHOWN]]
    children = [{"model": row["model"], "count": row["children"]} for row in lineage["most_children"][:SHOWN]]
    for title, name, rows in (("Largest families, by their busiest base", "MODELS", largest), ("Bases with most children", "CHILDREN", children)):
        if rows:
            output.heading(title)
            output.table([Column("MODEL", lambda row: row["model"]), Column(name, lambda row: f"{row['count']:,}", right=True)], rows, indent=2)


def _quantiles(found: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {value:,}" if name == "max" else f"{name}% {value:,}" for name, value in found.items())


def _counted(output: Output, title: str, key: str, count: str, rows: Sequence[Mapping[str, Any]]) -> None:
    output.table(
        [
            Column(title, lambda row: row[key]),
            Column(count.upper(), lambda row: f"{row[count]:,}", right=True),
            Column("SHARE", lambda row: f"{row['share']:.2%}", right=True),
        ],
        rows,
        indent=2,
    )


def _more(output: Output, count: int) -> None:
    if count > SHOWN:
        output.line(f"  and {count - SHOWN:,} more")


def _children(rows: Sequence[Mapping[str, Any]], whole: bool) -> str:
    shown = rows if whole else rows[:FEW]
    rest = f", {len(rows) - len(shown)} more" if len(rows) > len(shown) else ""
    return ", ".join(f"{clean(row['tag'])} {row['share']:.1%}" for row in shown) + rest
