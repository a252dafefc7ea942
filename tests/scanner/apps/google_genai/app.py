import google.generativeai as genai
import vertexai
from google import genai as new
from vertexai.generative_models import GenerativeModel

genai.GenerativeModel("gemini-pro")
genai.GenerativeModel(model_name="models/gemini-1.5-flash")
client = new.Client()
client.models.generate_content(model="gemini-2.0-flash", contents="hi")
genai.embed_content(model="models/text-embedding-004", content="x")
GenerativeModel("gemini-1.5-pro-002")
