"""Time and memory of Llamas: ours beside PyTorch with its own fused attention, `transformers` and llama2.c.

A training step is forward, backward, clipping by the norm of all slopes and AdamW, in single precision with two
threads: the net of 260,032 parameters at 8 sequences of 128 tokens, and one of 7 million (width 288, 6 layers, 4,096
tokens) at 4 of 128. PyTorch runs its ops eagerly, `scaled_dot_product_attention` and the fused AdamW among them.
A story is 256 tokens written greedily by the checkpoint stories260K, one after the other, where its files are.
Each way runs in a process of its own, in turn, several rounds; medians. Peak memory is that of the process.

    python benchmarks/llama.py                     the table, also as benchmarks/llama.md with --write
    python benchmarks/llama.py --llama2c run.c     with llama2.c, compiled -O3 into a temporary folder
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

THREADS, ROUNDS, STEPS = 2, 5, 15
RATE, BETAS, DECAY, CLIP = 1e-3, (0.9, 0.95), 0.1, 1.0
SHAPES = {
    "260 thousand": {"shape": (512, 64, 5, 8, 4, 172, 128), "batch": 8},
    "7 million": {"shape": (4096, 288, 6, 6, 6, 768, 128), "batch": 4},
}
STORY = 256
Step = Callable[[], object]


def tokens(size: str) -> np.ndarray:
    """Random tokens (B, T + 1); the time does not depend on them."""
    vocabulary, *_, length = SHAPES[size]["shape"]
    return np.random.default_rng(0).integers(0, vocabulary, (SHAPES[size]["batch"], length + 1))


def ours_training(size: str) -> Step:
    """Through the ordered system with compiled ops; each half of the batch is walked back by a thread of its own."""
    from core.learning import training
    from core.learning.compiled import adam
    from core.learning.compiled.llama import FAST
    from core.networks import llama

    config = llama.Config(*SHAPES[size]["shape"])
    p, seen = llama.init(np.random.default_rng(1), config), tokens(size)
    rule = training.Adam(*BETAS, decay=DECAY, in_place=adam.adam_in_place)

    def stream(count: int, times: list[float]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for _ in range(count):
            times.append(time.perf_counter())
            yield seen[:, :-1], seen[:, 1:]
        times.append(time.perf_counter())

    def steps(count: int) -> list[float]:
        times: list[float] = []
        training.train(
            lambda system, p, x, y: llama.loss(system, p, x, y, config, FAST),
            p,
            stream(count, times),
            rule=rule,
            rate=lambda k: RATE,
            clip=CLIP,
            parts=THREADS,
        )
        return list(np.diff(times))

    return lambda: steps(STEPS)


def pytorch_training(size: str) -> Step:
    """The same net in torch.nn, run eagerly."""
    import torch
    import torch.nn.functional as functional
    from torch import nn

    torch.set_num_threads(THREADS)
    vocabulary, width, layers, heads, groups, hidden, length = SHAPES[size]["shape"]
    head = width // heads
    angles = torch.outer(torch.arange(length), 10000.0 ** (-torch.arange(0, head, 2) / head))
    cosine, sine = angles.cos(), angles.sin()

    def linear(inputs: int, outputs: int) -> nn.Linear:
        return nn.Linear(inputs, outputs, bias=False)

    def turned(x: Any) -> Any:
        a, b = x.chunk(2, -1)
        return torch.cat((a * cosine - b * sine, a * sine + b * cosine), -1)

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.RMSNorm(width, 1e-5), nn.RMSNorm(width, 1e-5)
            self.q, self.k, self.v = linear(width, width), linear(width, groups * head), linear(width, groups * head)
            self.o, self.w1, self.w3 = linear(width, width), linear(width, hidden), linear(width, hidden)
            self.w2 = linear(hidden, width)

        def forward(self, x: Any) -> Any:
            cases, steps, _ = x.shape
            seen = self.first(x)
            q = turned(self.q(seen).view(cases, steps, heads, head).transpose(1, 2))
            k = turned(self.k(seen).view(cases, steps, groups, head).transpose(1, 2))
            v = self.v(seen).view(cases, steps, groups, head).transpose(1, 2)
            o = functional.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=groups != heads)
            x = x + self.o(o.transpose(1, 2).reshape(cases, steps, width))
            seen = self.second(x)
            return x + self.w2(functional.silu(self.w1(seen)) * self.w3(seen))

    class Llama(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding, self.norm = nn.Embedding(vocabulary, width), nn.RMSNorm(width, 1e-5)
            self.blocks = nn.Sequential(*(Block() for _ in range(layers)))
            nn.init.normal_(self.embedding.weight, 0, 0.02)

        def forward(self, x: Any, y: Any) -> Any:
            h = self.norm(self.blocks(self.embedding(x)))
            return functional.cross_entropy((h @ self.embedding.weight.T).view(-1, vocabulary), y.reshape(-1))

    net = Llama()
    rule = torch.optim.AdamW(net.parameters(), lr=RATE, betas=BETAS, weight_decay=DECAY, fused=True)
    seen = torch.from_numpy(tokens(size))

    def steps() -> list[float]:
        times = [time.perf_counter()]
        for _ in range(STEPS):
            rule.zero_grad()
            net(seen[:, :-1], seen[:, 1:]).backward()
            nn.utils.clip_grad_norm_(net.parameters(), CLIP)
            rule.step()
            times.append(time.perf_counter())
        return list(np.diff(times))

    return steps


def checkpoint() -> tuple[Any, Any, np.ndarray]:
    """Parameters, configuration and the mark that begins a story."""
    from core.datasets import llama2c, store
    from core.networks.llama import Config

    values, p = llama2c.checkpoint(store.read("stories260k", "checkpoint"))
    return p, Config.of(values), np.array([1])


def ours_telling(_: str) -> Step:
    """The generator of `core.networks.generation`, one token at a time."""
    from core.networks import generation

    p, config, prompt = checkpoint()

    def tell() -> list[float]:
        began = time.perf_counter()
        count = len(list(generation.write(p, config, prompt, STORY, stop=(1,))))
        return [(time.perf_counter() - began) / count]

    return tell


def transformers_telling(_: str) -> Step:
    """`generate` of `transformers` with its cache of keys and values."""
    import torch
    import transformers

    from core.datasets import hugging_face

    torch.set_num_threads(THREADS)
    transformers.utils.logging.disable_progress_bar()
    p, config, prompt = checkpoint()
    with tempfile.TemporaryDirectory() as place:
        hugging_face.write(Path(place), vars(config) | {"bos": 1}, p)
        net = transformers.LlamaForCausalLM.from_pretrained(place, dtype=torch.float32)
    given = torch.tensor(prompt)[None]
    options = {"max_new_tokens": STORY, "do_sample": False, "eos_token_id": 1, "pad_token_id": 0}

    def tell() -> list[float]:
        began = time.perf_counter()
        with torch.inference_mode():
            count = net.generate(given, attention_mask=torch.ones_like(given), **options).shape[1] - 1
        return [(time.perf_counter() - began) / count]

    return tell


def llama2c_telling(program: str) -> Step:
    """llama2.c's own timing: tokens a second after the first."""
    from core.datasets import store

    files = [str(store.locate(store.DATASETS["stories260k"][part])) for part in ("checkpoint", "tokenizer")]

    def tell() -> list[float]:
        command = [program, files[0], "-z", files[1], "-t", "0", "-n", str(STORY)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found = done.stderr.split("achieved tok/s:")[1].strip()
        return [] if found == "inf" else [1 / float(found)]

    return tell


WAYS: dict[str, tuple[Callable[[str], Step], str]] = {
    **{f"ours, {size}": (ours_training, size) for size in SHAPES},
    **{f"PyTorch, {size}": (pytorch_training, size) for size in SHAPES},
    "ours, story": (ours_telling, ""),
    "transformers, story": (transformers_telling, ""),
}


def alone(way: str, program: str) -> dict[str, float]:
    """Median seconds and peak memory in MB of one way, in this process."""
    make, argument = WAYS.get(way, (llama2c_telling, program))
    run = make(argument)
    run()
    times = [one for _ in range(1 if way.split(", ")[1] in SHAPES else 5) for one in run()]  # type: ignore[attr-defined]
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]
    return {"seconds": statistics.median(times), "peak": float(peak) / 1024}


