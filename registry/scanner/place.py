"""What sort of file a path names: code, configuration, an example, a test or documentation."""

from __future__ import annotations

import re

_TEST = re.compile(
    r"(?:^|/)(?:tests?|testing|__tests__|spec|specs|fixtures|testdata|test_data|e2e|benchmarks?)/|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$|\.(?:test|spec)\.[cm]?[jt]sx?$"
)
_EXAMPLE = re.compile(r"(?:^|/)(?:examples?|samples?|demos?|tutorials?|cookbooks?|playground)/")
_DOCS = re.compile(r"(?:^|/)docs?/|\.(?:md|mdx|rst|adoc|txt)$", re.IGNORECASE)
_CONFIG = re.compile(
    r"\.(?:ya?ml|json|toml|ini|cfg|conf|env|properties|tf|tfvars)(?:\.\w+)?$|(?:^|/)(?:\.?env(?:\.[\w.-]+)?|[^/]*\.env|[^/]*[Dd]ockerfile[^/]*|Modelfile[^/]*|Makefile|Containerfile)$|(?:^|/)requirements[^/]*\.txt$"
)


def place_of(path: str) -> str:
    """The sort of file."""
    if _TEST.search(path):
        return "test"
    if _EXAMPLE.search(path):
        return "example"
    if _CONFIG.search(path):
        return "config"
    return "docs" if _DOCS.search(path) else "code"
