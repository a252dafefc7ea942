"""licet: a registry of the foundation-model supply chain and an auditor of its licences."""

__version__ = "0.1.0"
