"""From the source of a text to an address that a reader can follow."""

from __future__ import annotations

from registry.knowledge.text_links import links_in, links_of


def test_a_file_of_a_repository_becomes_its_page_at_that_commit() -> None:
    assert list(links_in("meta-llama/llama-models@a9c89c4:models/llama2/LICENSE")) == [
        "https://github.com/meta-llama/llama-models/blob/a9c89c4/models/llama2/LICENSE"
    ]


def test_addresses_stand_for_themselves_and_hearsay_leads_nowhere() -> None:
    assert list(links_in("https://acme.example/terms (section 2); reported by third parties")) == ["https://acme.example/terms"]
    assert list(links_in("reported by third parties; the text was not seen")) == []


def test_a_listed_licence_also_has_the_page_of_its_list() -> None:
    assert links_of({"spdx": "MIT", "aliases": ["mit", "https://opensource.org/license/mit"]}) == (
        "https://opensource.org/license/mit",
        "https://spdx.org/licenses/MIT.html",
    )
    assert links_of({"spdx": "LicenseRef-x", "texts": [{"source": "a/b@0123456:LICENSE"}]}) == ("https://github.com/a/b/blob/0123456/LICENSE",)
