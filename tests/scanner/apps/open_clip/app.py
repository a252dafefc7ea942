import clip
import open_clip

model, _, preprocess = open_clip.create_model_and_transforms("ViT-B-32", pretrained="laion2b_s34b_b79k")
other = open_clip.create_model("ViT-L-14", pretrained="openai")
hub = open_clip.create_model_from_pretrained("hf-hub:laion/CLIP-ViT-g-14-laion2B-s12B-b42K")
plain = open_clip.create_model("ViT-B-16")
first, transform = clip.load("ViT-B/32", device="cpu")
