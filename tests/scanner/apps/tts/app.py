from TTS.api import TTS
from pyannote.audio import Pipeline
from speechbrain.inference.speaker import EncoderClassifier

voice = TTS("tts_models/multilingual/multi-dataset/xtts_v2").to("cpu")
english = TTS(model_name="tts_models/en/ljspeech/tacotron2-DDC", progress_bar=False)
who = Pipeline.from_pretrained("pyannote/speaker-diarization-3.1", use_auth_token="x")
speaker = EncoderClassifier.from_hparams(source="speechbrain/spkrec-ecapa-voxceleb")
