"""Reports that are written out by hand, so that they change with a renderer and with nothing else."""

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
    Report,
    Row,
    Step,
    TextRecord,
)
from tests.reports.document_parts import claim, duty, edge, entry, finding, item, license, limit, node, owed, reason, report, said


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
