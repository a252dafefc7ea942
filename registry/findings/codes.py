"""The closed table of finding codes. A code, once published, keeps its meaning."""

from __future__ import annotations

from dataclasses import dataclass

SEVERITIES = ("note", "warning", "error")
"""From mild to grave."""


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding.

    Attributes:
        code: Stable code.
        title: What it says, in a phrase.
        severity: `note`, `warning` or `error`, unless a policy says otherwise.
        fixable_by: `you`, `developer` (the model's) or `licensor`.
        fix: The act that mends it.
    """

    code: str
    title: str
    severity: str
    fixable_by: str
    fix: str


_TABLE = (
    Code("LIC001", "no licence declared", "error", "developer", "ask the developer to state a licence"),
    Code("LIC002", "licence name cannot be resolved", "warning", "developer", "ask the developer for the text behind the name"),
    Code("LIC003", "licence tag says too little", "warning", "developer", "ask the developer to name the licence and its version"),
    Code("LIC004", "card and files disagree", "warning", "developer", "ask the developer which of them holds"),
    Code("LIC006", "the revision of a model is not pinned", "note", "you", "name a commit as revision"),
    Code("LIC007", "a card or file says something that could not be read", "note", "developer", "correct the line that is named"),
    Code("LIC101", "declared licence is looser than the recorded terms of an ancestor", "error", "developer", "relicense, or pass the ancestor's terms on"),
    Code("LIC102", "derivative of an ancestor that bars derivatives", "error", "licensor", "ask the licensor, or replace the ancestor"),
    Code("LIC103", "ancestors whose terms cannot be combined", "error", "developer", "replace one of the ancestors"),
    Code("LIC104", "share-alike not kept", "error", "developer", "relicense under a licence the ancestor allows"),
    Code("LIC105", "an ancestor is missing, unlicensed or unstated", "error", "licensor", "ask the ancestor's developer for its terms"),
    Code("LIC106", "stricter than any ancestor asks", "note", "developer", "nothing has to change"),
    Code("LIC107", "another licence than an ancestor's text requires", "error", "developer", "relicense under the ancestor's own licence"),
    Code("LIC108", "the lineage runs in a circle", "error", "developer", "ask the developer what it was made from"),
    Code("LIC109", "sources contradict each other on lineage", "warning", "developer", "ask the developer what it was made from"),
    Code("LIC201", "name does not follow an ancestor's rule", "warning", "developer", "rename the derivative"),
    Code("LIC202", "a line that has to be shown is not shown", "warning", "you", "show the line where the licence asks for it"),
    Code("LIC203", "a notice that has to go along is missing", "warning", "you", "put the words into a NOTICE file"),
    Code("LIC204", "rules of use are not passed on", "warning", "you", "add the use policy, or a link to it"),
    Code("LIC205", "name rules of ancestors contradict each other", "error", "developer", "replace one of the ancestors"),
    Code("LIC206", "a licence text that has to go along is missing", "error", "you", "add the licence's text"),
    Code("LIC207", "changes are not stated", "warning", "you", "say what was changed, and from which model"),
    Code("LIC301", "above a limit of users or revenue", "error", "you", "ask the licensor, or replace the model"),
    Code("LIC302", "commercial use of something for non-commercial use only", "error", "you", "ask the licensor, or replace the model"),
    Code("LIC303", "a use or a kind of user that the terms bar", "error", "you", "replace the model, or leave that use"),
    Code("LIC304", "a place that the terms leave out", "error", "you", "replace the model, or leave that place out"),
    Code("LIC305", "trained on outputs against the terms of the model that made them", "error", "developer", "train on other data, or ask the licensor"),
    Code("LIC306", "something that nothing in the terms grants", "error", "you", "ask the licensor, or replace the model"),
    Code("LIC307", "acceptance or registration is missing", "error", "you", "accept the terms or register, and record it with `licet catalog accept`"),
    Code("LIC308", "facts that decide are missing", "note", "you", "state them in `licet.yaml`"),
    Code("LIC309", "not known under which terms", "warning", "you", "record the model, or look up its terms"),
    Code("LIC310", "the name of a model could not be followed", "note", "you", "name the model in the code or in `licet.yaml`"),
    Code("LIC401", "trained on a non-commercial dataset", "warning", "developer", "replace the dataset, or ask its licensor"),
    Code("LIC402", "trained on a share-alike dataset", "warning", "developer", "replace the dataset, or publish under its licence"),
    Code("LIC404", "trained on a dataset without a known licence", "note", "developer", "ask the dataset's publisher for its terms"),
    Code("LIC501", "nobody has signed it, or the record of how it was made", "warning", "developer", "sign it, or ask the developer for a signature"),
    Code("LIC502", "files are not those that were signed", "error", "developer", "get the files again from where they came, and do not use these"),
    Code(
        "LIC503",
        "the record of how it was made does not match its lineage",
        "error",
        "developer",
        "correct the catalogue, or ask the developer what it was made from",
    ),
    Code(
        "LIC504",
        "signed by a key that is not trusted, or outside its validity",
        "error",
        "you",
        "get the public key from the developer by a way you trust, then run `licet provenance trust`",
    ),
    Code("LIC505", "a signature or signed record does not hold", "error", "developer", "get it again from where it came; somebody may have changed it"),
    Code("POL001", "a type of licence that the policy does not allow", "error", "you", "replace the model, or ask for a waiver"),
    Code("POL002", "a licence that the policy does not allow", "error", "you", "replace the model, or ask for a waiver"),
    Code("POL003", "a model or developer that the policy does not allow", "error", "you", "replace the model, or ask for a waiver"),
    Code("POL004", "a host that the policy does not allow", "error", "you", "reach the model through another host, or ask for a waiver"),
    Code("POL005", "a dataset that the policy does not allow", "error", "you", "replace the dataset, or ask for a waiver"),
    Code("POL006", "a licence that is known too weakly for the policy", "error", "you", "have the licence confirmed, or ask for a waiver"),
    Code("POL007", "a duty that is not shown to be done", "error", "you", "put the words where they are asked for, or ask for a waiver"),
    Code("POL008", "a waiver that has expired", "error", "you", "renew it with its owner, or mend what it covered"),
    Code(
        "SEC001",
        "weights in a format that runs code when it is read",
        "warning",
        "developer",
        "ask for safetensors, or convert them where nothing can be harmed",
    ),
    Code("SEC002", "the model asks to run code of its own", "warning", "developer", "read that code before you allow it"),
)

CODES: dict[str, Code] = {code.code: code for code in _TABLE}
"""Every code by name."""
