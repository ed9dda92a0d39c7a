"""The parts that the programs of both Python clients share: a printed line per step, and the emulator's clock."""

import json
import os
import urllib.request

endpoint = os.environ["UKO_ENDPOINT"]
instance = os.environ["UKO_INSTANCE_ID"]
api_key = os.environ["UKO_API_KEY"]


def step(name, result=""):
    print(name, result, flush=True)


def advance(duration):
    body = json.dumps({"advance": duration}).encode()
    request = urllib.request.Request(f"{endpoint}/_emulator/clock", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request).close()


def refused(call, status_of):
    """The status of a call that the service refuses."""
    try:
        call()
    except Exception as error:
        return status_of(error)
    raise SystemExit("the call was not refused")
