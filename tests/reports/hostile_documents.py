"""A document full of what somebody would like to have run, moved or hidden."""

from __future__ import annotations

from dataclasses import replace

from registry.reports.report import (
    Annex,
    AnnexField,
    Change,
    Changes,
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
from tests.reports.document_parts import claim, duty, edge, entry, finding, item, license, limit, node, reason, report, said

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
