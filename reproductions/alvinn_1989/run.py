"""The studies of ALVINN: what each trains and drives, and what it is for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from core.evidence.measured import Cost, counted
from core.evidence.rows import Rows
from core.evidence.studies import Cell, Cells, Study
from core.evidence.trials import TrialFunction
from core.evidence.tuning import lowest, outwards, tried_at, tuning_seeds
from core.networks import alvinn, dense
from reproductions.alvinn_1989 import car_racing, driving, film_drives, forgetting, now, on_the_fly, snapshots
from reproductions.alvinn_1989 import network_1991 as fly
from reproductions.alvinn_1989.settings import Settings

COURSES, TESTS = ("both ways", "one way"), ("same", "mirror")
LAP = on_the_fly.LAP / fly.SPEED / 60  # minutes of one lap of the course
CLAIMED = 2.0  # minutes of a lesson that a claim is about
TWENTY = 8.9408  # m/s: 20 miles an hour
# Which random worlds: those in which rates are chosen are not those of the studies.
OF_1991, OTHER, TUNING_1989, TUNING_1991 = 10, 20, 500, 510
CHANGED: dict[str, dict[str, Any]] = {
    "varying width": {},
    "one width": {"varying": False},
    "no feedback": {"feedback": "random"},
    "lighter roads only": {"polarity": "lighter"},
}


def studies(s: Settings) -> list[Study]:
    """Every study: snapshots and drives of 1989, training on the fly, a film, another world, the ladder to today."""
    return [*_of_1989(s), *_of_1991(s), *_others(s), *_ladder(s)]


def _study(s: Settings, name: str, function: TrialFunction, cells: Cells | Callable[[Rows], Cells]) -> Study:
    return Study(name, function, cells, block=s.block)


def _snapshots(s: Settings) -> dict[str, Any]:
    """What cells of the networks of 1989 hold."""
    return {
        "images": s.images,
        "epochs": s.epochs,
        "rate": s.rate,
        "hidden": alvinn.SIZES_1989[1],
        "feedback": "own",
        "polarity": "either",
        "varying": True,
    }


def _of_1989(s: Settings) -> list[Study]:
    base = {**_snapshots(s), "novel": s.novel, "curve": False, "keep": False}
    kept = ("varying width", "one width")
    trained: Cells = [
        ({**base, **CHANGED[name], "trained": name, "curve": name in kept, "keep": name in kept}, range(s.seeds))
        for name in (*kept, *s.variants)
    ]
    hidden: Cells = [({**base, "hidden": width}, range(s.hidden_seeds)) for width in s.hidden_1989]
    rates: Cells = [({**base, "worlds": TUNING_1989, "rate": r}, range(s.tuning_seeds)) for r in s.tuning_rates]
    slow = {**_snapshots(s), "each": s.roads_each, "distance": s.distance_1989, "step": 0.5}
    drives: Cells = [
        ({**slow, "speed": speed, "sees": sees, "step": 0.5 if speed <= 1 else 0.25}, range(s.seeds))
        for speed, sees in [(speed, "ranges") for speed in s.speeds_1989] + [(s.speeds_1989[0], "clear")]
    ]
    tests = {**_snapshots(s), "each": 1, "distance": s.break_distance, "speed": fly.SPEED, "step": fly.STEP}
    breaks: Cells = [
        ({**tests, "change": change, "levels": list(levels)}, range(s.break_seeds))
        for change, levels in break_levels(s).items()
    ]
    return [
        _study(s, "snapshots", snapshots.learn, trained),
        _study(s, "hidden units, 1989", snapshots.learn, hidden),
        _study(s, "rates, 1989", snapshots.learn, rates),
        _study(s, "drives, 1989", driving.drive, drives),
        _study(s, "breaks, 1989", driving.drive, breaks),
    ]


def break_levels(s: Settings) -> dict[str, tuple[float, ...]]:
    """What is changed in a test, and to which levels."""
    levels = {
        "width": s.widths,
        "contrast": s.contrasts,
        "noise": s.noises,
        "pitch": s.pitches,
        "speed": s.speeds,
        "posts": s.posts,
    }
    return {name: values for name, values in levels.items() if values}


def on_the_fly_base(s: Settings) -> dict[str, Any]:
    """What cells of networks trained on the fly hold."""
    return {
        "method": "+trans +buf",
        "course": "wandering",
        "minutes": s.lesson,
        "tests": ["new"],
        "distance": s.fly_distance,
        "rate": s.fly_rate,
        "step": s.fly_step,
        "worlds": OF_1991,
    }


def _of_1991(s: Settings) -> list[Study]:
    base = on_the_fly_base(s)
    few, many, recipes = range(s.choice_seeds), range(s.fly_seeds), fly.RECIPES.items()
    twenty = {"test_speed": TWENTY, "step": s.twenty_step}
    printed: Cells = [
        ({**base, **recipe, **changes, "recipe": name, "road": road}, many)
        for name, recipe in recipes
        for road, changes in (
            ("one lane", {}),
            ("two lanes, lined", {"kind": "two lanes, lined"}),
            ("dirt", {"kind": "dirt"}),
            ("20 miles an hour", twenty),
        )
    ]
    ablation: Cells = [
        (
            {**base, "method": method, "course": course, "minutes": laps * LAP, "laps": laps, "tests": list(TESTS)},
            range(s.ablation_seeds),
        )
        for laps in sorted({1, s.laps})
        for method in s.methods
        for course in COURSES
    ]
    light: Cells = [
        ({**base, "light": lights > 0, "lights": max(lights, 1), "new_light": lights > 0}, few) for lights in s.lights
    ]
    breaks: Cells = [
        ({**base, "change": change, "levels": list(levels), "distance": s.break_distance}, range(s.break_seeds))
        for change, levels in break_levels(s).items()
        if change != "posts"
    ]
    rates: Cells = [
        ({**base, **recipe, "recipe": name, "worlds": TUNING_1991, "rate": rate}, range(s.tuning_seeds))
        for name, recipe in recipes
        for rate in s.tuning_rates
    ]
    found = {
        "recipes and roads": printed,
        "minutes": [({**base, "minutes": minutes}, many if minutes == CLAIMED else few) for minutes in s.minutes],
        "labels": [({**base, "labels": "driver"}, many)],
        "hidden units, 1991": [({**base, "hidden": width}, few) for width in s.hidden_1991],
        "codes": [({**base, "code": code}, few) for code in s.codes],
        "light": light,
        "ablation": ablation,
        "breaks, 1991": breaks,
        "rates, 1991": rates,
    }
    made = [_study(s, name, on_the_fly.learn, cells) for name, cells in found.items()]
    if s.forget_seeds:
        recipe = fly.RECIPES["as printed in 1990"]
        cells: Cells = [
            (
                {
                    **recipe,
                    "method": method,
                    "minutes": s.lesson,
                    "straight": straight,
                    "rate": s.fly_rate,
                    "worlds": OF_1991,
                },
                range(s.forget_seeds),
            )
            for method in s.methods
            for straight in (0.0, s.straight)
        ]
        made.append(_study(s, "forgetting", forgetting.forget, cells))
    return made


def _others(s: Settings) -> list[Study]:
    cell = {
        "method": "+trans +buf",
        "course": "wandering",
        "minutes": s.lesson,
        "distance": s.fly_distance,
        "rate": s.fly_rate,
        "frames": s.film_frames,
        "worlds": OF_1991,
    }
    found = [Study("film", film_drives.film, [(cell, range(1))])]
    simulator = car_racing.installed()
    if s.world_seeds and simulator:
        other = {
            "hidden": alvinn.SIZES_1991[1],
            "laps": 1,
            "copies": fly.COPIES,
            "rate": s.fly_rate,
            "worlds": OTHER,
            "simulator": simulator,
        }
        found.append(Study("another world", car_racing.learn_and_drive, [(other, range(s.world_seeds))]))
    return found


def _ladder(s: Settings) -> list[Study]:
    """From the recipe of 1989 to today's on the same images, each rung with a rate chosen on other worlds."""
    if not s.now_seeds:
        return []

    def place(name: str, worlds: int) -> dict[str, Any]:
        base = {"images": s.images, "novel": s.novel, "epochs": s.epochs, "polarity": "either", "varying": True}
        return {**base, "worlds": worlds, "rung": name, **now.rung(name)}

    def search(rows: Rows) -> Cells:
        wanted: list[tuple[Cell, Sequence[int]]] = []
        for name in rates_sought(s):
            places, seeds = [place(name, TUNING_1989)], tuning_seeds(s.now_tuning_seeds)
            wanted += outwards("rates of the ladder", places, "rate", now.RATES[name], seeds=seeds, score="units_off")(
                rows
            )
        return wanted

    def climbing(rows: Rows) -> Cells:
        rates = {name: tried[len(tried) // 2] for name, tried in now.RATES.items()}
        for name in rates_sought(s) if s.now_tuning_seeds else ():
            tried = tried_at(rows["rates of the ladder"], place(name, TUNING_1989), "rate", now.RATES[name])
            rates[name] = lowest(tried, "units_off")
        return [({**place(name, 0), "rate": rates[rate_of(name)]}, range(s.now_seeds)) for name in s.rungs]

    found = [Study("ladder", now.climb, climbing, block=2)]
    if s.now_tuning_seeds:
        found.insert(0, Study("rates of the ladder", now.climb, search, block=2))
    return found


def rate_of(name: str) -> str:
    """The rung whose rate a rung takes: the last one, itself included, for which a rate is looked for."""
    names = list(now.RUNGS)
    return next(one for one in reversed(names[: names.index(name) + 1]) if one in now.RATES)


def rates_sought(s: Settings) -> list[str]:
    """The rungs for which a rate is looked for, as far as a rung that is tried takes it."""
    return list(dict.fromkeys(rate_of(name) for name in s.rungs))


def cost(s: Settings, rows: Rows) -> Cost:
    """Presentations and multiply-accumulates of training in the studies of snapshots, drives and on the fly."""
    presentations = operations = 0
    for study in ("snapshots", "hidden units, 1989", "rates, 1989", "drives, 1989", "breaks, 1989"):
        for row in rows[study]:
            shown = row.cell["images"] * row.cell["epochs"]
            presentations += shown
            operations += shown * dense.operations((alvinn.SIZES_1989[0], row.cell["hidden"], alvinn.SIZES_1989[2]))
    for study in ON_THE_FLY:
        for row in rows.get(study, []):
            shown = round(row.cell["minutes"] * 60 / fly.pace_of(row.cell)[1]) * fly.BUFFER
            units = 1 if row.cell.get("code") == "scalar" else alvinn.SIZES_1991[2]
            presentations += shown
            sizes = (alvinn.PICTURE, row.cell.get("hidden", alvinn.SIZES_1991[1]), units)
            operations += shown * dense.operations(sizes)
    told = "multiply-accumulates of training in the studies of snapshots, drives and training on the fly; looking and "
    told += "driving not counted"
    return replace(
        counted(rows, main="snapshots"), presentations=presentations, operations=operations, operations_are=told
    )


ON_THE_FLY = (
    "recipes and roads",
    "minutes",
    "labels",
    "hidden units, 1991",
    "codes",
    "light",
    "ablation",
    "breaks, 1991",
    "rates, 1991",
)
