import mimetypes
from pathlib import Path

from flask import Response, send_file
from transformers import AutoConfig

ROUTES = ["users/profile", "images/logo", "api/v1"]
ACTION = "actions/checkout@v4"
IMAGE = "library/postgres"
ZONE = "Europe/Berlin"
HEADERS = {"Content-Type": "application/json", "Accept": "text/html"}
BRANCH = "feature/login"
CAFE = "and/or"


def page():
    """We decided not to use mistralai/Mixtral-8x7B-v0.1 here."""
    return Response("x", mimetype="image/png")


def model(request):
    return request.get("model", "ford/focus")


class Car:
    model = "Corolla"


def create(client):
    return client.create(model="corolla")


def search(index):
    return index.load("path/to/index"), Path("data/raw"), mimetypes.guess_type("a/b")
