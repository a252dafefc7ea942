"""Reports that are written out by hand, so that they change with a renderer and with nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from registry.reports.report import (
    Annex,
    AnnexField,
    Change,
    Changes,
    Duty,
    Entry,
    LicenseRecord,
    NamedUse,
    Portfolio,
    Reading,
    Recheck,
    Report,
    Row,
    Step,
    TextRecord,
)
from registry.reports.report_words import deciding_of, headline_of

KNOWLEDGE = {"version": "2026.11", "digest": "sha256:0011223344556677", "age": "of this month"}
RECHECK = Recheck("2027-05-20", "half a year on")


def license(id: str, **given: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "name": id.upper(),
        "type": "custom",
        "spdx": None,
        "basis": "declared",
        "reach": "original",
        "from": "acme/model",
        "points": [],
        "verdict": "permitted",
    }
    return {"id": id, **usual, **given}


def reason(license: str, summary: str, **given: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "term": "limit",
        "section": "2",
        "outcome": "decides",
        "effect": "needs-permission",
        "path": [{"model": "acme/model"}],
        "evidence": "declared",
    }
    return {"license": license, **usual, "summary": summary, "cure": None, "ask": None, "confidence": "text-read", **given}


def owed(license: str, do: str, summary: str, **given: Any) -> dict[str, Any]:
    """A duty as an answer holds it."""
    usual: dict[str, Any] = {
        "term": do,
        "section": "1",
        "do": do,
        "when": None,
        "wording": None,
        "where": [],
        "rule": None,
        "counts": True,
        "from": "acme/model",
    }
    return {"license": license, **usual, "summary": summary, **given}


def duty(license: str, title: str, summary: str, **given: Any) -> Duty:
    """A duty as a report holds it."""
    usual: dict[str, Any] = {
        "section": "1",
        "trigger": "give the weights to others",
        "text": None,
        "where": (),
        "source": None,
        "counts": True,
        "must": True,
        "reached_from": "acme/model",
    }
    return Duty(license=license, title=title, summary=summary, **{**usual, **given})


def finding(code: str, summary: str, **given: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "severity": "error",
        "confidence": "high",
        "subject": "acme/model",
        "license": None,
        "clause": None,
        "ancestors": [],
        "fixable_by": "developer",
    }
    return {"code": code, **usual, "summary": summary, "hint": "relicense", **given}


LIMIT = {"of": "group", "at": "once", "passed": False, "counted": None}
"""What else is said of a limit, without showing in a document."""


def limit(license: str, **given: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {"term": "limit", "section": "2", "fact": "monthly_active_users", "limit": 700_000_000, "comparator": ">"}
    return {"license": license, **usual, "unit": None, "value_unit": None, "month": "2023-06", "value": 1_200_000, **LIMIT, **given}


def item(**given: Any) -> dict[str, Any]:
    """An answer; whatever is not given is as empty as it can be."""
    empty: dict[str, Any] = {"model": "acme/model", "license": None, "revision": None, "verdict": "permitted", "curable": False, "interpretation": "mainstream"}
    empty |= {
        "flips": [],
        "date": "2026-11-21",
        "use": {},
        "assumptions": [],
        "missing_facts": [],
        "yes_when": None,
        "yes_when_condition": None,
        "leaning": None,
    }
    empty |= {
        "licenses": [],
        "reasons": [],
        "obligations": [],
        "headroom": [],
        "unverified": [],
        "findings": [],
        "warnings": [],
        "knowledge": {"version": "2026.11", "digest": "x"},
    }
    assert set(given) <= set(empty) | {"application", "host"}
    return empty | given


def entry(answer: dict[str, Any], **given: Any) -> Entry:
    """An entry about an answer."""
    readings = tuple(Reading(name, answer["verdict"], deciding_of(answer)) for name in ("strict", "mainstream", "permissive"))
    usual: dict[str, Any] = {"headline": headline_of(answer), "decides": deciding_of(answer), "recheck": RECHECK, "readings": readings}
    return Entry(name=answer["model"], kind="model", answer=answer, **{**usual, "host": answer.get("host"), **given})


def report(*entries: Entry, **given: Any) -> Report:
    """A report of entries."""
    usual: dict[str, Any] = {
        "title": "Licence report: acme/model",
        "kind": "model",
        "made_on": "2026-11-21",
        "made_by": "licet 0",
        "date": "2026-11-21",
        "interpretation": "mainstream",
        "use": {},
        "knowledge": KNOWLEDGE,
        "catalogue": {"head": "feed" * 4},
        "verdict": entries[0].answer["verdict"] if entries else None,
        "headline": entries[0].headline if entries else "Nothing was asked.",
        "decides": entries[0].decides if entries else "",
        "recheck": RECHECK,
    }
    return Report(entries=entries, **{**usual, **given})


def edge(child: str, parent: str, relation: str, evidence: str = "declared", **marks: Any) -> dict[str, Any]:
    source = {"grade": evidence, "source": f"huggingface.co/{child}", "read_on": "2026-11-20", "says": None, "origin": "hub", "against": False}
    return {"child": child, "parent": parent, "relation": relation, "evidence": evidence, "sources": [source], "contradicted": False} | {
        "contradiction": None,
        "circle": False,
        **marks,
    }


def node(name: str, license: str | None, kind: str = "model", **given: Any) -> dict[str, Any]:
    return {"id": name, "kind": kind, "license": license, "license_type": "custom" if license else None, "verdict": "permitted", "downloads": None, **given}


def claim(license: str, **given: Any) -> dict[str, Any]:
    """What a card or a file says of a licence."""
    usual: dict[str, Any] = {"step": "id", "from": license, "as_written": license, "link": None, "text_digest": None, "stated_on": "2026-10-01"}
    return {"license": license, **usual, "source": "huggingface.co/acme/model", "read_on": "2026-11-20", "rivals": [], **given}


def said(**given: Any) -> dict[str, Any]:
    """Declared, detected and concluded, as a record holds them."""
    concluded = {"licenses": ["mit"], "basis": "detected", "step": "text", "from": "LICENSE", "reason": "its files show it", "on": "2026-11-21", "claims": []}
    return {"declared": [], "detected": [], "concluded": concluded, "inherited": [], "findings": [], **given}


def with_obligations() -> Report:
    """A model that may be used if two duties are done; one limit is stated, one is not."""
    answer = item(
        verdict="permitted-with-obligations",
        use={"commercial": True, "distribution": ["product"], "monthly_active_users": 1_200_000},
        assumptions=[{"fact": "role", "value": "licensee"}, {"fact": "monthly_active_users", "value": 1_200_000, "stands_for": "2023-06"}],
        licenses=[license("mit", type="open-source", verdict="permitted"), license("llama2", reach="derivative", **{"from": "meta/base"})],
        reasons=[
            reason("llama2", "Use is granted.", effect="permitted", section="1.a", term="grant"),
            reason("llama2", "Above 700 million users a licence is asked of Meta.", outcome="cleared", effect="permitted"),
        ],
        obligations=[owed("llama2", "display", "Say what it is built with."), owed("llama2", "license-copy", "Give a copy.")],
        headroom=[
            limit("llama2"),
            limit("mit", section="9", fact="annual_revenue_usd", limit=1_000_000, comparator=">=", unit="USD", month=None, value=None),
        ],
    )
    lineage = {
        "schema": "licet.lineage/1",
        "model": "acme/model",
        "nodes": [
            node("acme/model", "mit", license_type="open-source"),
            node("meta/base", "llama2"),
            node("dataset:mix", None, "dataset", verdict="undetermined"),
        ],
        "edges": [edge("acme/model", "meta/base", "finetune"), edge("meta/base", "dataset:mix", "trained-on", "inferred")],
        "omitted": {"nodes": 0, "edges": 0},
    }
    duties = (
        duty("llama2", "Display a credit or mark", "Say what it is built with.", text="Built with Llama", where=("website",), section="1.b.i"),
        duty("llama2", "Keep to the use policy", "Keep to the use policy.", section="1.b.iv", counts=False, trigger="any use"),
    )
    return report(
        entry(
            answer,
            duties=duties,
            next=(Step("Do the 2 duties below before it goes out.", "you"),),
            lineage=lineage,
            unknown=("country",),
            record={
                "developer": {"title": "Acme", "kind": "company", "country": "NO"},
                "license": said(
                    declared=[claim("apache-2.0", rivals=[{"step": "name", "license": "mit"}])], detected=[claim("mit", step="text", as_written="LICENSE")]
                ),
            },
            history=({"at": "2026-10-01T00:00:00Z", "actor": "ann", "kind": "card", "what": "statement", "change": "license: mit"},),
            overrides=("When it was made, the licence check said prohibited; passed over under the approval LEG-7.",),
        ),
        use=answer["use"],
        stated_by={"commercial": "with the request", "distribution": "with the request", "monthly_active_users": "the company's licet.yaml"},
        next=(Step("Do the 2 duties below before it goes out.", "you"),),
        licenses=(
            LicenseRecord(
                "llama2",
                "Llama 2 Community License Agreement",
                "custom",
                type_reason="Free use, with a limit.",
                steward="Meta",
                released="2023-07-18",
                confidence="text-read",
                texts=(
                    TextRecord("Agreement", "2023-07-18", "sha256:ab", "https://example.org/llama2", "2026-11-20"),
                    TextRecord("Policy", None, None, None, None, ({"name": "a copy", "digest": "cd01"},), ("https://example.org/policy",)),
                ),
                governing_law=("California law (section 7)",),
                termination=("Ends on breach (section 6)",),
                more={"patent": ("None (section 5)",)},
                digest="sha256:0505",
                links=("https://example.org/llama2", "https://example.org/policy"),
            ),
        ),
    )


def conditional() -> Report:
    """A model of which the answer hangs on two facts, and on how an open point is read."""
    answer = item(
        verdict="conditional",
        use={"commercial": True},
        missing_facts=["monthly_active_users", "annual_revenue_usd"],
        yes_when="no more than 700M monthly active users of you and your affiliates in June 2023",
        licenses=[license("llama2", verdict="conditional", points=["data-to-weights"])],
        reasons=[reason("llama2", "Above 700 million users a licence is asked of Meta.", effect="conditional", ask="Meta", cure="ask Meta")],
        flips=[{"interpretation": "strict", "verdict": "prohibited", "points": ["data-to-weights"]}],
        unverified=[
            {"license": "llama2", "term": "policy", "section": "9", "confidence": "secondary", "summary": "A hosted policy binds too.", "source": None}
        ],
        leaning="permitted",
    )
    readings = (
        Reading("strict", "prohibited", "The data binds.", {"data-to-weights": "binds"}),
        Reading("mainstream", "conditional", "A yes when few.", {"data-to-weights": "warn"}),
        Reading("permissive", "conditional", "A yes when few.", {"data-to-weights": "free"}),
    )
    return report(entry(answer, readings=readings, points={"data-to-weights": "Do the terms of a dataset bind the weights?"}))


def merge_with_conflicts() -> Report:
    """A merge that nobody may publish."""
    path = [{"model": "acme/model"}, {"relation": "merge", "model": "b/closed"}, {"relation": "adapter", "model": "b/root"}]
    answer = item(
        verdict="prohibited",
        curable=True,
        use={"commercial": False, "distribution": ["weights"], "monthly_active_users": {"product": {"2026-05": 5, "2026-06": 6}, "group": 9}},
        licenses=[license("cc-by-sa-4.0", reach="derivative"), license("cc-by-nc-sa-4.0", reach="derivative or data", type=None)],
        reasons=[
            reason("cc-by-nc-sa-4.0", "Not for commercial ends.", effect="prohibited", path=path, cure="replace the ancestor"),
            reason("cc-by-sa-4.0", "A derivative keeps this licence.", effect="prohibited"),
        ],
        findings=[
            finding(
                "LIC103",
                "The terms of `a/open` and `b/closed` cannot be kept together.",
                license="cc-by-sa-4.0",
                clause="3.b",
                ancestors=["a/open", "b/closed"],
            ),
            finding("LIC001", "`acme/model` declares no licence.", severity="warning"),
        ],
    )
    lineage = {
        "model": "acme/model",
        "nodes": [node("acme/model", None), node("a/open", "cc-by-sa-4.0"), node("b/closed", "cc-by-nc-sa-4.0")],
        "edges": [
            edge("acme/model", "a/open", "merge"),
            edge("acme/model", "b/closed", "merge", contradicted=True, contradiction="a card says merge, the weights speak against it"),
        ],
    }
    waivers = (
        {"code": "LIC103", "owner": "counsel", "reason": "An agreement with both licensors.", "expires": "2027-01-31", "holds": True},
        {"code": "LIC001", "owner": "data team", "reason": "A licence is on its way.", "expires": "2026-01-31", "holds": False},
    )
    return report(entry(answer, lineage=lineage, waivers=waivers))


def application() -> Report:
    """An application of three models with three answers, and the uses they are held against."""
    entries = (
        entry(item(model="a/free", application="kiosk", host=None, licenses=[license("mit")])),
        entry(
            item(
                model="b/limited",
                application="kiosk",
                host="corner",
                verdict="conditional",
                yes_when="no more than 1M USD of revenue a year",
                missing_facts=["annual_revenue_usd"],
                reasons=[reason("b-license", "Above a million a year, ask.", effect="conditional")],
            )
        ),
        entry(
            item(
                model="c/closed",
                application="kiosk",
                host=None,
                verdict="needs-permission",
                reasons=[reason("c-license", "Nothing is granted.", section="s. 1", cure="ask C")],
            )
        ),
    )
    rows = tuple(Row(each.name, each.answer["verdict"], each.decides, verdicts=(each.answer["verdict"], "prohibited")) for each in entries)
    return replace(
        report(*entries, title="Licence report: app:kiosk", kind="application", facts="as the catalogue records them", verdict="needs-permission"),
        headline="Not granted; permission has to be asked for. This is the worst of 3 models.",
        decides=f"c/closed: {entries[2].decides}",
        application={
            "id": "app:kiosk",
            "name": "Kiosk",
            "owner": "Kiosk Ltd",
            "distribution": ["saas"],
            "countries": ["NO"],
            "source": "said by Kiosk Ltd",
            "monthly_users": {"2026-03": 10, "2026-04": 12_000, "2026-05": 9_000},
            "models": [{"model": "a/free", "host": None, "purpose": "search", "host_terms": None}],
            "user_groups": [{"name": "shops", "segment": "business", "countries": ["NO"], "seats": 5, "monthly_users": {"2026-05": 9_000}}],
        },
        portfolio=Portfolio(
            3,
            {"permitted": 1, "conditional": 1, "needs-permission": 1},
            rows,
            (
                NamedUse("service", "As a service", {"commercial": True}),
                NamedUse("teach", "To teach", {"commercial": True, "outputs_train": "foundation-model"}),
            ),
            {"service": {"permitted": 1, "conditional": 1, "needs-permission": 1}, "teach": {"prohibited": 3}},
        ),
    )


def with_annex() -> Report:
    """A report with a form of two fields, and what changed since an earlier one."""
    annex = Annex(
        "ntia",
        "Minimum elements",
        "NTIA, 2021",
        "acme/model",
        (AnnexField("a", "Supplier", "Data fields", "Acme", "the developer"), AnnexField("b", "Author", "Data fields", None, "whoever signs")),
        "Owed by somebody.",
    )
    changes = Changes(
        "2026-10-01", "2026.10 (sha256:ff)", (Change("acme/model", "verdict", "permitted", "conditional"), Change("acme/model", "duty", None, "x"))
    )
    return report(entry(item(licenses=[license("mit")])), annexes=(annex,), changes=changes)


def under_several_uses() -> Report:
    """One model, held against two uses beside its own."""
    uses = (NamedUse("lab", "In a lab", {"commercial": False}), NamedUse("shop", "In a shop", {"commercial": True, "distribution": ["product"]}))
    row = Row("acme/model", "permitted", "mit: all", "mit", verdicts=("permitted", "prohibited"))
    counts: dict[str, dict[str, int]] = {"lab": {"permitted": 1}, "shop": {"prohibited": 1}}
    return report(entry(item(licenses=[license("mit")])), portfolio=Portfolio(1, {"permitted": 1}, (row,), uses, counts))


DOCUMENTS = (with_obligations, conditional, merge_with_conflicts, application, with_annex, under_several_uses)
"""Every document, for tests of all forms."""

HOSTILE = (
    "[click](javascript:alert(1))",
    "![pixel](https://evil.example/p.png)",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a | b | c",
    "a\n# heading\n\n- [x] done",
    "a\r\n| forged | row |",
    "`code` **bold** _it_ ~~gone~~",
    "\x1b[31mred\x1b[0m\x07",
    "\u202eright to left\u2066",
    "a\u2028b\u2029c\x85d",
    "back\\slash \\| \\[",
    "$$x^2$$ :smile: &amp; &lt;b&gt;",
    "- [ ] forged duty",
    "<!-- hidden -->",
    "https://evil.example/phish",
    "www.evil.example",
    "</title></style></script><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% for x in y %}",
    '" onmouseover="alert(1)" x="',
    "x" * 10_000,
)
"""Text from outside that wants to be more than text."""


def hostile(text: str) -> Report:
    """A report with the text in every place that takes text from outside."""
    path = [{"model": text}, {"relation": text, "model": text}]
    answer = item(
        model=text,
        revision=text,
        verdict="prohibited",
        use={"derivative_name": text, "accepted": [text]},
        assumptions=[{"fact": text, "value": text, "stands_for": text}],
        missing_facts=[text],
        yes_when=text,
        leaning=text,
        licenses=[license(text, **{"name": text, "type": text, "from": text, "basis": text, "reach": text})],
        reasons=[
            reason(text, text, section=text, effect="prohibited", cure=text, path=path, evidence=text, ask=text, confidence=text),
            reason(text, text, outcome="cleared"),
        ],
        headroom=[limit(text, section=text, fact=text, limit=5, unit=text, month=text, value=1)],
        findings=[finding(text, text, license=text, clause=text, fixable_by=text, hint=text)],
        flips=[{"interpretation": text, "verdict": text, "points": []}],
        unverified=[{"license": text, "term": text, "section": text, "confidence": text, "summary": text, "source": text}],
        warnings=[text],
    )
    record = {
        "developer": {"name": text, "title": text, "kind": text, "country": text},
        "modality": text,
        "architecture": text,
        "parameters": 5,
        "stage": text,
        "released_on": text,
        "training_flop": None,
        "datasets": [{"dataset": text, "relation": text, "evidence": text, "source": text}],
        "training": [{"hardware": text, "count": 3, "hours": 1.5, "flop": 1e20, "provider": text, "region": text}],
        "hostings": [{"host": text, "terms": text}],
        "applications": [{"application": text, "purpose": text}],
        "acceptances": [{"license": text, "accepted_by": text, "accepted_on": text, "terms_digest": text}],
        "revisions": [{"commit": text, "digest": text}],
        "license": said(
            declared=[
                {
                    **claim(text, step=text, as_written=text, stated_on=text, source=text, read_on=text),
                    "link": text,
                    "rivals": [{"step": text, "license": text}],
                }
            ],
            concluded={"licenses": [text], "basis": text, "reason": text, "claims": []},
        ),
    }
    found = entry(
        answer,
        host=text,
        duties=(duty(text, text, text, text=text, where=(text,), trigger=text, section=text, reached_from=text),),
        next=(Step(text, text),),
        readings=tuple(Reading(name, "prohibited", text, {text: text}) for name in ("strict", "mainstream", "permissive")),
        points={text: text},
        lineage={
            "model": text,
            "nodes": [node(text, text, license_type=text, verdict=text)],
            "edges": [edge(text, text, text, text, contradicted=True, contradiction=text)],
        },
        record=record,
        history=({"at": text, "actor": text, "kind": text, "what": text, "change": text},),
        waivers=({"code": text, "reason": text, "owner": text, "expires": text, "holds": False},),
        overrides=(text,),
        openness={"class": None, "sentence": text},
        unknown=(text,),
        not_read=(text,),
        recheck=Recheck(text, text),
    )
    texts = (TextRecord(text, text, text, text, text, ({"name": text, "digest": text},), (text,)),)
    return replace(
        report(
            found, entry(item(model="second")), title=text, facts=text, use={text: text}, use_title=text, next=(Step(text, text),), recheck=Recheck(text, text)
        ),
        headline=text,
        decides=text,
        stated_by={"derivative_name": text},
        licenses=(
            LicenseRecord(
                text, text, text, text, text, text, False, text, text, texts, (text, text), (text,), (text,), (text,), {text: (text,)}, (text,), text, (text,)
            ),
        ),
        application={
            "id": text,
            "name": text,
            "owner": text,
            "distribution": [text],
            "countries": [text],
            "source": text,
            "monthly_users": {text: 4, "b": 5},
            "models": [{"model": text, "host": text, "purpose": text, "host_terms": text}],
            "user_groups": [{"name": text, "segment": text, "countries": [text], "seats": 4, "monthly_users": {text: 5}}],
        },
        portfolio=Portfolio(
            1,
            {"prohibited": 1},
            (Row(text, "prohibited", text, text, text, text, 5, 5, ("prohibited",)),),
            (NamedUse(text, text, {text: text}),),
            {text: {"prohibited": 1}},
            3,
        ),
        annexes=(Annex(text, text, text, text, (AnnexField(text, text, text, text, text), AnnexField(text, text, text, None, text)), text),),
        changes=Changes(text, text, (Change(text, text, text, text),)),
    )
