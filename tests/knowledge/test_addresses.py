"""Addresses of licence texts: however they are written, to the text behind them, and never by a look-alike."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from registry.errors import KnowledgeError
from registry.knowledge.addresses import is_address, plain_address
from registry.knowledge.store import Knowledge
from tests.knowledge.breaking import copy_data
from tests.terms.build import KNOWLEDGE


@pytest.mark.parametrize(
    ("address", "license"),
    [
        ("https://spdx.org/licenses/GPL-3.0-only.html", "gpl-3.0"),
        ("https://spdx.org/licenses/Apache-2.0", "apache-2.0"),
        ("http://www.apache.org/licenses/LICENSE-2.0.html", "apache-2.0"),
        ("https://www.apache.org/licenses/LICENSE-2.0.txt", "apache-2.0"),
        ("https://opensource.org/license/mit/", "mit"),
        ("https://opensource.org/licenses/mit-license.php", "mit"),
        ("https://opensource.org/license/apache-2-0", "apache-2.0"),
        ("https://choosealicense.com/licenses/gpl-3.0/", "gpl-3.0"),
        ("https://creativecommons.org/licenses/by-nc-sa/4.0/deed.en", "cc-by-nc-sa-4.0"),
        ("https://creativecommons.org/licenses/by/4.0/legalcode.txt", "cc-by-4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "cc0-1.0"),
        ("https://www.gnu.org/licenses/gpl-3.0.en.html", "gpl-3.0"),
        ("https://www.gnu.org/licenses/old-licenses/gpl-2.0.en.html", "gpl-2.0"),
        ("https://www.mozilla.org/en-US/MPL/2.0/", "mpl-2.0"),
        ("https://cdla.dev/permissive-2-0/", "cdla-permissive-2.0"),
        ("https://opendatacommons.org/licenses/odbl/1-0/", "odbl"),
        ("https://raw.githubusercontent.com/meta-llama/llama-models/refs/heads/main/models/llama3_1/LICENSE", "llama3.1"),
        ("https://github.com/meta-llama/llama-models/raw/main/models/llama4/LICENSE", "llama4"),
        ("https://github.com/deepseek-ai/DeepSeek-Coder/raw/master/LICENSE-MODEL?plain=1", "deepseek-1.0"),
        ("hf.co/Qwen/Qwen1.5-72B/resolve/main/LICENSE", "tongyi-qianwen-2023"),
        ("https://github.com/QwenLM/Qwen/blob/main/Tongyi Qianwen LICENSE AGREEMENT", "tongyi-qianwen-2023"),
    ],
)
def test_an_address_leads_to_the_text_behind_it(address: str, license: str) -> None:
    assert KNOWLEDGE.resolve(address).license == license


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/spdx.org/licenses/mit",
        "https://spdx.org.evil.example/licenses/mit",
        "https://github.com/somebody/somewhere/blob/main/LICENSE",
        "https://github.com/meta-llama/llama-models/blob/a9c89c4/models/llama9/LICENSE",
        "https://creativecommons.org/licenses/by-nobody/4.0/",
        "LICENSE",
        "LICENSE.md",
        "./licenses/mit",
        "https://",
        "//",
    ],
)
def test_an_address_that_nobody_knows_is_unresolved(address: str) -> None:
    assert KNOWLEDGE.resolve(address).license == "unresolved"


def test_a_name_with_a_stroke_is_no_address() -> None:
    assert not is_address("mit/apache-2.0")
    assert is_address("unlicense.org/")


def test_addresses_of_one_file_are_one() -> None:
    forms = (
        "https://github.com/a/b/blob/main/LICENSE.md",
        "http://www.github.com/A/B/raw/master/LICENSE#L3",
        "raw.githubusercontent.com/a/b/main/LICENSE.md?x=1",
    )
    assert len({plain_address(form, [".md"]) for form in forms}) == 1
    assert plain_address("github.com/a/b/blob/main/L") != plain_address("github.com/a/b/blob/0123abc/L")


def test_a_hostile_address_is_read_quickly() -> None:
    started = time.process_time()
    for text in ("https://spdx.org/licenses/" + "a-" * 50_000, "https://creativecommons.org/licenses/" + "/1." * 600, "a." * 900 + "com/x", "%25" * 30_000):
        assert KNOWLEDGE.resolve(text).license == "unresolved"
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("read_on: 2026-11-28\nlinks:\n  no-such: [example.org/x]\n", "no-such"),
        ("read_on: 2026-11-28\nnames:\n  short: [no-such]\n", "no-such"),
        ('read_on: 2026-11-28\npatterns:\n  - {address: "spdx.org/{name}", name: "{version}"}\n', "version"),
        ('read_on: 2026-11-28\npatterns:\n  - {address: "spdx.org/(a+)+", name: "mit"}\n', "patterns"),
        ("links: {}\n", "read_on"),
    ],
)
def test_a_broken_file_of_aliases_is_named(root: Path, tmp_path: Path, text: str, named: str) -> None:
    data = copy_data(root, tmp_path)
    (data / "aliases.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"aliases\.yaml") as caught:
        Knowledge.load(data)
    assert named in caught.value.message
