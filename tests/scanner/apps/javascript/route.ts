import { google } from "@ai-sdk/google";
import { createOpenRouter } from "@openrouter/ai-sdk-provider";
import { openai, createOpenAI } from "@ai-sdk/openai";
import { xai } from "@ai-sdk/xai";
import { customProvider, generateText, embed } from "ai";
import { ChatOpenAI } from "@langchain/openai";
import OpenAI from "openai";
const openrouter = createOpenRouter({ apiKey: process.env.KEY });
const groq = createOpenAI({ baseURL: "https://api.groq.com/openai/v1" });
export const myProvider = customProvider({
  languageModels: { "chat-model": xai("grok-2-1212"), "title-model": groq("llama-3.3-70b-versatile") },
});
const model = process.env.AI === "openrouter" ? openrouter("deepseek/deepseek-chat-v3-0324:free") : google(process.env.GOOGLE_MODEL || "gemini-1.5-flash");
await generateText({ model: myProvider.languageModel("title-model"), prompt: "x" });
await embed({ model: openai.embedding("text-embedding-3-small"), value: "x" });
const chain = new ChatOpenAI({ modelName: "gpt-4o", temperature: 0 });
const gemini = getGeminiModel("gemini-2.5-flash");
const client = new OpenAI();
await client.audio.transcriptions.create({ file, model: "whisper-1" });
const r = await fetch("https://api.openai.com/v1/chat/completions", { body: JSON.stringify({ model: "gpt-4-turbo", messages: [] }) });
await generateText({ model: "anthropic/claude-sonnet-4", prompt: "gateway" });
