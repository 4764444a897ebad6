"""Tokens: a vocabulary made by byte-pair merges, read from `tokenizer.json` or made from a text.

Both go through the package `tokenizers`. Nothing is unpickled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import BackstoryError


class Tokenizer:
    """Text to tokens and back. `size` is the vocabulary's, `bos` the token that begins a text, or None."""

    size: int
    bos: int | None

    def encode(self, text: str) -> list[int]:
        """The tokens of a text, without the mark of its beginning."""
        raise NotImplementedError

    def raw(self, token: int) -> bytes:
        """The bytes of one token."""
        raise NotImplementedError

    def trimmed(self, raw: bytes) -> bytes:
        """A text's bytes without what encoding put before it."""
        return raw

    def decode(self, tokens: Iterable[int]) -> str:
        """The text of tokens; bytes that make no character become U+FFFD."""
        return "".join(self.stream(tokens))

    def stream(self, tokens: Iterable[int], *, begun: bool = False) -> Iterator[str]:
        """The text of tokens as it comes, held back only while a character is not whole; `begun` if it goes on."""
        waiting = b""
        for token in tokens:
            if token == self.bos:
                continue
            waiting += self.raw(token)
            if not begun and waiting:
                waiting, begun = self.trimmed(waiting), True
            text, waiting = _whole(waiting)
            if text:
                yield text
        if waiting:
            yield waiting.decode("utf-8", "replace")

    def prompt(self, text: str) -> np.ndarray:
        """The tokens of a prompt, begun with the mark if there is one. Raises BackstoryError if nothing is left."""
        tokens = ([] if self.bos is None else [self.bos]) + self.encode(text)
        if not tokens:
            raise BackstoryError(
                "the prompt is empty and this vocabulary has no token that begins a text; give a prompt."
            )
        if max(tokens) >= self.size:
            raise BackstoryError(
                f"the prompt has a token {max(tokens)} beyond the vocabulary of {self.size}; use its own tokenizer."
            )
        return np.array(tokens)


def _whole(raw: bytes) -> tuple[str, bytes]:
    """The characters that are complete, and the bytes at the end that may become one."""
    for kept in range(min(3, len(raw)) + 1):
        try:
            return raw[: len(raw) - kept].decode("utf-8"), raw[len(raw) - kept :]
        except UnicodeDecodeError as fault:
            if fault.reason != "unexpected end of data" and fault.end < len(raw):
                return raw.decode("utf-8", "replace"), b""
    return raw.decode("utf-8", "replace"), b""


def characters(content: bytes, what: str = "the prompt") -> str:
    """Bytes of a user or a file as text. Raises BackstoryError if they are no UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise BackstoryError(
            f"{what} is no UTF-8 from byte {fault.start} on; save it as UTF-8 and try again."
        ) from fault


def _library() -> Any:
    try:
        import tokenizers
    except ImportError as fault:
        raise BackstoryError(
            "tokens of this model need the package `tokenizers`; install it with `pip install tokenizers`."
        ) from fault
    return tokenizers


class BytePairs(Tokenizer):
    """A byte-level vocabulary of the package `tokenizers`: every text has tokens, and tokens have bytes."""

    def __init__(self, inner: Any, bos: int | None) -> None:
        self.inner, self.bos, self.size = inner, bos, inner.get_vocab_size()
        letters = {letter: byte for byte, letter in enumerate(_letters())}
        self._bytes = []
        for token in range(self.size):
            piece = inner.id_to_token(token)
            known = piece is not None and all(letter in letters for letter in piece)
            self._bytes.append(bytes(letters[letter] for letter in piece) if known else (piece or "").encode("utf-8"))

    def encode(self, text: str) -> list[int]:
        """The tokens of a text, without the mark of its beginning."""
        return list(self.inner.encode(text, add_special_tokens=False).ids)

    def raw(self, token: int) -> bytes:
        """The bytes of one token."""
        return self._bytes[token]

    def json(self) -> str:
        """The content of its `tokenizer.json`."""
        return str(self.inner.to_str())


def _letters() -> list[str]:
    """The letter by which byte-level vocabularies write each byte: itself if it can be seen, else one from 256 on."""
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = iter(range(256, 512))
    return [chr(byte) if byte in seen else chr(next(rest)) for byte in range(256)]


def byte_pairs(text: str, size: int) -> BytePairs:
    """A vocabulary of `size` tokens made from a text: 256 bytes, then again and again the commonest pair of neighbours.

    Words are split as GPT-2 does, a space before each. Raises BackstoryError if the text has too few pairs for it.
    """
    library = _library()
    inner = library.Tokenizer(library.models.BPE())
    inner.pre_tokenizer = library.pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = library.decoders.ByteLevel()
    trainer = library.trainers.BpeTrainer(
        vocab_size=size, show_progress=False, initial_alphabet=library.pre_tokenizers.ByteLevel.alphabet()
    )
    inner.train_from_iterator([text], trainer)
    if inner.get_vocab_size() != size:
        raise BackstoryError(
            f"a text of {len(text):,} characters makes {inner.get_vocab_size()} tokens, not {size}; ask for fewer."
        )
    return BytePairs(inner, None)


def from_json(path: Path, vocabulary: int, bos: int | None) -> BytePairs:
    """The tokenizer in a `tokenizer.json`.

    Raises BackstoryError if the file is missing, no tokenizer, or has more tokens than the model.
    """
    library = _library()
    if not path.is_file():
        raise BackstoryError(f"there is no tokenizer at {path}; put the model's tokenizer.json there.")
    try:
        inner = library.Tokenizer.from_file(str(path))
    except Exception as fault:  # the package raises plain exceptions
        raise BackstoryError(f"{path} is no tokenizer that can be read ({fault}); fetch it again.") from fault
    found = BytePairs(inner, bos)
    if found.size > vocabulary or (bos is not None and bos >= found.size):
        raise BackstoryError(
            f"{path} has {found.size} tokens and the model {vocabulary}; give the tokenizer that belongs to the model."
        )
    return found
