"""The figures that a synthetic Hub is drawn from: shares and quantiles of the real one, each with where it was read.

2024: measured on a listing of 760,000 models of July 2024 (the facts of arXiv 2502.04484). 2025: counts over 1,860,411 models of July
2025 (the notebooks behind arXiv 2508.06811). 2025-10: a report on the hub-stats tables of October 2025. No id of a real model stands here.
"""

from __future__ import annotations

SIZE_2024 = 760_000
"""How many models the figures marked 2024 were measured on."""

GROWTH = (
    ("2022-03-02", 0.011),  # the Hub dates everything older to this day
    ("2022-12-31", 0.040),
    ("2023-06-30", 0.075),
    ("2023-12-31", 0.130),
    ("2024-07-11", 0.262),
    ("2025-07-15", 0.640),
    ("2025-10-23", 0.745),
    ("2026-05-12", 1.000),
)
"""Which share of the models of May 2026 (2.9 million) existed when: 2024, 2025, 2025-10, and RedMonk, May 2026."""

DECLARES_BASE = 0.2809
"""Share of models that declare a base (2025-10: 607,148 of 2,161,698)."""

RELATIONS = {"adapter": 0.4257, "finetune": 0.3591, "quantized": 0.1922, "merge": 0.0230}
"""What the models that declare a base are to it (2025-10)."""

PARENTS_OF_MERGE = {1: 3116, 2: 3863, 3: 792, 4: 347, 5: 175, 6: 136, 7: 44, 8: 28, 9: 33, 10: 24, 11: 4, 12: 15, 16: 10, 24: 8, 40: 4, 53: 1}
"""How many bases a merge declares (2024; the 38 with twelve or more are spread up to the largest)."""

NEW_PARENT = (0.267, 0.08)
"""c and g: the edge number E goes to a model that had no child yet with probability c * E**-g.

Gives 12,102 parents for 105,000 edges and degrees by a power law of exponent 2 - g, both as measured in 2024.
"""

SPREAD = 0.08
"""Share of such first children whose parent is a derivative itself (2024: 7,085 of 96,600 derivatives lie two steps deep, most others one)."""

SAME_BASE = 0.88
"""Share of the further parents of a merge that come from the family of its first: merges hold families together (2024)."""

LEGACY_EDGES = {4698: 1, 2265: 1, 1742: 1, 1383: 1, 1345: 1, 1082: 1, 916: 1, 391: 1, 370: 1, 52: 38}
"""Edges to models by an old id without an owner: how many models have how many of the 16,193 (2024)."""

LEGACY_SHARE = 16_547 / 126_650
"""Share of the edges that name an old id (2024)."""

DANGLING_SHARE = 4_300 / 126_650
"""Share of the edges whose base is not listed under any name (2024: 3.4 % once old ids are led to the new ones)."""

DANGLING_TARGETS = 1_803 / 4_300
"""Different missing bases for each such edge (2024)."""

SELF_SHARE = 665 / 126_650
"""Share of the edges by which a model names itself (2024)."""

CASE_SHARE = 700 / 126_650
"""Share of the edges that name the base in another letter case (2024)."""

CIRCLES = (4, 3, 2, 2, 2, 2, 2)
"""The circles among 760,000 models, by size (2024)."""

COMMUNITIES = {(40, 5): 1, (18, 6): 10}
"""Communities of merges of merges: generations and models in each, and how many such there are among 760,000 models.

Drawn so that depth (16 to 18 for some 700 models, up to 39) and ancestors (189 at most, where 190 were measured) come out as in 2024.
"""

COMMUNITY_LEAVES = 60
"""How many models of one parent hang from each such community."""

LARGEST_FAMILY = 28_000
"""How many descendants the largest base has (2024: 28,023 in its component, most of them its descendants)."""

TAGGED_WITHOUT_BASE = 0.309
"""P(licence tag | no base declared), 2024."""

