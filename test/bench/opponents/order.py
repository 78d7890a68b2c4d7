"""What both opponents share: the order that says what to run, the reward, and the line to the bench.

The bench writes "step" and waits for one JSON line; so that the parties take turns and each step is timed alone.
"""
import json
import os
import re
import resource
import sys
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("TQDM_DISABLE", "1")

with open(sys.argv[1]) as f:
    ORDER = json.load(f)

GPU = "--gpu" in sys.argv

# libraries write where they like: the line to the bench is a copy of stdout, and stdout becomes stderr
_line = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def say(message):
    print(json.dumps(message), file=_line, flush=True)


def await_turn():
    """Returns when the bench asks for a step; ends the process when it asks for no more."""
    if sys.stdin.readline().strip() != "step":
        os._exit(0)
    return time.perf_counter()


def done(started, tokens):
    say({"seconds": time.perf_counter() - started, "tokens": int(tokens), "peakMiB": peak_mib()})


def peak_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


ANSWER = re.compile(r"^<think>(?:(?!<think>).)*</think><answer>([^<]+)</answer>$", re.S)


def reward(text, answer):
    """"answer": accuracy and a tenth for the format, as the recipe. "digits": something that differs in untrained models too."""
    if ORDER["reward"] == "digits":
        return sum(c.isdigit() for c in text) / 100
    match = ANSWER.match(text)
    return 0.0 if not match else 0.1 + (1.0 if match.group(1) == answer else 0.0)
