from langchain.chat_models import init_chat_model
from langchain_anthropic import ChatAnthropic
from langchain_aws import ChatBedrock
from langchain_community.embeddings import HuggingFaceEmbeddings, HuggingFaceBgeEmbeddings
from langchain_community.llms import HuggingFaceHub, LlamaCpp
from langchain_google_genai import ChatGoogleGenerativeAI
from langchain_huggingface import HuggingFacePipeline
from langchain_ollama import ChatOllama
from langchain_openai import AzureChatOpenAI, ChatOpenAI, OpenAIEmbeddings

EMBED = "all-MiniLM-L6-v2"

ChatOpenAI(model="gpt-4o", temperature=0)
ChatOpenAI(model_name="gpt-3.5-turbo-0125")
ChatOpenAI()
ChatOpenAI(model="llama3", base_url="http://localhost:11434/v1")
OpenAIEmbeddings(model="text-embedding-3-small")
ChatAnthropic(model="claude-3-5-sonnet-20240620")
ChatOllama(model="llama3:8b")
ChatBedrock(model_id="anthropic.claude-3-sonnet-20240229-v1:0")
ChatGoogleGenerativeAI(model="gemini-1.5-pro")
HuggingFaceEmbeddings(model_name=EMBED)
HuggingFaceBgeEmbeddings(model_name="BAAI/bge-large-en-v1.5")
HuggingFacePipeline.from_model_id(model_id="google/flan-t5-large", task="text2text-generation")
HuggingFaceHub(repo_id="google/flan-t5-xl")
LlamaCpp(model_path="./llama.gguf")
AzureChatOpenAI(azure_deployment="our-chat")
init_chat_model("anthropic:claude-3-7-sonnet-latest")
init_chat_model("gpt-4o-mini", model_provider="openai")


def choose(name):
    if name in ["gpt-4", "gpt-4-turbo"]:
        return ChatOpenAI(model_name=name)
    elif name == "claude":
        return ChatAnthropic(model="claude-2.1")
    return ChatOllama(model=name)
