"""Tables of the report, the words that it names, and the arrays that its figures draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.evidence.rows import Rows, failures, finished, grouped, pick, stacked
from core.evidence.tables import means_table, table
from core.evidence.trials import Row
from reproductions.nettalk_1987 import curves, speech, today
from reproductions.nettalk_1987.claims import ERRORS, at, by_rule, faster, laws, lost_at, per_doubling
from reproductions.nettalk_1987.run import chosen_rates
from reproductions.nettalk_1987.settings import Settings

THEN = "rule of 1987"


def tables(s: Settings, rows: Rows) -> list[dict[str, Any]]:
    """Study by study."""
    return [
        *_counts(rows),
        *_hidden(rows),
        *_dictionary(s, rows),
        *_curve(rows),
        *_damage(rows),
        *_practice(rows),
        *_clusters(rows),
        *_others(rows),
        *_speech(s, rows),
        *_now(rows),
    ]


def layers(row: Row) -> str:
    """The hidden layers of a row in words."""
    return " and ".join(str(h) for h in row.cell["hidden"]) or "none"


def _share(values: np.ndarray) -> str:
    """A mean share in percent with its standard error."""
    if not len(values):
        return ""
    error = np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
    return f"{100 * np.mean(values):.1f} ± {100 * error:.1f}"


def _counts(rows: Rows) -> list[dict[str, Any]]:
    names = {"common": "the 1,000 commonest", "entries": "lines of the file", "dictionary": "spellings of the file"}
    first = rows["counts"][0].values
    lines: list[list[Any]] = [
        ["inputs", first["inputs"]],
        ["outputs", first["outputs"]],
        ["weights with 80 hidden units", first["connections"]],
        ["the same with thresholds of the inputs", first["with_input_thresholds"]],
    ]
    for row in rows["counts"]:
        name = names.get(row.cell["words"], "words made for this project")
        lines += [[f"words: {name}", row.values["words"]], [f"letters: {name}", row.values["letters"]]]
    c = rows["hard and soft"][0].values
    lines += [["hard c among the letters learned", c["first_letters"]], ["soft c", c["second_letters"]]]
    return [table("counts", "What is counted", ["what", "how many"], lines)]


def _hidden(rows: Rows) -> list[dict[str, Any]]:
    lines = []
    for (hidden, rule), group in grouped(rows["learning"], "hidden", "rule").items():
        nets = [" and ".join(str(h) for h in hidden) or "none", rule, len(group), failures(group)]
        lines.append([*nets, *(_share(at(group, n, -1)) for n in ("phoneme", "stress", "letter", "whole", "exact"))])
    looks = rows["learning"][0].cell["looks"]
    way = [
        [layers(group[0]), *(_share(at(group, "phoneme", k)) for k in range(len(looks)))]
        for group in grouped(pick(rows["learning"], rule=THEN), "hidden").values()
    ]
    columns = ["hidden units", "rule", "nets", "failed", "phonemes, %", "stresses, %", "letters, %", "words, %"]
    return [
        table("hidden", "Right on the words learned", [*columns, "all features within 0.1, %"], lines),
        table("passes", "Phonemes right on the way, %", ["hidden units", *(f"{k} passes" for k in looks)], way),
    ]


def _dictionary(s: Settings, rows: Rows) -> list[dict[str, Any]]:
    most = max(s.one_layer_then, s.two_layer_then)
    lines = []
    for (hidden, rule), group in grouped(rows["dictionary"], "hidden", "rule").items():
        here = group[0].cell["then"]
        after = [_share(at(group, "whole_phoneme", k)) if k <= here else "" for k in range(1, most + 1)]
        lines.append(
            [
                " and ".join(str(h) for h in hidden),
                rule,
                len(group),
                _share(at(group, "others_phoneme", 0)),
                _share(at(group, "whole_phoneme", 0)),
                _share(finished(group, "during_phoneme")),
                *after,
            ]
        )
    columns = ["hidden units", "rule", "nets", "words not taught", "all, before", "during pass 1"]
    more = [([shown], group) for shown, group in grouped(rows["more words"], "shown").items()]
    return [
        table(
            "dictionary",
            "Phonemes right on words not taught, and on all before and after each pass over them, %",
            [*columns, *(f"after {k}" for k in range(1, most + 1))],
            lines,
        ),
        means_table(
            "more_words",
            "More and more words learned, others tested",
            ["words learned"],
            more,
            [
                ("passes", "passes", 1),
                ("phonemes right on words learned, %", "learned_phoneme", 100),
                ("phonemes right on others, %", "tested_phoneme", 100),
                ("letters right on others, %", "tested_letter", 100),
            ],
        ),
    ]


def _curve(rows: Rows) -> list[dict[str, Any]]:
    lines = []
    for rule, group in by_rule(rows["curve"]).items():
        for name, error in ERRORS.items():
            found = laws(group, error)
            for law in curves.FORMS:
                lines.append(
                    [
                        rule,
                        name,
                        law,
                        len(curves.FORMS[law][1](1.0, 0.5, 1.0, 2.0)[0]),
                        float(np.mean([one[law]["rms"] for one in found])),
                        float(np.mean([one[law]["forecast"] for one in found])),
                        f"{np.mean([curves.best(one) == law for one in found]):.0%}",
                    ]
                )
    group = pick(rows["learning"], rule=THEN, hidden=[rows["curve"][0].cell["hidden"][0]])
    nets = group or pick(rows["learning"], rule=THEN)
    looks = nets[0].cell["looks"]
    stress = [[k, _share(at(nets, "phoneme", j)), _share(at(nets, "stress", j))] for j, k in enumerate(looks)]
    columns = ["rule", "error", "law", "numbers", "misfit", "misfit ahead", "best by Akaike's criterion"]
    return [
        table("laws", "Laws for the curve; misfit: root mean square of differences of logarithms", columns, lines),
        table("stress", "Phonemes and stresses", ["passes", "phonemes right, %", "stresses right, %"], stress),
    ]


def _damage(rows: Rows) -> list[dict[str, Any]]:
    lines = []
    for rule, group in by_rule(rows["degradation"]).items():
        for k, amount in enumerate(group[0].cell["amounts"]):
            relative = amount / finished(group, "size").mean()
            lines.append(
                [rule, amount, float(relative), _share(at(group, "phoneme", k)), _share(at(group, "stress", k))]
            )
    again = []
    for rule, group in by_rule(rows["relearning"]).items():
        found, lesions = faster(group), by_rule(rows["lesions"])[rule]
        again.append(
            [
                rule,
                len(group),
                _share(finished(group, "from_here")),
                float(np.median(finished(group, "first_words"))),
                float(np.median(finished(group, "again_words"))),
                found.estimate if found else None,
                _share(finished(lesions, "mean_lost")),
                _share(finished(lesions, "most_lost")),
            ]
        )
    return [
        table(
            "damage",
            "After random changes of every weight",
            ["rule", "plus-minus", "in mean weights", "phonemes right, %", "stresses right, %"],
            lines,
        ),
        table(
            "relearning",
            "Learning again, and units taken away",
            [
                "rule",
                "nets",
                "right after damage, %",
                "words for half of the loss, at first",
                "words for it again",
                "times as fast",
                "lost without a unit, mean, points",
                "lost without the worst, points",
            ],
            again,
        ),
    ]


def _practice(rows: Rows) -> list[dict[str, Any]]:
    lines = []
    retentions = rows["practice"][0].cell["retentions"]
    for rule, group in by_rule(rows["practice"]).items():
        for k, spacing in enumerate(group[0].cell["spacings"]):
            means = [float(at(group, "error", (k, j)).mean()) for j in range(len(retentions))]
            lines.append([rule, spacing, len(group), *means])
    columns = ["rule", "words between repetitions", "nets", *(f"tested after {k}" for k in retentions)]
    return [table("spacing", "Mean squared error per output on a new item", columns, lines)]


def _clusters(rows: Rows) -> list[dict[str, Any]]:
    nets = rows["clusters"]
    k = nets[0].cell["groups"][0]
    measures = {
        "distances between pairs, rank correlation": "distances",
        "heights at which pairs join, rank correlation": "trees",
        f"{k} clusters, Rand index": f"rand_{k}",
        "weights of paired units, cosine": "units",
        "responses of paired units, correlation": "activity_units",
        "two clusters against vowels and consonants, Rand index": "vowels",
    }
    lines = [
        [what, *(float(finished(nets, f"{state}_{name}").mean()) for state in ("untaught", "learned"))]
        for what, name in measures.items()
    ]
    title = f"What two nets have in common, {len(nets)} pairs of nets and {nets[0].values['pairs']:.0f} pairs of sounds"
    return [table("clusters", title, ["what", "before learning", "after"], lines)]


def _others(rows: Rows) -> list[dict[str, Any]]:
    lines = [
        [
            {"dietterich": "as Dietterich", "wettschereck": "as Wettschereck and Dietterich"}[name],
            group[0].cell["hidden"][0],
            len(group),
            *(_share(finished(group, f"tested_{part}")) for part in ("phoneme", "stress", "letter", "whole")),
            _share(finished(group, "learned_phoneme")),
        ]
        for name, group in grouped(rows["others"], "as").items()
    ]
    columns = ["settings", "hidden units", "draws", "phonemes, %", "stresses, %", "letters, %", "words, %"]
    return [table("others", "Right on words not shown", [*columns, "phonemes of words learned, %"], lines)]


def _speech(s: Settings, rows: Rows) -> list[dict[str, Any]]:
    row = rows["reading"][0]
    shares = stacked(rows["reading"], "right")
    said = [speech.read_aloud(row.arrays, k, row.cell) for k in range(len(s.reading_looks))]
    lines = [
        [look, " ".join(word for word, _ in said[k]), _share(shares[:, k])] for k, look in enumerate(s.reading_looks)
    ]
    sounds = [
        [look, " ".join(speech.espeak(*word) or "(silent)" for word in said[k])]
        for k, look in enumerate(s.reading_looks)
    ]
    return [
        table(
            "reading",
            f'"{s.sentence}" as the first net says it, in the dictionary\'s symbols',
            ["passes", "said", f"phonemes right, {len(shares)} nets, %"],
            lines,
        ),
        table("sounds", "The same as espeak-ng is given it", ["passes", "mnemonics"], sounds),
    ]


def _now(rows: Rows) -> list[dict[str, Any]]:
    steps, rates = grouped(rows["now"], "step"), chosen_rates(rows)
    first = {row.seed: row.values["tested_phoneme"] for row in steps[0] if not row.failed}
    lines = []
    for k, group in steps.items():
        gains = [r.values["tested_phoneme"] - first[r.seed] for r in group if not r.failed and r.seed in first]
        lines.append(
            [
                today.STEPS[k],
                rates[k],
                len(group),
                failures(group),
                _share(finished(group, "learned_phoneme")),
                _share(finished(group, "tested_phoneme")),
                _share(np.array(gains)) if k else "",
            ]
        )
    columns = ["step", "rate", "nets", "failed", "phonemes of words learned, %", "of others, %", "gain, points"]
    return [table("now", "Each step keeps those before it", columns, lines)]


def words(s: Settings, rows: Rows) -> dict[str, Any]:
    """Numbers that the text of the report names."""
    nets = grouped(pick(rows["learning"], rule=THEN), "hidden")
    right = {hidden: at(group, "phoneme", -1).mean() for hidden, group in nets.items() if len(hidden) < 2}
    dictionary = pick(rows["dictionary"], rule=THEN, hidden=[s.one_layer])
    simple = [
        min(("power", "exponential", "logarithm"), key=lambda law, one=one: one[law]["rms"]) == "power"  # type: ignore[misc]
        for error in ERRORS.values()
        for one in laws(rows["curve"], error)
    ]
    again = [found for group in by_rule(rows["relearning"]).values() if (found := faster(group))]
    lost = [lost_at(group, 0.5, relative=True).mean() for group in by_rule(rows["degradation"]).values()]
    worst = [100 * finished(group, "most_lost").mean() for group in by_rule(rows["lesions"]).values()]
    both, steps = rows["clusters"], grouped(rows["now"], "step")
    others = rows["others"]
    known = "the 1,000 commonest words" if s.words == "common" else "words made for this project"
    return {
        "known_words": known,
        "right_least": f"{100 * right[min(right)]:.0f}",
        "right_most": f"{100 * right[max(right)]:.0f}",
        "most_hidden": max(right)[0] if max(right) else 0,
        "untrained": f"{100 * at(dictionary, 'whole_phoneme', 0).mean():.0f}",
        "five": f"{100 * at(dictionary, 'whole_phoneme', -1).mean():.0f}",
        "per_doubling": f"{per_doubling(rows).mean():.1f}",
        "power_best": f"{np.mean(simple):.0%}".replace("%", " %"),
        "half_size_loss": _between(lost, ".1f"),
        "worst_unit": _between(worst, ".1f"),
        "faster": _between([found.estimate for found in again], ".0f"),
        "spacing_finding": _spacing_finding(rows),
        "distances": f"{finished(both, 'learned_distances').mean():.2f}",
        "distances_untaught": f"{finished(both, 'untaught_distances').mean():.2f}",
        "units_alike": f"{finished(both, 'learned_units').mean():.2f}",
        "units_untaught": f"{finished(both, 'untaught_units').mean():.2f}",
        "tested_phoneme": f"{100 * finished(others, 'tested_phoneme').mean():.0f}",
        "tested_letter": f"{100 * finished(others, 'tested_letter').mean():.0f}",
        "then_tested": f"{100 * finished(steps[0], 'tested_phoneme').mean():.1f}",
        "now_tested": f"{100 * finished(steps[max(steps)], 'tested_phoneme').mean():.1f}",
    }


def _between(values: Sequence[float], form: str) -> str:
    """One number, or the least and the most of several that differ as written."""
    told = [format(value, form) for value in sorted(values)] or ["not known how many"]
    return told[0] if told[0] == told[-1] else f"{told[0]} to {told[-1]}"


def _spacing_finding(rows: Rows) -> str:
    """Where spaced practice was kept better, and where massed was better at once, in a sentence."""
    parts = []
    for rule, group in by_rule(rows["practice"]).items():
        spacings = group[0].cell["spacings"]
        at_once = np.array([at(group, "error", (k, 0)).mean() for k in range(len(spacings))])
        later = np.array([at(group, "error", (k, -1)).mean() for k in range(len(spacings))])
        best = [spacings[int(np.argmin(errors))] for errors in (at_once, later)]
        parts.append(f"by the {rule} the error at once is least with {best[0]} words between, later with {best[1]}")
    return f"{'; '.join(parts)}.".capitalize()


def arrays(s: Settings, rows: Rows) -> dict[str, np.ndarray]:
    """What the figures draw."""
    single = [r for r in rows["learning"] if len(r.cell["hidden"]) < 2 and not r.failed]
    per_net = [
        [sum(r.cell["hidden"]), r.cell["rule"] == THEN, r.arrays["phoneme"][-1]] for r in single
    ]  # hidden units, rule, share
    then = grouped([r for r in single if r.cell["rule"] == THEN], "hidden")
    two = [r for r in rows["learning"] if len(r.cell["hidden"]) == 2]
    more, practice = rows["more words"], pick(rows["practice"], rule=THEN)
    reading = rows["reading"][0].arrays
    found = {
        "hidden": np.array(per_net, dtype=float),
        "two_layers": np.array([[r.cell["rule"] == THEN, r.arrays["phoneme"][-1]] for r in two if not r.failed]),
        "looks": np.array(single[0].cell["looks"], dtype=float),
        "way": np.array([stacked(group, "phoneme").mean(axis=0) for group in then.values()]),
        "way_hidden": np.array([sum(hidden) for hidden in then], dtype=float),
        "more": np.array(
            [[r.cell["shown"], r.values["learned_phoneme"], r.values["tested_phoneme"]] for r in more if not r.failed]
        ),
        "practice": stacked(practice, "error"),
        "said": reading["phonemes"],
        "said_stresses": reading["stresses"],
        "truth": reading["truth"],
        "now": np.array([[r.cell["step"], r.values["tested_phoneme"]] for r in rows["now"] if not r.failed]),
    }
    for name, sizes in (("one", [s.one_layer]), ("two", [s.two_layers] * 2)):
        group = pick(rows["dictionary"], rule=THEN, hidden=sizes)
        found[f"dictionary_{name}"] = stacked(group, "whole_phoneme")
        found[f"during_{name}"] = finished(group, "during_phoneme")
    curve = pick(rows["curve"], rule=THEN)
    found |= {"curve_shown": curve[0].arrays["shown"]}
    found |= {f"curve_{name}": stacked(curve, name) for name in ERRORS.values()}
    for k, group in enumerate(by_rule(rows["degradation"]).values()):
        found |= {f"damage_{k}": stacked(group, "phoneme"), f"relative_{k}": stacked(group, "relative")}
    again = pick(rows["relearning"], rule=THEN)
    found |= {"first": stacked(again, "first"), "again": stacked(again, "again")}
    nets = [r for r in rows["clusters"] if not r.failed]
    found |= {"means_a": nets[0].arrays["means"], "means_b": nets[min(1, len(nets) - 1)].arrays["means"]}
    rand = f"rand_{nets[0].cell['groups'][0]}"
    found["alike"] = np.array(
        [
            [[r.values[f"{state}_{name}"] for state in ("untaught", "learned")] for r in nets]
            for name in ("distances", rand, "units", "activity_units")
        ]
    )
    return found
