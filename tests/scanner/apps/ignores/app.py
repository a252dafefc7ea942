from transformers import AutoModel

AutoModel.from_pretrained("acme/first")  # licet: ignore[LIC302] bought a licence
# licet: ignore only in tests
AutoModel.from_pretrained("acme/second")
AutoModel.from_pretrained("acme/third")
