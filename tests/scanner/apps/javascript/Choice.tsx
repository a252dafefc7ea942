import { useState } from "react";

// A choice of models with their sizes in megabytes; who loads them stands elsewhere.
const MODELS = Object.entries({
  "onnx-community/whisper-tiny": 151,
  "acme/distil-speech-small": 340,
});

export function Choice() {
  const [icon] = useState("icons/microphone");
  return <select title={icon}>{MODELS.map(([name, size]) => <option key={name}>{`${name} ${size}`}</option>)}</select>;
}
