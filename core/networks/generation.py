"""Writing with a Llama: one token after the other, the keys and values of all before it kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from core.learning.compiled import decoding
from core.networks.llama import Config, output, tables


class Decoder:
    """The packed weights of one Llama in single precision and room for the keys and values of `length` positions.

    `step(token)` gives the scores of the token that follows; `position` counts the tokens seen. Raises ValueError for
    nets that leave one of Llama's parts out.
    """

    def __init__(self, p: Mapping[str, np.ndarray], config: Config, length: int | None = None) -> None:
        if (config.gate, config.norm, config.positions) != ("swiglu", "rms", "rotary"):
            raise ValueError("only Llamas with all their parts are decoded token by token")
        self.config, self.position = config, 0
        self.length = min(length or config.length, config.length)
        c, layers = config, range(config.layers)
        self._embedding = p["embedding"]
        queries, keys = c.heads * c.head_size, c.groups * c.head_size
        each = [(queries + 2 * keys, c.width), (c.width, queries), (2 * c.hidden, c.width), (c.width, c.hidden)]

        def matrices() -> Iterator[np.ndarray]:
            for layer in layers:
                for names in (("wq", "wk", "wv"), ("wo",), ("w1", "w3"), ("w2",)):
                    yield np.concatenate([p[f"{layer}.{name}"] for name in names])
            yield output(p, c)

        self._w, self._places = decoding.pack(matrices(), [*each * c.layers, (c.vocabulary, c.width)], np.float32)
        norms = [p[f"{layer}.{name}"] for layer in layers for name in ("attention_norm", "feed_norm")]
        self._gains = np.concatenate([*norms, p["norm"]]).astype(np.float32)
        kept = decoding.padded(self.length)
        self._keys = np.zeros(c.layers * c.groups * c.head_size * kept, np.float32)
        self._values = np.zeros(c.layers * c.groups * kept * decoding.padded(c.head_size), np.float32)
        angles = tables(c, self.length)
        self._cosine, self._sine = (
            np.concatenate([t, np.full((self.length, 1), c.epsilon)], axis=1).astype(np.float32)
            for t in (angles["cosine"], angles["sine"])
        )
        self._numbers = (c.layers, c.width, c.heads, c.groups, c.head_size, c.hidden, kept, c.vocabulary)
        self._scores = np.empty(decoding.padded(c.vocabulary), np.float32)
        self._x = np.zeros(decoding.padded(c.width), np.float32)

    def step(self, token: int) -> np.ndarray:
        # -> (V,)
        """Scores of what follows `token`, in room that the next step uses again. Raises ValueError beyond `length`."""
        if self.position >= self.length:
            raise ValueError(f"there is room for {self.length} tokens and no more")
        self._x[: self.config.width] = self._embedding[token]
        decoding.step(
            self._w,
            self._places,
            self._gains,
            self._x,
            self._keys,
            self._values,
            self.position,
            self._cosine[self.position],
            self._sine[self.position],
            self._numbers,
            self.config.pairing == "adjacent",
            self._scores,
        )
        self.position += 1
        return self._scores[: self.config.vocabulary]


def choose(scores: np.ndarray, *, temperature: float, top_p: float, rng: np.random.Generator | None) -> int:
    """The token of the highest score at temperature 0, else one drawn from softmax(scores / temperature).

    With top_p below 1 it is drawn from the fewest tokens whose probabilities together exceed it (Holtzman et al. 2020).
    """
    if temperature == 0:
        return int(np.argmax(scores))
    if rng is None:
        raise ValueError("drawing tokens needs a generator of random numbers")
    scores = scores.astype(float) / temperature
    p = np.exp(scores - scores.max())
    p /= p.sum()
    order = np.argsort(-p, kind="stable")
    sums = np.cumsum(p[order])
    kept = int(np.searchsorted(sums, top_p, side="right")) + 1 if top_p < 1 else len(p)
    drawn = rng.random() * sums[min(kept, len(p)) - 1]
    return int(order[min(int(np.searchsorted(sums, drawn, side="right")), len(p) - 1)])


def write(
    p: Mapping[str, np.ndarray],
    config: Config,
    prompt: Sequence[int] | np.ndarray,
    tokens: int,
    *,
    temperature: float = 0.0,
    top_p: float = 1.0,
    rng: np.random.Generator | None = None,
    stop: Sequence[int] = (),
    look: Callable[[np.ndarray], None] | None = None,
) -> Iterator[int]:
    """Tokens that follow a prompt, one at a time as they are chosen, at most `tokens` and none of `stop`.

    `look` is shown the scores before every choice. Raises ValueError if the prompt is empty or prompt and tokens
    together are longer than the model's length.
    """
    if not len(prompt):
        raise ValueError("writing begins after at least one token")
    if len(prompt) + tokens - 1 > config.length:
        raise ValueError(
            f"{len(prompt)} tokens of a prompt and {tokens} more do not fit the model's length of {config.length}"
        )
    decoder = Decoder(p, config, len(prompt) + tokens)
    for token in prompt:
        scores = decoder.step(int(token))
    for left in range(tokens, 0, -1):
        if look is not None:
            look(scores)
        chosen = choose(scores, temperature=temperature, top_p=top_p, rng=rng)
        if chosen in stop:
            return
        yield chosen
        if left > 1:
            scores = decoder.step(chosen)