LICENSES = {
    "apache-2.0": 298_442,
    "mit": 109_820,
    "other": 81_887,
    "openrail": 37_498,
    "creativeml-openrail-m": 29_233,
    "cc-by-nc-4.0": 14_315,
    "llama2": 10_294,
    "llama3": 9_887,
    "gemma": 8_677,
    "unknown": 8_368,
    "llama3.1": 7_614,
    "cc-by-4.0": 6_737,
    "openrail++": 6_552,
    "llama3.2": 5_863,
    "cc-by-nc-sa-4.0": 3_945,
    "afl-3.0": 3_657,
    "cc-by-sa-4.0": 2_984,
    "gpl-3.0": 2_875,
    "artistic-2.0": 1_942,
    "llama3.3": 1_849,
    "cc": 1_846,
    "bigscience-bloom-rail-1.0": 1_840,
    "bigscience-openrail-m": 1_742,
    "bigcode-openrail-m": 1_487,
    "bsd-3-clause": 1_363,
    "cc-by-nc-nd-4.0": 1_338,
    "agpl-3.0": 969,
    "wtfpl": 913,
    "cc0-1.0": 779,
    "unlicense": 754,
    "bsd": 555,
    "gpl": 523,
    "bsl-1.0": 476,
    "cc-by-sa-3.0": 408,
    "bsd-2-clause": 324,
    "cc-by-2.0": 298,
    "cc-by-nc-2.0": 270,
    "c-uda": 261,
    "gpl-2.0": 216,
    "cc-by-nd-4.0": 208,
    "cdla-permissive-2.0": 203,
    "cc-by-3.0": 196,
    "llama4": 180,
    "lgpl-3.0": 169,
    "bsd-3-clause-clear": 167,
    "cc-by-nc-3.0": 151,
    "osl-3.0": 129,
    "cc-by-2.5": 111,
    "pddl": 104,
    "apple-amlr": 99,
    "ms-pl": 99,
    "gfdl": 98,
    "cc-by-nc-nd-3.0": 95,
    "ecl-2.0": 92,
    "deepfloyd-if-license": 73,
    "mpl-2.0": 67,
    "apple-ascl": 66,
    "odc-by": 59,
    "zlib": 53,
    "fair-noncommercial-research-license": 8,
}
"""Models by licence tag (2025)."""

PARENT_LICENSES = {
    "apache-2.0": 54_132,
    "mit": 18_167,
    "": 11_703,
    "other": 7_056,
    "openrail++": 5_969,
    "cc-by-nc-4.0": 3_870,
    "creativeml-openrail-m": 3_665,
    "llama2": 3_700,
    "llama3": 2_300,
    "llama3.1": 2_300,
    "llama3.2": 1_800,
    "llama3.3": 560,
    "llama4": 55,
    "gemma": 1_778,
    "cc-by-4.0": 723,
    "cc-by-nc-sa-4.0": 556,
    "bigscience-bloom-rail-1.0": 494,
    "cc-by-sa-4.0": 486,
    "cc-by-nc-nd-4.0": 120,
    "gpl-3.0": 120,
    "bigcode-openrail-m": 120,
    "agpl-3.0": 60,
}
"""Edges by the licence of the parent; "" is none (2024).

The 11,011 edges to the two oldest Llama licences are divided among their successors by the counts of 2025; the last four are estimates.
"""

