"""Models of a few thousand parameters with real tokenizers, made in less than a second and the same each time: enough to run every engine for real.

Each function writes a folder as `save_pretrained` leaves it. torch is imported inside, so a test file can skip itself before it is needed.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_TEXT = """
a account again always an and answer anna at bad ball bank berlin big blue book bruno buy can capital card cat change charge city close club code coin contract
court day delivery dog email five film four from game goal good great green growth help home house how in invoice is it judge late law lives login loss market
match model money music my never new no not of old on one open order paid paper parcel paris password play player please poor price question red refund report
reset rome sad sea sell send share ship small song sun team thank the three to today tree trial two very war was water went when where why win works wrong yes
yesterday you your
"""

WORDS = tuple(_TEXT.split())
"""What the word tokenizers know as whole words; any other word of ASCII letters is spelt in pieces."""

CHAT_TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}</s>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
"""The conversation format of the tiny causal model."""


def make_classifier(folder: Path, labels: Sequence[str] = ("negative", "positive"), seed: int = 0) -> Path:
    """A BERT that sorts texts into labels."""
    from transformers import BertForSequenceClassification

    return _save(BertForSequenceClassification, _bert_config(labels), word_tokenizer(), folder, seed)


def make_token_classifier(folder: Path, labels: Sequence[str] = ("O", "B-NAME", "I-NAME"), seed: int = 0) -> Path:
    """A BERT that labels each word."""
    from transformers import BertForTokenClassification

    return _save(BertForTokenClassification, _bert_config(labels), word_tokenizer(), folder, seed)


def make_masked_model(folder: Path, seed: int = 0) -> Path:
    """A BERT that fills in a hidden word."""
    from transformers import BertForMaskedLM

    return _save(BertForMaskedLM, _bert_config(), word_tokenizer(), folder, seed)


def make_encoder(folder: Path, seed: int = 0, **config: int) -> Path:
    """A BERT without a head: a base to teach, and a source of embeddings."""
    from transformers import BertModel

    return _save(BertModel, _bert_config(**config), word_tokenizer(), folder, seed)


def make_distilled_encoder(folder: Path, seed: int = 0) -> Path:
    """A DistilBERT, whose classifiers have two layers that the encoder does not have."""
    from transformers import DistilBertConfig, DistilBertModel

    tokenizer = word_tokenizer()
    tokenizer.model_input_names = ["input_ids", "attention_mask"]
    config = DistilBertConfig(vocab_size=len(tokenizer), dim=32, hidden_dim=64, n_layers=2, n_heads=4, max_position_embeddings=128)
    return _save(DistilBertModel, config, tokenizer, folder, seed)


def make_answerer(folder: Path, seed: int = 0) -> Path:
    """A BERT that points at an answer within a text."""
    from transformers import BertForQuestionAnswering

    return _save(BertForQuestionAnswering, _bert_config(), word_tokenizer(), folder, seed)


def make_causal_model(folder: Path, seed: int = 0, *, layers: int = 2, hidden: int = 32, chat: bool = True, dtype: str = "float32") -> Path:
    """A Llama that goes on with a text, byte by byte; it has a chat template unless told not to."""
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = byte_tokenizer("<s> $A")
    if chat:
        tokenizer.chat_template = CHAT_TEMPLATE
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return _save(LlamaForCausalLM, config, tokenizer, folder, seed, dtype=dtype)


def make_seq2seq(folder: Path, seed: int = 0, *, hidden: int = 32) -> Path:
    """A T5 that turns one text into another."""
    from transformers import T5Config, T5ForConditionalGeneration

    tokenizer = byte_tokenizer()
    config = T5Config(
        vocab_size=len(tokenizer),
        d_model=hidden,
        d_kv=hidden // 4,
        d_ff=2 * hidden,
        num_layers=2,
        num_heads=4,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        decoder_start_token_id=tokenizer.pad_token_id,
    )
    return _save(T5ForConditionalGeneration, config, tokenizer, folder, seed)


def make_clip(folder: Path, seed: int = 0) -> Path:
    """A CLIP that holds an image against texts, with its image processor."""
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel

    tokenizer = byte_tokenizer()
    config = CLIPConfig(
        text_config={
            "vocab_size": len(tokenizer),
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 1,
            "num_attention_heads": 4,
            "max_position_embeddings": 77,
            "bos_token_id": tokenizer.bos_token_id,
            "eos_token_id": tokenizer.eos_token_id,
            "pad_token_id": tokenizer.pad_token_id,
        },
        vision_config={"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 4, "image_size": 32, "patch_size": 8},
        projection_dim=16,
    )
    tokenizer.model_max_length = 77
    _save(CLIPModel, config, tokenizer, folder, seed)
    CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder


def word_tokenizer() -> Any:
    """A WordPiece tokenizer over `WORDS` and the pieces of any other ASCII word."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    letters = list(string.ascii_lowercase + string.digits)
    pieces = dict.fromkeys([*specials, *letters, *(f"##{letter}" for letter in letters), *string.punctuation, *WORDS])
    tokenizer = Tokenizer(models.WordPiece({piece: number for number, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=128,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )


def byte_tokenizer(around: str = "$A </s>") -> Any:
    """A tokenizer of single bytes, so any text is written and read back whole; `around` says what it puts around a text."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    specials = ["<pad>", "<s>", "</s>", "<unk>"]
    vocabulary = {piece: number for number, piece in enumerate([*specials, *sorted(pre_tokenizers.ByteLevel.alphabet())])}
    tokenizer = Tokenizer(models.BPE(vocabulary, [], unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.TemplateProcessing(single=around, special_tokens=[("<s>", 1), ("</s>", 2)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=256,
        model_input_names=["input_ids", "attention_mask"],
    )


def _bert_config(labels: Sequence[str] = ("LABEL_0", "LABEL_1"), **config: int) -> Any:
    from transformers import BertConfig

    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64, "max_position_embeddings": 128, **config}
    return BertConfig(
        vocab_size=len(word_tokenizer()), id2label=dict(enumerate(labels)), label2id={label: number for number, label in enumerate(labels)}, **sizes
    )


def _save(kind: Any, config: Any, tokenizer: Any, folder: Path, seed: int, *, dtype: str = "float32") -> Path:
    """Weights drawn from the seed, without touching the random state of whoever asks."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = kind(config)
    model.to(getattr(torch, dtype)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
