import transformers


def load(kind, name):
    return getattr(transformers, kind).from_pretrained(name)
