"""Inputs and settings for the ops of a Llama, with replica axes `lead` and `width` outputs; for test_ops.py."""

import numpy as np

TOKENS = np.array([[0, 4, 4], [2, 0, 0]])


def angles(length, pairs):
    turned = np.outer(np.arange(length), 0.7 ** np.arange(pairs))
    return {"cosine": np.cos(turned), "sine": np.sin(turned)}


LLAMA = {
    "attention": lambda normal, lead, width: (
        (normal(*lead, 2, 5, 2 * width, 3), normal(*lead, 2, 5, width, 3), normal(*lead, 10, 3 * width)),
        {},
    ),
    "centred": lambda normal, lead, width: ((normal(*lead, 3, width),), {}),
    "embedding": lambda normal, lead, width: ((normal(*lead, 5, width), TOKENS), {}),
    "linear": lambda normal, lead, width: ((normal(*lead, 4, 3), normal(*lead, width, 3)), {}),
    "next_token_loss": lambda normal, lead, width: (
        (normal(*lead, 4, 3), normal(*lead, width, 3), np.array([0, -1, width - 1, 0])),
        {},
    ),
    "rms_norm": lambda normal, lead, width: ((normal(*lead, 4, width), normal(*lead, width)), {"epsilon": 0.01}),
    "rotary": lambda normal, lead, width: (
        (normal(*lead, 6, 4 * width),),
        {"pairing": "adjacent" if width > 1 else "halves", **angles(3, 2)},
    ),
    "swiglu": lambda normal, lead, width: ((normal(*lead, 4, width), normal(*lead, 4, width) + 1), {}),
}
