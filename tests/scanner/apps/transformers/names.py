BASE = "huggyllama/llama-7b"
OTHER = "facebook/opt-1.3b"
ORG = "acme"
SIZE = "7b"
