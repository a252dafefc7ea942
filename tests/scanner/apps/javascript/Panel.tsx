import React from "react";
import { OpenAI } from "openai";

const models: Record<string, string> = { fast: "gpt-4o-mini", best: "gpt-4o" };
const client = new OpenAI();

export function Panel({ kind }: { kind: string }) {
  const ask = async () => client.chat.completions.create({ model: models[kind], messages: [] });
  return <img src="images/logo" onClick={ask} />;
}
