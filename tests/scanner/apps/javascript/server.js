const { Ollama } = require("ollama");
const { GoogleGenerativeAI } = require("@google/generative-ai");
const { BedrockRuntimeClient, InvokeModelCommand } = require("@aws-sdk/client-bedrock-runtime");
const Replicate = require("replicate");

const ollama = new Ollama();
const genAI = new GoogleGenerativeAI("key");
const replicate = new Replicate();

async function main({ model = "llama3:8b" }) {
  await ollama.chat({ model, messages: [] });
  genAI.getGenerativeModel({ model: "gemini-1.5-flash" });
  new InvokeModelCommand({ modelId: "anthropic.claude-3-haiku-20240307-v1:0", body: "" });
  await replicate.run("stability-ai/sdxl:39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b", {});
  await fetch("https://api-inference.huggingface.co/models/facebook/bart-large-cnn", {});
}
