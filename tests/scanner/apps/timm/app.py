import timm
from timm import create_model

a = timm.create_model("resnet50", pretrained=True)
b = create_model("hf-hub:acme/vit-tuned", pretrained=True)
c = timm.create_model("efficientnet_b0", True)
d = timm.create_model("resnet18")
e = timm.create_model("resnet34", pretrained=False)
