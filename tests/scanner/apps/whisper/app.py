import whisper
import whisperx
from faster_whisper import WhisperModel

SIZES = {"fast": "tiny.en", "good": "large-v3"}
ALIGN = {
    "ja": "jonatasgrosman/wav2vec2-large-xlsr-53-japanese",
    "nl": "jonatasgrosman/wav2vec2-large-xlsr-53-dutch",
}


def transcribe(quality, language):
    model = whisper.load_model(SIZES[quality])
    aligned, meta = whisperx.load_align_model(language_code=language, model_name=ALIGN.get(language, "facebook/wav2vec2-base-960h"))
    return model, aligned, meta


base = whisper.load_model("base")
fast = WhisperModel("large-v2", device="cuda")
distilled = WhisperModel("distil-whisper/distil-large-v3-ct2")
turned = whisperx.load_model("medium", "cuda")
