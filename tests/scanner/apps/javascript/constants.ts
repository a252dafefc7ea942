export const MODELS = { small: "whisper-tiny", big: "whisper-small" } as const;
export const DEFAULT = "Xenova/whisper-tiny";
export const OPTIONS = ["Xenova/whisper-base", "image/png", "src/app"];
export const AUDIO = `https://huggingface.co/datasets/acme/voices/resolve/main/${name}.wav`;
