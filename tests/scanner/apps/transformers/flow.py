from functools import partial

from transformers import AutoModel

from shelf import fetch

MODELS = {"small": "acme/small", "large": "acme/large"}
PAIR = ("acme/first", "acme/second")


def load(name="acme/default"):
    return AutoModel.from_pretrained(name)


def load_by_size(size):
    return AutoModel.from_pretrained(MODELS[size])


def pick(fast):
    if fast:
        name = "acme/fast"
    else:
        name = "acme/slow"
    return AutoModel.from_pretrained(name)


def overwritten():
    name = "acme/never"
    name = "acme/really"
    return AutoModel.from_pretrained(name)


def given():
    return "acme/returned"


load()
load("acme/handed")
load(name="acme/keyword")
load_by_size("small")
AutoModel.from_pretrained(MODELS["small"])
AutoModel.from_pretrained(PAIR[1])
AutoModel.from_pretrained(given())
AutoModel.from_pretrained("acme/yes" if given() else "acme/no")
AutoModel.from_pretrained("acme/" + "joined")
AutoModel.from_pretrained("acme/{}".format("formatted"))
AutoModel.from_pretrained("acme/%s" % "percent")
bound = partial(AutoModel.from_pretrained, "acme/partial")
options = {"pretrained_model_name_or_path": "acme/starred"}
AutoModel.from_pretrained(**options)
fetch("acme/elsewhere")
for label, model in MODELS.items():
    AutoModel.from_pretrained(model)
