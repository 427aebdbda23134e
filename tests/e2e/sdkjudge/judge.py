"""Asks boto3 for one object per line of its input, each time with the
environment of that line and no other, and answers with a line that says what
boto3 said. The e2e tests look at the requests that it makes."""

import json
import os
import sys

import boto3
import botocore.config
import botocore.credentials
import botocore.exceptions
import botocore.loaders
import botocore.session
import botocore.tokens

# Shared, since reading the models takes longer than all the rest.
LOADER = botocore.loaders.create_loader()


def look_home():
    """botocore looks for these directories once in a process."""
    tokens = os.path.expanduser("~/.aws/sso/cache")
    botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR = tokens
    botocore.tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR = tokens


def session_for(question):
    inner = botocore.session.Session(profile=question["Profile"] or None)
    inner.register_component("data_loader", LOADER)
    return boto3.session.Session(botocore_session=inner)


def config_for(question):
    s3 = {}
    if question["PathStyle"]:
        s3["addressing_style"] = "path"
    if question["Accelerate"]:
        s3["use_accelerate_endpoint"] = True
    return botocore.config.Config(s3=s3) if s3 else None


def ask(question):
    os.environ.clear()
    os.environ.update(question["Env"])
    look_home()
    client = session_for(question).client("s3", config=config_for(question))
    try:
        client.get_object(Bucket=question["Bucket"], Key=question["Key"])
    except client.exceptions.NoSuchKey:
        return
    raise RuntimeError("there is an object")


def private_input():
    """Standard input, which nobody who asks for a password can read now."""
    questions = os.fdopen(os.dup(0))
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    return questions


def main():
    for line in private_input():
        error = ""
        try:
            ask(json.loads(line))
        except Exception as found:  # whatever it is, it is the answer
            error = f"{type(found).__name__}: {found}"
        print(json.dumps({"Error": error}), flush=True)


main()
