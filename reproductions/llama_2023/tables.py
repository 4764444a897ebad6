"""Tables of the report, the words that it names, and the arrays that its figures draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.evidence.measured import mean
from core.evidence.rows import Rows, failures, finished, grouped, paired, pick, stacked
from core.evidence.tables import table
from core.evidence.trials import Row
from reproductions.llama_2023 import capital
from reproductions.llama_2023.claims import best_count, decays
from reproductions.llama_2023.parts import PUBLISHED
from reproductions.llama_2023.run import LARGER, THEIRS, USUAL
from reproductions.llama_2023.settings import Settings

Table = dict[str, Any]
TOLD = {"four": "four heads, as trained", "mean": "their mean", "first": "the first", "new": "new weights"}


def tables(s: Settings, rows: Rows) -> list[Table]:
    """Study by study; those of a checkpoint that was left out are left out too."""
    return [
        _sizes(rows),
        *_checkpoint(rows),
        _parts(rows),
        _costs(rows),
        _ladder(rows),
        _written(rows),
        _moments(rows),
        _ablations(rows),
        *_capital(rows),
    ]


def told(raw: np.ndarray) -> str:
    """A text from its bytes, which zeros pad."""
    return np.asarray(raw, np.uint8).tobytes().rstrip(b"\0").decode("utf-8", "replace")


def in_one_line(raw: np.ndarray) -> str:
    """The same with lines divided by strokes, as a cell of a table needs it."""
    return " / ".join(line.strip() for line in told(raw).splitlines() if line.strip()) or "(white space)"


def _spread(values: np.ndarray, digits: int = 3) -> str:
    """A mean with its standard error."""
    if not len(values):
        return ""
    error = np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
    return f"{np.mean(values):.{digits}f} ± {error:.{digits}f}"


def _sizes(rows: Rows) -> Table:
    values = rows["sizes"][0].values
    lines = [
        [
            name,
            f"{values[f'{name}: parameters']:,.0f}",
            values[f"{name}: hidden over width"],
            values[f"{name}: cache"] / 1e9,
            values[f"{name}: cache without groups"] / 1e9,
        ]
        for name in PUBLISHED
    ]
    columns = ["model", "parameters", "hidden units over width", "cache, GB", "cache without grouped queries, GB"]
    return table("sizes", "Published shapes; caches for 131,072 tokens, two bytes a number", columns, lines)


def _checkpoint(rows: Rows) -> list[Table]:
    if "story" not in rows:
        return []
    lines = [
        [row.cell["temperature"], row.cell.get("prompt", ""), row.values["characters"], in_one_line(row.arrays["text"])]
        for row in rows["story"]
    ]
    one, pooled = rows["slopes"][0].values, rows["pooled"]
    found = [
        ["numbers of the checkpoint", f"{one['numbers']:,.0f}"],
        ["loss of the sentence, nats a token", f"{one['loss']:.4f}"],
        ["measured slopes of a sample, double precision", f"{one['measured']:.1e}"],
        ["ours in single against double precision", f"{one['single']:.1e}"],
    ]
    if "reference" in one:
        found += [
            ["transformers against ours, both in single precision", f"{one['reference']:.1e}"],
            ["transformers in single against ours in double precision", f"{one['reference_exact']:.1e}"],
        ]
    return [
        table("stories", "Stories told by the checkpoint", ["temperature", "begun with", "characters", "story"], lines),
        table("slopes", "Derivatives; differences over the largest", ["what", "number"], found),
        table(
            "pooled",
            "One head of keys and values made of four, without training",
            ["head", "nats a token"],
            [[name, _spread(finished(pooled, key))] for key, name in TOLD.items()],
        ),
    ]


def _parts(rows: Rows) -> Table:
    def worst(study: str, name: str) -> str:
        return f"{finished(rows[study], name).max():.1e}"

    lines = [
        ["scores of one distance, rotary positions, over the largest score", worst("positions", "spread")],
        ["scores with grouped queries and with repeated heads, over the largest", worst("groups", "difference")],
        ["RMSNorm and layer normalisation, numbers of mean zero", worst("norms", "layer")],
        ["RMSNorm after rescaling by 7", worst("norms", "rescaled")],
        ["RMSNorm after shifting by 1", worst("norms", "recentred")],
        ["layer normalisation after shifting by 1", worst("norms", "layer_recentred")],
        ["derivative at 128,256 scores and p - y", worst("scores", "difference")],
    ]
    return table("parts", "Largest differences, double precision", ["of what", "difference"], lines)


def _costs(rows: Rows) -> Table:
    v = rows["costs"][0].values
    lines = [
        ["parameters", f"{v['parameters']:,.0f}"],
        ["multiplications a token, forward", f"{v['forward']:,.0f}"],
        ["the same, over N", f"{v['of_2n']:.2f}"],
        ["multiplications a token, backward", f"{v['backward']:,.0f}"],
        ["backward over forward, counted", f"{v['ratio']:.2f}"],
        ["backward over forward, by the clock", f"{v['seconds_ratio']:.2f}"],
    ]
    return table(
        "costs", "Counted on the ordered system; a multiplication is two operations", ["what", "number"], lines
    )


def _ladder(rows: Rows) -> Table:
    counted = rows["counting"][0].values
    lines: list[list[Any]] = [["chance", "", "", "", f"{counted['uniform']:.3f}"]]
    lines += [
        [f"counting, {k} character{'s' if k > 1 else ''}", "", "", "", f"{counted[f'order_{k}']:.3f}"]
        for k in range(1, rows["counting"][0].cell["orders"] + 1)
    ]
    for name, group in nets_of_the_ladder(rows).items():
        lines.append(
            [
                name,
                _parameters(group),
                len(group),
                failures(group),
                _spread(finished(group, "test")),
            ]
        )
    columns = ["what foresees", "parameters", "nets", "failed", "loss on the test part, nats a character"]
    return table("ladder", "Loss on text that was not seen", columns, lines)


def nets_of_the_ladder(rows: Rows) -> dict[str, Sequence[Row]]:
    """The nets of the ladder by what they are called there: how many steps those of the study of size were given."""
    found = {"network of 2003": rows["network of 2003"], "Llama": rows["learning"]}
    for size, name in ((USUAL, "Llama"), (LARGER, "larger Llama")):
        if group := pick(rows.get("larger", []), size=size):
            found[f"{name}, {group[0].cell['steps']:,} steps"] = group
    return found


def _parameters(group: Sequence[Row]) -> str:
    sizes = finished(group, "parameters")
    return f"{sizes[0]:,.0f}" if len(sizes) else ""


def _first(rows: Sequence[Row]) -> Row:
    return next((row for row in rows if not row.failed), rows[0])


def _written(rows: Rows) -> Table:
    row = _first(rows["learning"])
    if row.failed:
        return table("written", "What a Llama writes", ["steps", "likeliest", "drawn"], [])
    lines = [
        [int(step), *(in_one_line(row.arrays[f"moment_{how}"][k]) for how in ("greedy", "drawn"))]
        for k, step in enumerate(row.arrays["moment_steps"])
    ]
    title = f'What one Llama writes after "{row.cell["prompt"]}"'
    return table("written", title, ["steps", "always the likeliest token", "drawn at temperature 0.8"], lines)


def _moments(rows: Rows) -> Table:
    nets = rows["learning"]
    if all(row.failed for row in nets):
        return table("moments", "The distribution", ["steps"], [])
    entropy, shares = stacked(nets, "moment_entropy"), stacked(nets, "moment_shares")
    lines = [
        [int(step), _spread(entropy[:, k], 2), *(_spread(100 * shares[:, k, j], 1) for j in range(3))]
        for k, step in enumerate(_first(nets).arrays["moment_steps"])
    ]
    columns = ["steps", "entropy, nats", "likeliest token, %", "likeliest 10, %", "likeliest 100, %"]
    return table("moments", "The next token after the prompt", columns, lines)


def _ablations(rows: Rows) -> Table:
    by_name = grouped(rows["ablations"], "without")
    lines = []
    for name, group in by_name.items():
        a, b = paired(group, by_name[THEIRS], "test")
        sizes = finished(group, "parameters")
        lines.append(
            [
                name,
                f"{sizes[0]:,.0f}" if len(sizes) else "",
                len(group),
                failures(group),
                _spread(finished(group, "test")),
                "" if name == THEIRS else _spread(a - b),
            ]
        )
    columns = ["net", "parameters", "nets", "failed", "test, nats a character", "worse than Llama by"]
    return table("ablations", "One part taken away or replaced, paired by seed", columns, lines)


def _capital(rows: Rows) -> list[Table]:
    if "capital" not in rows or rows["capital"][0].failed:
        return []
    row = rows["capital"][0]
    pieces, losses = row.arrays["pieces"], row.arrays["losses"]
    lines: list[list[Any]] = [["loss, nats", str(pieces[k + 1]), float(loss)] for k, loss in enumerate(losses)]
    lines += [["probability", str(pieces[len(losses) + 1 + k]), float(p)] for k, p in enumerate(row.arrays["likely_p"])]
    lines += [["norm of derivatives", str(part), float(n)] for part, n in zip(*_by_part(row), strict=True)]
    return [table("capital", "The sentence through Llama 3.2 1B", ["what", "of", "number"], lines)]


def _by_part(row: Row) -> tuple[np.ndarray, np.ndarray]:
    return row.arrays["parts"], row.arrays["norms"]


def words(s: Settings, rows: Rows) -> dict[str, Any]:
    """Numbers that the text of the report names."""
    sizes, costs = rows["sizes"][0].values, rows["costs"][0].values
    nets, adjacent = rows["learning"], pick(rows["positions"], pairing="adjacent")
    large, lost = "Llama 3.1 405B", finished(nets, "test")
    ten = [row.arrays["moment_shares"][-1, 1] for row in nets if not row.failed]
    return {
        "answer_slopes": _answer(rows),
        "parameters": f"{finished(nets, 'parameters')[0]:,.0f}" if len(lost) else "",
        "llama_loss": f"{lost.mean():.3f}" if len(lost) else "no number",
        "kn_loss": f"{best_count(rows)[1]:.3f}",
        "cache_405b": f"{sizes[f'{large}: cache'] / 1e9:.1f}",
        "cache_405b_plain": f"{sizes[f'{large}: cache without groups'] / 1e9:,.0f}",
        "story_finding": _story_finding(rows),
        "slopes_finding": _slopes_finding(rows),
        "bound_falls": f"{100 * decays(adjacent, 'bound'):.0f} %",
        "score_stays": f"{100 * decays(adjacent, 'sizes'):.0f} %",
        "of_6n": f"{costs['of_6n']:.2f}",
        "back_ratio": f"{costs['ratio']:.2f}",
        "clock_ratio": f"{costs['seconds_ratio']:.1f}",
        "learning_finding": _learning_finding(rows),
        "start": f"{finished(nets, 'start').mean():.2f}",
        "ln_v": f"{np.log(s.vocabulary):.2f}",
        "ten": f"{100 * np.mean(ten):.0f}" if ten else "no",
        "ablation_finding": _ablation_finding(rows),
        "capital_finding": _capital_finding(rows),
        "shown_tokens": 200,
    }


def _small(value: float) -> str:
    """A small number as it is read: 3e-9."""
    return f"{value:.0e}".replace("e-0", "e-")


def _answer(rows: Rows) -> str:
    """What was found of the derivatives, in a sentence."""
    if "slopes" not in rows:
        return "Its parts give the right derivatives; the real checkpoint was left out of this run."
    one = rows["slopes"][0].values
    return (
        f"It does: for a real checkpoint it gives all {one['numbers']:,.0f} derivatives at once, and those that were "
        f"measured one by one are the same to {_small(one['measured'])} of the largest."
    )


def _story_finding(rows: Rows) -> str:
    if "story" not in rows:
        return "Left out: the checkpoint's files are needed, and --set checkpoint=true."
    greedy = pick(rows["story"], temperature=0.0)[0].values
    found = rows["stories"][0]
    interval = mean(found.arrays["losses"])
    same = "is the documented one, letter for letter" if greedy["same"] else "is not the documented one"
    between = f" ({interval.low:.3f} to {interval.high:.3f})" if interval else ""
    return (
        f"The story of {greedy['characters']:.0f} characters {same}. On {len(found.arrays['losses'])} stories "
        f"the loss is {found.values['a_token']:.3f} nats a token; averaged over stories "
        f"{found.values['a_story']:.3f}{between}."
    )


def _slopes_finding(rows: Rows) -> str:
    if "slopes" not in rows:
        return "Left out: the checkpoint's files are needed, and --set checkpoint=true."
    one = rows["slopes"][0]
    theirs = (
        f"all agree with the reference implementation to {_small(one.values['reference'])}, which is rounding"
        if "reference" in one.values
        else "the reference implementation was not installed for this run"
    )
    return (
        f"{len(one.arrays['pairs'])} of {one.values['numbers']:,.0f} were measured by moving the parameter and differ "
        f"by {_small(one.values['measured'])} of the largest at most; {theirs}."
    )


def larger_finding(rows: Rows) -> str:
    """The nets of two sizes after equal steps, in a sentence; nothing where there are none."""
    usual, larger = (pick(rows.get("larger", []), size=size) for size in (USUAL, LARGER))
    a, b = paired(usual, larger, "test")
    if not len(a):
        return ""
    more = finished(larger, "parameters")[0] / finished(usual, "parameters")[0]
    return (
        f" After {usual[0].cell['steps']:,} steps one with {more:.1f} times as many numbers has {_spread(b)}, where "
        f"the usual shape has {_spread(a)} from the same batches."
    )


def _learning_finding(rows: Rows) -> str:
    lost, old = finished(rows["learning"], "test"), finished(rows["network of 2003"], "test")
    if not len(lost) or not len(old):
        return "Too few nets finished."
    order, counted = best_count(rows)
    beats = "below" if lost.max() < counted else ("above" if lost.min() > counted else "on either side of")
    return (
        f"The Llamas end at {_spread(lost)} nats a character, {beats} the {counted:.3f} of the best count, that of "
        f"{order} characters, and the network of 2003 at {_spread(old)}.{larger_finding(rows)}"
    )


def _ablation_finding(rows: Rows) -> str:
    by_name = grouped(rows["ablations"], "without")
    gaps = {}
    for name, group in by_name.items():
        a, b = paired(group, by_name[THEIRS], "test")
        if name != THEIRS and len(a):
            gaps[name] = float((a - b).mean())
    if not gaps:
        return "Too few nets finished."
    most, least = (pick_(gaps, key=lambda name: gaps[name]) for pick_ in (max, min))
    return (
        f'At this size and after these few steps the largest loss comes with "{most}" ({gaps[most]:+.3f} nats a '
        f'character), the smallest with "{least}" ({gaps[least]:+.3f}).'
    )


def _capital_finding(rows: Rows) -> str:
    if "capital" not in rows or rows["capital"][0].failed:
        return capital.absent()
    row = rows["capital"][0]
    return (
        f"Paris gets {row.values['p_last']:.5f}; the mean loss is {row.arrays['losses'].mean():.4f}, and its "
        f"{row.values['numbers']:,.0f} derivatives have a norm of {row.values['norm']:.3g}."
    )


def arrays(s: Settings, rows: Rows) -> dict[str, np.ndarray]:
    """What the figures draw."""
    counted, nets = rows["counting"][0].values, [row for row in rows["learning"] if not row.failed]
    adjacent, block = pick(rows["positions"], pairing="adjacent"), rows["block"][0].arrays
    by_name = grouped(rows["ablations"], "without")
    gaps = {name: np.subtract(*paired(group, by_name[THEIRS], "test")) for name, group in by_name.items()}
    lines = [(k, gap) for k, name in enumerate(by_name) for gap in gaps[name] if name != THEIRS]
    orders = range(1, s.orders + 1)
    found = {
        "counted": np.array([counted["uniform"], *(counted[f"order_{k}"] for k in orders)]),
        "counted_tune": np.array([counted[f"tune_{k}"] for k in orders]),
        "old": finished(rows["network of 2003"], "test"),
        "llama": finished(nets, "test"),
        "gaps": np.array(lines, dtype=float).reshape(-1, 2),
        "without": np.array(list(by_name)),
        "bound": np.mean([row.arrays["bound"] for row in adjacent], axis=0),
        "sizes": np.mean([row.arrays["sizes"] for row in adjacent], axis=0),
        "entries": block["entries"],
        "inputs": block["inputs"],
    }
    if nets:
        found |= {
            "looks": stacked(nets, "looks"),
            "starts": finished(nets, "start"),
            "moment_steps": nets[0].arrays["moment_steps"],
            "moment_probabilities": stacked(nets, "moment_probabilities").mean(axis=0),
            "moment_drawn": nets[0].arrays["moment_drawn"],
        }
    for name, size in (("usual", USUAL), ("larger", LARGER)):
        if group := [row for row in pick(rows.get("larger", []), size=size) if not row.failed]:
            found |= {name: finished(group, "test"), f"{name}_looks": stacked(group, "looks")}
            found[f"{name}_is"] = np.array([group[0].cell["steps"], group[0].values["parameters"]])
    if "probabilities" in rows:
        one = rows["probabilities"][0].arrays
        found |= {"doubt": one["entropy"][1], "chosen": one["chosen"], "pieces": one["pieces"]}
        found["pairs"] = rows["slopes"][0].arrays["pairs"]
    return found