INHERITED = {
    "apache-2.0": {"apache-2.0": 0.842, "": 0.132, "cc-by-nc-4.0": 0.007, "other": 0.006, "mit": 0.005},
    "mit": {"mit": 0.755, "": 0.168, "apache-2.0": 0.051, "other": 0.019},
    "": {"": 0.880, "apache-2.0": 0.042, "llama2": 0.022, "other": 0.021, "mit": 0.013},
    "llama2": {"": 0.390, "apache-2.0": 0.316, "llama2": 0.260, "other": 0.017},
    "other": {"other": 0.417, "": 0.400, "apache-2.0": 0.069, "mit": 0.046, "llama3": 0.018},
    "openrail++": {"openrail++": 0.401, "creativeml-openrail-m": 0.224, "": 0.150, "other": 0.092, "mit": 0.083, "apache-2.0": 0.016},
    "cc-by-nc-4.0": {"cc-by-nc-4.0": 0.597, "": 0.210, "apache-2.0": 0.113, "llama3": 0.028},
    "creativeml-openrail-m": {"creativeml-openrail-m": 0.813, "": 0.064, "other": 0.026, "gpl-3.0": 0.021},
    "llama3": {"llama3": 0.492, "": 0.233, "other": 0.146, "apache-2.0": 0.101},
    "llama3.1": {"llama3.1": 0.492, "": 0.233, "other": 0.146, "apache-2.0": 0.101},
    "llama3.2": {"llama3.2": 0.492, "": 0.233, "other": 0.146, "apache-2.0": 0.101},
    "llama3.3": {"llama3.3": 0.492, "": 0.233, "other": 0.146, "apache-2.0": 0.101},
    "llama4": {"llama4": 0.492, "": 0.233, "other": 0.146, "apache-2.0": 0.101},
    "gemma": {"gemma": 0.402, "": 0.341, "other": 0.155, "apache-2.0": 0.081},
    "cc-by-4.0": {"cc-by-4.0": 0.732, "": 0.094, "apache-2.0": 0.079, "cc-by-nc-4.0": 0.054},
    "cc-by-nc-sa-4.0": {"cc-by-nc-sa-4.0": 0.761, "": 0.153, "apache-2.0": 0.040},
    "bigscience-bloom-rail-1.0": {"": 0.626, "bigscience-bloom-rail-1.0": 0.354},
    "cc-by-sa-4.0": {"cc-by-sa-4.0": 0.677, "": 0.195, "apache-2.0": 0.076},
}
"""The licence of a child, by its parent's (2024; the successors of llama3 take its row). What is missing to one follows LICENSES."""

INHERITED_OTHERWISE = {"same": 0.70, "": 0.17, "apache-2.0": 0.08}
"""The same for parents of any other licence: the middle of the rows that were measured."""

SEVERAL_LICENSES = 188 / 760_000
"""Share of models with more than one licence tag (2024)."""

PAIRS_OF_LICENSES = (("apache-2.0", "cc-by-nc-4.0"), ("llama2", "apache-2.0"), ("mit", "other"), ("apache-2.0", "mit"))
"""The licences that stand together most (2024)."""

OWNERS = 190_087 / 760_000
"""Owners a model (2024)."""

MODELS_OF_OWNER = ((0.0, 1), (0.6155, 1), (0.75, 2), (0.90, 6), (0.95, 11), (0.99, 37), (0.999, 245), (0.9999, 1100), (1.0, 4610))
"""Quantiles of models per owner (2024; 116,993 have one)."""

DOWNLOADS = ((0.0, 0), (0.645, 0), (0.6451, 1), (0.75, 3), (0.90, 15), (0.95, 98), (0.99, 2301), (0.999, 106_000), (0.9999, 2_600_000), (1.0, 680_847_003))
"""Quantiles of the downloads of thirty days (2024; share of those with none 2025-10)."""

LIKES = ((0.0, 0), (0.906, 0), (0.91, 1), (0.97, 3), (0.99, 14), (0.999, 163), (1.0, 12_000))
"""Quantiles of likes (2024)."""

SIZED = 0.234
"""Share of models whose parameters are known (2025-10)."""

PARAMETERS = ((0.0, 1e4), (0.25, 0.124e9), (0.5, 0.765e9), (0.75, 6.74e9), (0.99, 72e9), (1.0, 684.5e9))
"""Quantiles of their parameters (2025-10)."""

TAGS = ((0.0, 0), (0.15, 0), (0.30, 1), (0.50, 4), (0.75, 7), (0.90, 10), (0.99, 15), (0.999, 44), (1.0, 60))
"""Quantiles of the tags that say nothing of region, licence, data or lineage (2024: 6, 12, 18, 48 tags in all at 50, 90, 99, 99.9 %)."""

MOST_TAGS = 4_000
"""How many tags one model has (2024: 4,046)."""

DATASETS_OF_MODEL = {0: 0.90008, 1: 0.08652, 2: 0.00670, 3: 0.00215, 4: 0.00136, 6: 0.00120, 12: 0.00131, 20: 0.00036, 40: 0.00024, 100: 0.00008}
"""How many datasets a model declares (2024)."""

DATASET_NAMES = 17_243 / 118_537
"""Different datasets a reference (2024)."""

