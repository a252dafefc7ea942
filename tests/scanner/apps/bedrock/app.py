import json

import boto3

bedrock = boto3.client("bedrock-runtime")
bedrock.invoke_model(modelId="anthropic.claude-v2", body=json.dumps({}))
boto3.Session().client("bedrock-runtime").converse(modelId="us.meta.llama3-2-90b-instruct-v1:0", messages=[])
ARN = "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-text-express-v1"
bedrock.invoke_model_with_response_stream(modelId=ARN, body="")


def ask(runtime, model_id):
    return runtime.converse(modelId=model_id, messages=[])


ask(bedrock, "mistral.mistral-large-2402-v1:0")
