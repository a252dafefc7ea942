import spacy
import en_core_web_md

nlp = spacy.load("en_core_web_sm")
german = spacy.load(name="de_core_news_lg", disable=["ner"])
own = spacy.load("./output/model-best")
spacy.cli.download("fr_core_news_sm")
blank = spacy.blank("en")
