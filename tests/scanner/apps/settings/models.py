from django.db import models


class SearchModel(models.Model):
    name = models.CharField(max_length=200)
    bi_encoder = models.CharField(max_length=200, default="thenlper/gte-small")
    cross_encoder = models.CharField(max_length=200, default="mixedbread-ai/mxbai-rerank-xsmall-v1", null=True)
