import cohere

co = cohere.Client("key")
co.chat(message="hi", model="command-r-plus")
co.embed(texts=[], model="embed-english-v3.0")
co.rerank(query="", documents=[], model="rerank-english-v2.0")
cohere.ClientV2().chat(model="command-a-03-2025", messages=[])
