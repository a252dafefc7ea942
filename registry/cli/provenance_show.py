"""A record for people: what went in as a tree, what happened as a timeline, and which terms bind what came out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from registry.cli.output import Output, clean
from registry.cli.provenance_verify import print_signatures
from registry.cli.words import number, short_number

SHOWN = 12
"""So many parameters, files or duties are shown; JSON has all."""

_UNITS = {
    "wall_seconds": ("wall time", "s"),
    "cpu_seconds": ("CPU time", "s"),
    "examples": ("examples", ""),
    "tokens": ("tokens", ""),
    "steps": ("steps", ""),
    "parameters_trained": ("parameters trained", ""),
    "parameters_total": ("parameters", ""),
    "flop": ("FLOP, estimated", ""),
    "peak_memory_bytes": ("peak memory", "B"),
    "peak_device_memory_bytes": ("peak memory of the device", "B"),
    "energy_kwh": ("energy, estimated", " kWh"),
}


def print_record(output: Output, result: Mapping[str, Any]) -> None:
    """All that the records say."""
    run: Mapping[str, Any] | None = result["run"]
    terms: Mapping[str, Any] | None = result["terms"]
    output.line(output.strong(clean(result["model"])) + (f": {clean(run['task'])}, {clean(run['outcome'])}" if run else ""))
    if run and run.get("reason"):
        output.paragraph(f"because: {clean(run['reason'])}", indent=2, hanging=2)
    if run:
        _print_inputs(output, result["model"], run, terms)
        _print_timeline(output, run)
        _print_done(output, run)
        _print_out(output, run)
    elif result["signed_files"]:
        output.line(f"  {result['signed_files']:,} signed files, and no record of how they were made")
    if terms:
        _print_terms(output, terms)
    if result["signatures"]:
        output.heading("Signatures")
        print_signatures(output, result["signatures"])
    for finding in result["findings"]:
        output.paragraph(f"{clean(finding['code'])}: {clean(finding['summary'])}", indent=2, hanging=2)
    output.talk("only the signatures were looked at; `licet provenance verify` looks at the files, too")


def _print_inputs(output: Output, model: str, run: Mapping[str, Any], terms: Mapping[str, Any] | None) -> None:
    inputs = run["inputs"]
    if not inputs:
        return
    output.heading("Made from")
    output.line(f"  {clean(model)}")
    above: dict[str, list[tuple[str, str]]] = {}
    for link in terms["lineage"] if terms else ():
        above.setdefault(link["child"], []).append((link["parent"], link["relation"]))
    for index, each in enumerate(inputs):
        last = index == len(inputs) - 1
        output.line(f"  {'└─' if last else '├─'} {_input(each)}")
        for line in _ancestors(above, each["name"], {each["name"]}):
            output.line(f"  {'   ' if last else '│  '}{line}")


def _ancestors(above: Mapping[str, Sequence[tuple[str, str]]], name: str, seen: set[str]) -> Iterator[str]:
    """The branches above an input, as the statement of terms has them; none is unfolded twice."""
    parents = [link for link in above.get(name, ()) if link[0] not in seen]
    for index, (parent, relation) in enumerate(parents):
        last = index == len(parents) - 1
        yield f"{'└─' if last else '├─'} {clean(parent)} ({clean(relation)})"
        seen.add(parent)
        for line in _ancestors(above, parent, seen):
            yield f"{'   ' if last else '│  '}{line}"


def _input(each: Mapping[str, Any]) -> str:
    what = clean(each["relation"] or each["kind"])
    about = [what]
    if each["revision"]:
        about.append(clean(str(each["revision"])[:12]))
    elif each["sha256"]:
        about.append(f"sha256:{clean(str(each['sha256'])[:12])}")
    if each["notes"].get("version"):
        about.append(clean(each["notes"]["version"]))
    rows = each["notes"].get("rows")
    if isinstance(rows, int):
        about.append(f"{rows:,} rows")
    about.extend(clean(license) for license in each["licenses"][:SHOWN])
    return f"{clean(each['name'])} ({', '.join(about)})"


def _print_timeline(output: Output, run: Mapping[str, Any]) -> None:
    output.heading("When")
    events = run["timeline"]
    widest = max(len(clean(event["what"])) for event in events)
    for event in events:
        when = clean(event["at"]) if event["at"] else f"{_seconds(event['seconds'])}"
        output.line(f"  {clean(event['what']).ljust(widest)}  {when}")


def _seconds(value: float) -> str:
    return f"{value:,.1f} s" if value < 120 else f"{value / 60:,.1f} min"


def _print_done(output: Output, run: Mapping[str, Any]) -> None:
    environment = run["environment"]
    output.heading("How")
    output.fields([(key.replace("_", " "), _value(value)) for key, value in list(_flat(run["parameters"]))[: 2 * SHOWN] if _value(value)])
    output.heading("On what")
    device = environment["device_name"] or environment["device"]
    output.fields(
        [
            ("device", f"{device} ({environment['device']})" if device != environment["device"] else device),
            ("driver", environment["driver"]),
            ("processor", f"{environment['cpu']}, {environment['cores']} cores"),
            ("system", environment["operating_system"]),
            ("Python", environment["python"]),
            ("packages", ", ".join(f"{name} {version}" for name, version in _main_packages(run["packages"]))),
            *((key.replace("_", " "), _value(value)) for key, value in run["settings"].items()),
        ]
    )
    output.heading("What it took")
    compute = run["compute"]
    output.fields([(title, _amount(compute[key], unit)) for key, (title, unit) in _UNITS.items() if compute.get(key) is not None])


def _flat(parameters: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Parameters one a line, as they were used in the end; the job, which says what was asked, is left to JSON."""
    for key, value in parameters.items():
        if key == "used" and isinstance(value, Mapping):
            yield from value.items()
        elif key != "job":
            yield key, value


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value in ([], {}, ""):
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{clean(key).replace('_', ' ')} {_value(each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_value(each) for each in value)
    return clean(value)


def _amount(value: float, unit: str) -> str:
    if unit == "B":
        return f"{short_number(value)}B"
    if unit == "s":
        return _seconds(value)
    return f"{value:.3g}{unit}" if value > 1e15 or value != int(value) else f"{number(int(value))}{unit}"


def _main_packages(packages: Mapping[str, str]) -> list[tuple[str, str]]:
    known = [(name, packages[name]) for name in ("torch", "transformers", "peft", "trl", "accelerate", "datasets", "safetensors") if name in packages]
    return known or sorted(packages.items())[:SHOWN]


def _print_out(output: Output, run: Mapping[str, Any]) -> None:
    byproducts = run["byproducts"]
    metrics = byproducts.get("metrics")
    if isinstance(metrics, Mapping) and metrics:
        output.heading("Measured")
        phases = {phase: values for phase, values in metrics.items() if isinstance(values, Mapping)}
        if phases:
            names = sorted({name for values in phases.values() for name in values})
            output.fields(
                [(name, " -> ".join(f"{_value(phases[phase][name])} {phase}" for phase in _ordered(phases) if name in phases[phase])) for name in names]
            )
        else:
            output.fields([(clean(name), _value(value)) for name, value in metrics.items()])
    files = run["files"]
    if files:
        output.heading("What came out")
        whole = sum(file["size"] for file in files)
        output.line(f"  {len(files):,} files, {short_number(whole)}B")
        for file in sorted(files, key=lambda file: -file["size"])[:SHOWN]:
            output.line(f"    {clean(file['name'])}  {short_number(file['size'])}B  sha256:{clean(file['sha256'][:12])}")
        if len(files) > SHOWN:
            output.line(f"    and {len(files) - SHOWN:,} more; `--format json` has all")


def _ordered(phases: Mapping[str, Any]) -> list[str]:
    return sorted(phases, key=lambda phase: (("before", "during", "after").index(phase) if phase in ("before", "during", "after") else 3, phase))


def _print_terms(output: Output, terms: Mapping[str, Any]) -> None:
    output.heading("Terms, as known when it was signed")
    output.fields(
        [
            ("verdict", terms["verdict"]),
            ("interpretation", terms["interpretation"]),
            ("use", ", ".join(f"{clean(key)}={_value(value)}" for key, value in terms["use"].items())),
            (
                "approved by",
                f"{terms['override']['reference']}{' by ' + str(terms['override']['by']) if terms['override']['by'] else ''}" if terms["override"] else None,
            ),
            ("licence", terms["license"]),
            ("knowledge", f"{terms['knowledge'].get('version', '')} ({str(terms['knowledge'].get('digest', ''))[:19]})"),
        ]
    )
    duties = [each for each in terms["obligations"] if isinstance(each, Mapping)]
    for each in duties[:SHOWN]:
        output.paragraph(f"{clean(each.get('summary'))} ({clean(each.get('license'))}, section {clean(each.get('section'))})", indent=4, first="  - ")
    if len(duties) > SHOWN:
        output.line(f"    and {len(duties) - SHOWN:,} more duties")
