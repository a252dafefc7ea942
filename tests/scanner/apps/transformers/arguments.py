import argparse
import os
from dataclasses import dataclass, field

import click
import typer
from pydantic import BaseModel, Field
from transformers import AutoModel, HfArgumentParser

parser = argparse.ArgumentParser()
parser.add_argument("--model-name", default="microsoft/phi-2")
parser.add_argument("--tok", dest="tokenizer_path", type=str, default="microsoft/phi-1_5", choices=["microsoft/phi-1_5", "microsoft/phi-1"])


def main():
    args = parser.parse_args()
    run(args)


def run(args):
    AutoModel.from_pretrained(args.model_name)
    AutoModel.from_pretrained(args.tokenizer_path)


@click.command()
@click.option("--checkpoint", "-c", default="allenai/OLMo-1B-hf")
def by_click(checkpoint):
    AutoModel.from_pretrained(checkpoint)


def by_typer(name: str = typer.Option("Qwen/Qwen2-0.5B", help="which")):
    AutoModel.from_pretrained(name)


@dataclass
class Arguments:
    model_name_or_path: str = field(default="distilbert-base-uncased")


class Settings(BaseModel):
    encoder: str = Field("intfloat/e5-small-v2")
    decoder: str = "facebook/bart-large-cnn"


def by_fields():
    (arguments,) = HfArgumentParser((Arguments,)).parse_args_into_dataclasses()
    AutoModel.from_pretrained(arguments.model_name_or_path)
    settings = Settings()
    AutoModel.from_pretrained(settings.encoder)
    AutoModel.from_pretrained(Settings(decoder="facebook/bart-base").decoder)


AutoModel.from_pretrained(os.environ.get("MODEL", "bigscience/bloom-560m"))
AutoModel.from_pretrained(os.getenv("ENCODER") or "bigscience/bloomz-560m")
AutoModel.from_pretrained(os.environ["UNKNOWN_MODEL"])