def measure(rounds: int, program: str) -> dict[str, dict[str, float]]:
    """Medians over rounds of every way, which take turns."""
    from core.datasets import store

    ways = [*WAYS, *(["llama2.c, story"] if program else [])]
    if not all(store.locate(file) for file in store.DATASETS["stories260k"].values()):
        ways = [way for way in ways if not way.endswith("story")]  # get it with `backstory data --fetch`
    found: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            # Our threads each call the BLAS library, which must not start more; PyTorch's own threads are two.
            one = "1" if way.startswith("ours") else str(THREADS)
            places = {"OPENBLAS_NUM_THREADS": one, "OMP_NUM_THREADS": str(THREADS)}
            command = [sys.executable, __file__, "--alone", way, "--program", program]
            done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | places)
            found[way].append(json.loads(done.stdout.splitlines()[-1]))
    return {way: {key: statistics.median(one[key] for one in many) for key in many[0]} for way, many in found.items()}


def table(rounds: int, program: str) -> str:
    """The results in Markdown."""
    found = measure(rounds, program)
    lines = ["| training step | ms | times as fast as PyTorch | peak memory, MB |", "| --- | --- | --- | --- |"]
    for size in SHAPES:
        for who in ("ours", "PyTorch"):
            one = found[f"{who}, {size}"]
            ratio = found[f"PyTorch, {size}"]["seconds"] / one["seconds"]
            lines.append(f"| {who}, {size} | {1e3 * one['seconds']:.1f} | {ratio:.2f} | {one['peak']:.0f} |")
    stories = [way for way in found if way.endswith("story")]
    if stories:
        lines += ["", "| a story, greedily | tokens a second | times `transformers` | peak memory, MB |"]
        lines += ["| --- | --- | --- | --- |"]
    for way in stories:
        theirs = found["transformers, story"]["seconds"]
        one = found[way]
        memory = "" if way.startswith("llama2.c") else f"{one['peak']:.0f}"
        lines.append(f"| {way.split(',')[0]} | {1 / one['seconds']:,.0f} | {theirs / one['seconds']:.1f} | {memory} |")
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    processor = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), "")
    lines += [
        "",
        f"Two threads, single precision, medians of {rounds} rounds in turn, each way in a process of its own. PyTorch "
        f"{version('torch').split('+')[0]}, transformers {version('transformers')}, NumPy {version('numpy')}, Numba "
        f"{version('numba')}, {processor}. The step: forward, backward, clipping and AdamW. One token after "
        "the other needs no second thread of ours.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table, or what one way took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds of every way")
    parser.add_argument("--write", action="store_true", help="also write benchmarks/llama.md")
    parser.add_argument("--llama2c", type=Path, help="run.c of llama2.c, to be compiled")
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    parser.add_argument("--program", default="", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.alone:
        import warnings

        warnings.simplefilter("ignore")
        print(json.dumps(alone(chosen.alone, chosen.program)))
        return
    with tempfile.TemporaryDirectory() as place:
        program = ""
        if chosen.llama2c and shutil.which("gcc"):
            program = str(Path(place) / "run")
            subprocess.run(["gcc", "-O3", "-o", program, str(chosen.llama2c), "-lm"], check=True)
        text = table(chosen.rounds, program)
    print(text)
    if chosen.write:
        head = "# Llamas: ours beside PyTorch, transformers and llama2.c\n\nMade by `make bench`.\n\n"
        Path(__file__).with_name("llama.md").write_text(head + text, encoding="utf-8")


if __name__ == "__main__":
    main()
