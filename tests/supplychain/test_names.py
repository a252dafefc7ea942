"""Names and the keys under which their spellings meet."""

from __future__ import annotations

import pytest

from registry.errors import UsageError
from registry.supplychain.names import check_name, name_key, owner_key, sort_key, split_reference


@pytest.mark.parametrize("spelling", ["meta-llama/Llama-2-7b-chat-hf", "Llama 2 7B Chat", "llama2-7b-chat", "LLAMA_2_7B_CHAT", "Llama-2-7b-chat"])
def test_spellings_of_one_name_meet(spelling: str) -> None:
    assert name_key(spelling) == "llama27bchat"


def test_an_ending_that_is_part_of_a_word_stays() -> None:
    assert name_key("acme/surf") == "surf"
    assert name_key("hf") == "hf"


def test_owner_is_the_part_before_the_slash() -> None:
    assert owner_key("meta-llama/Llama-2-7b") == "metallama"
    assert owner_key("Llama 2") == ""


def test_references_say_what_they_name() -> None:
    assert split_reference("acme/base@abc") == ("model", "acme/base", "abc")
    assert split_reference("dataset:heap") == ("dataset", "heap", None)
    assert split_reference("app:helpdesk") == ("application", "helpdesk", None)


@pytest.mark.parametrize("name", ["", "   ", "a\x00b", "a\nb", "acme/\x1b[31mred", " acme/a", "a\u202eb", "---", "x" * 201])
def test_a_name_that_cannot_be_one_is_refused_in_printable_words(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_name(name, "model")
    assert caught.value.message.isprintable()
    assert caught.value.exit_code == 2


def test_sort_keys_are_unique_and_ignore_letter_case_first() -> None:
    assert sorted(["b", "A", "a", "B"], key=sort_key) == ["A", "a", "B", "b"]