OLD_DATASETS = ("imagefolder", "glue", "generator", "squad")
"""Names without an owner that most references use; the first is no dataset at all (2024)."""

TASKS = {
    "": 46.70,
    "text-generation": 16.30,
    "text-classification": 8.23,
    "reinforcement-learning": 5.80,
    "text2text-generation": 4.15,
    "text-to-image": 3.14,
    "automatic-speech-recognition": 2.43,
    "token-classification": 2.37,
    "image-classification": 1.87,
    "fill-mask": 1.62,
    "question-answering": 1.42,
    "feature-extraction": 1.25,
    "sentence-similarity": 0.71,
    "audio-to-audio": 0.50,
    "translation": 0.49,
    "audio-classification": 0.39,
    "object-detection": 0.32,
    "text-to-speech": 0.28,
    "summarization": 0.24,
    "text-to-audio": 0.18,
    "unconditional-image-generation": 0.17,
    "video-classification": 0.10,
    "image-segmentation": 0.09,
    "image-to-text": 0.08,
    "image-text-to-text": 0.05,
    "visual-question-answering": 0.05,
    "tabular-classification": 0.03,
    "text-to-video": 0.02,
    "robotics": 0.01,
    "graph-ml": 0.01,
}
"""Tasks in per cent of models; "" is none (2024)."""

TASK_KEPT = 0.769
"""Share of the children with their parent's task (2025: 23.1 % change)."""

LIBRARIES = {
    "": 38.80,
    "transformers": 46.12,
    "peft": 4.59,
    "diffusers": 3.26,
    "stable-baselines3": 2.10,
    "ml-agents": 1.04,
    "sentence-transformers": 0.95,
    "tf-keras": 0.42,
    "timm": 0.23,
    "keras": 0.15,
    "mlx": 0.10,
    "spacy": 0.10,
}
"""Libraries in per cent of models; "" is none (2024)."""

PLAIN_TAGS = {
    "endpoints_compatible": 67.6,
    "autotrain_compatible": 54.8,
    "safetensors": 37.3,
    "pytorch": 36.3,
    "text-generation-inference": 30.2,
    "en": 21.4,
    "llama": 12.7,
    "tensorboard": 14.3,
    "generated_from_trainer": 10.5,
    "conversational": 9.5,
    "bert": 8.3,
    "mistral": 7.4,
    "model-index": 7.1,
    "stable-diffusion": 6.2,
    "onnx": 4.0,
    "gpt2": 3.9,
    "tf": 3.1,
    "roberta": 3.1,
    "unsloth": 2.6,
    "t5": 2.5,
    "custom_code": 2.5,
    "jax": 2.4,
    "trl": 2.2,
    "zh": 2.0,
    "fr": 1.7,
    "de": 1.6,
    "sft": 1.5,
    "ja": 1.4,
    "ko": 1.4,
    "es": 1.4,
    "marian": 1.3,
    "arxiv:1910.09700": 12.0,
    "arxiv:2106.09685": 6.0,
}
"""Tags that say nothing of licence, data or lineage, in per cent of models (2024; papers estimated)."""

CHANGES_IN_A_MONTH = {"rows": 0.035, "gone": 0.004, "downloads": 0.60, "license": 0.004, "base_added": 0.003, "base_gone": 0.001}
"""What differs in a listing a month later: new and gone models, and the share of the others with other downloads, licence or bases.

Rows and downloads follow the growth above; the others are estimates, chosen high enough to be felt.
"""

DATASETS_LISTED = 0.55
"""Share of the dataset names that a listing has (2024)."""

DATASET_LICENSES = {
    "": 72.4,
    "mit": 7.7,
    "apache-2.0": 7.1,
    "openrail": 3.1,
    "cc-by-4.0": 1.5,
    "unknown": 1.25,
    "other": 1.05,
    "cc-by-sa-4.0": 0.72,
    "cc-by-nc-4.0": 0.58,
    "cc-by-nc-sa-4.0": 0.54,
    "cc0-1.0": 0.46,
    "cc": 0.45,
}
"""Licences of datasets in per cent; "" is none (2024)."""
