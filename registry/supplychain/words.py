"""The closed words of the supply chain: what a kind, an access or a basis may be called."""

from __future__ import annotations

DEVELOPER_KINDS = ("academic", "community", "company", "government", "individual", "nonprofit")
"""What sort of body a developer is."""

HOST_KINDS = ("api", "cloud", "hub", "marketplace")
"""How a host gives access to models."""

MODALITIES = ("audio", "code", "embedding", "image", "multimodal", "other", "text", "video")
"""What a model takes or makes."""

STAGES = ("domain-adapted", "pretrained", "task-tuned")
"""How far a model has been taken from general pretraining to one task."""

ACCESSES = ("api", "gated", "on-request", "open", "unreleased")
"""How a model, or a hosting of it, is reached."""

WEIGHTS_OPENNESS = ("closed", "gated", "open", "unknown")
"""Whether the weights can be had."""

CODE_OPENNESS = ("closed", "open", "partly", "unknown")
"""Whether code is published."""

DATA_OPENNESS = ("closed", "open", "partly", "unknown")
"""Whether the training data is published."""

ANSWERS = ("no", "unknown", "yes")
"""A question of fact that may be unsettled."""

DISTRIBUTIONS = ("api", "internal", "product", "saas", "weights")
"""How an application reaches those who use it."""

SEGMENTS = ("business", "individual", "organisation")
"""Who a group of users is."""

BASES = ("declared", "detected", "concluded")
"""What a licence statement rests on, weakest first: a card says it, files show it, we hold it."""

GRADES = ("inferred", "declared", "detected", "attested")
"""How good the evidence of a relation is, weakest first."""

MODEL_RELATIONS = ("adapter", "converted", "distilled", "finetune", "merge", "quantized", "trained-on-outputs")
"""How one model comes from another."""

DATASET_RELATIONS = ("tested-on", "trained-on")
"""How a model used a dataset."""

LAYERS = ("data", "compute", "developer", "host", "application", "user")
"""The six layers of the supply chain."""
