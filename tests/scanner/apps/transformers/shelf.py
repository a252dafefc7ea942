def fetch(name):
    from transformers import AutoModel

    return AutoModel.from_pretrained(name)
