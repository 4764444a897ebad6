"""The files of llama2.c: a checkpoint of export version 0 and its tokenizer. Bytes in, arrays and tokens out."""

from __future__ import annotations

import re
import struct
from itertools import pairwise
from typing import Any

import numpy as np

from core.datasets.tokens import Tokenizer
from core.errors import BackstoryError

HEADER = ("width", "hidden", "layers", "heads", "groups", "vocabulary", "length")
BOS, FIRST_BYTE = 1, 3  # <unk>, <s>, </s>, then the 256 bytes
AGAIN = "fetch it again with `backstory data --fetch`."


def checkpoint(content: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The configuration and the float32 parameters, as views of the bytes, by the names of `core.networks.llama`.

    Layout: seven int32, then float32: embedding; for all layers in turn attention norms, wq, wk, wv, wo, feed norms,
    w1, w2, w3; the last norm; two tables of rotary angles that are not read; the output matrix, unless the vocabulary
    is given as a positive number, which says that it is the embedding.
    Raises BackstoryError if the header is another or the length does not fit it.
    """
    size = 4 * len(HEADER)
    if len(content) < size:
        raise BackstoryError(
            f"a llama2.c checkpoint begins with {size} bytes of header, and this has {len(content)}; {AGAIN}"
        )
    numbers = struct.unpack(f"<{len(HEADER)}i", content[:size])
    config: dict[str, Any] = dict(zip(HEADER, numbers, strict=True))
    config |= {"tied": config["vocabulary"] > 0, "vocabulary": abs(config["vocabulary"]), "pairing": "adjacent"}
    if min(config[name] for name in HEADER) < 1 or max(numbers) > 2**24 or config["width"] % config["heads"]:
        raise BackstoryError(
            f"the header of this llama2.c checkpoint, {numbers}, is not one of export version 0 "
            "(width, hidden, layers, heads, key heads, vocabulary, length); export the model with version 0."
        )
    parts = _parts(config)
    wanted = size + 4 * sum(int(np.prod(shape, dtype=object)) for _, shape in parts)
    if len(content) != wanted:
        raise BackstoryError(
            f"this llama2.c checkpoint has {len(content):,} bytes where its header asks for {wanted:,}: cut short "
            f"or of another version; {AGAIN}"
        )
    found: dict[str, np.ndarray] = {}
    at = size
    for name, shape in parts:
        count = int(np.prod(shape))
        array = np.frombuffer(content, "<f4", count, at).reshape(shape)
        at += 4 * count
        if "*" in name:
            found |= {name.replace("*", str(layer)): array[layer] for layer in range(config["layers"])}
        elif name != "angles":
            found[name] = array
    return config, found


def _parts(c: dict[str, Any]) -> list[tuple[str, tuple[int, ...]]]:
    layers, width, hidden, size = c["layers"], c["width"], c["hidden"], c["width"] // c["heads"]
    keys = c["groups"] * size
    parts: list[tuple[str, tuple[int, ...]]] = [
        ("embedding", (c["vocabulary"], width)),
        ("*.attention_norm", (layers, width)),
        ("*.wq", (layers, width, width)),
        ("*.wk", (layers, keys, width)),
        ("*.wv", (layers, keys, width)),
        ("*.wo", (layers, width, width)),
        ("*.feed_norm", (layers, width)),
        ("*.w1", (layers, hidden, width)),
        ("*.w2", (layers, width, hidden)),
        ("*.w3", (layers, hidden, width)),
        ("norm", (width,)),
        ("angles", (2, c["length"], size // 2)),
    ]
    return parts if c["tied"] else [*parts, ("output", (c["vocabulary"], width))]


def tokenizer(content: bytes, vocabulary: int) -> Tokenizer:
    """The tokenizer of a llama2.c file of so many tokens.

    Layout: int32 length of the longest token, then for each token float32 score, int32 length and its bytes.
    Raises BackstoryError if the file holds fewer or more tokens than the model, or is cut short.
    """
    pieces, scores, at = [], [], 4
    while at + 8 <= len(content):
        score, length = struct.unpack_from("<fi", content, at)
        if not 0 <= length <= len(content) - at - 8:
            break
        pieces.append(content[at + 8 : at + 8 + length])
        scores.append(score)
        at += 8 + length
    if at != len(content) or not pieces:
        raise BackstoryError(
            f"this llama2.c tokenizer is cut short or no tokenizer, after {len(pieces)} tokens; {AGAIN}"
        )
    if len(pieces) != vocabulary:
        raise BackstoryError(
            f"this tokenizer has {len(pieces)} tokens and the model {vocabulary}; give the model's own."
        )
    return Merges(pieces, scores)


class Merges(Tokenizer):
    """Merging of neighbours, the pair whose union has the highest score first, as SentencePiece's byte-pair models do.

    A text begins with a space that is not its own, taken away again on the way back. What has no token is spelled in
    bytes.
    """

    def __init__(self, pieces: list[bytes], scores: list[float]) -> None:
        self.pieces, self.scores = pieces, scores
        self.size, self.bos = len(pieces), BOS
        self._number = {piece: number for number, piece in reversed(list(enumerate(pieces)))}
        # Where no token goes beyond a space, words are merged apart from each other, and each only once.
        self._apart = not any(b" " in piece[1:] for piece in pieces)
        self._known: dict[str, list[int]] = {}

    def encode(self, text: str) -> list[int]:
        """The tokens of a text, without the mark of its beginning."""
        if not text:
            return []
        whole = " " + text
        words = re.split("(?= )", whole)[1:] if self._apart else [whole]
        return [token for word in words for token in self._word(word)]

    def _word(self, word: str) -> list[int]:
        if word not in self._known:
            self._known[word] = self._merged(word)
        return self._known[word]

    def _merged(self, word: str) -> list[int]:
        tokens: list[int] = []
        for character in word:
            raw = character.encode("utf-8")
            known = self._number.get(raw)
            tokens += [known] if known is not None else [byte + FIRST_BYTE for byte in raw]
        while True:
            unions = [self._number.get(self.pieces[a] + self.pieces[b]) for a, b in pairwise(tokens)]
            able = [(self.scores[union], -at) for at, union in enumerate(unions) if union is not None]
            if not able:
                return tokens
            at = -max(able)[1]
            tokens[at : at + 2] = [self._number[self.pieces[tokens[at]] + self.pieces[tokens[at + 1]]]]

    def raw(self, token: int) -> bytes:
        """The bytes of one token; those of a byte that has no letter are the byte itself."""
        if FIRST_BYTE <= token < FIRST_BYTE + 256:
            return bytes([token - FIRST_BYTE])
        return self.pieces[token]

    def trimmed(self, raw: bytes) -> bytes:
        """A text's bytes without the space that was put before it."""
        return raw.removeprefix(b" ")
