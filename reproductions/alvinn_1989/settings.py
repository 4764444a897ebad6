"""Everything that is free in the reproduction of ALVINN, and the two presets; metres, and metres per second."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

Method = Literal["-trans -buf", "-trans +buf", "+trans -buf", "+trans +buf"]
METHODS: tuple[Method, ...] = get_args(Method)
Variant = Literal["no feedback", "lighter roads only"]
Code = Literal["hill", "narrow hill", "wide hill", "one unit", "scalar"]
Rung = Literal["softmax", "adam", "mirror", "relu", "convolution", "rate decay"]
RUNGS: tuple[Rung, ...] = get_args(Rung)
Seeds = Annotated[int, Field(ge=1, le=10000)]
SeedsOrNone = Annotated[int, Field(ge=0, le=10000)]
Width = Annotated[int, Field(ge=1, le=1000)]
Positive = Annotated[float, Field(gt=0, le=1e4)]


class Settings(BaseModel):
    """How many networks, how long they learn and drive, and what is changed in their world."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seeds: Seeds = Field(60, description="networks of 1989, each with its own roads")
    images: int = Field(1200, ge=10, le=10**6, multiple_of=5, description="simulated images a network of 1989 sees")
    novel: int = Field(600, ge=10, le=10**6, multiple_of=5, description="images of new roads it is tested on")
    epochs: int = Field(40, ge=1, le=1000, description="passes through its images")
    rate: Positive = Field(0.1, description="learning rate of the networks of 1989")
    tuning_rates: tuple[Positive, ...] = Field(
        (0.01, 0.03, 0.1, 0.3, 1.0), description="learning rates tried, on worlds of their own"
    )
    tuning_seeds: Seeds = Field(5, description="networks for each learning rate tried")
    variants: tuple[Variant, ...] = Field(
        ("no feedback", "lighter roads only"), description="what is changed in the training of 1989"
    )
    hidden_1989: tuple[Width, ...] = Field((1, 2, 4, 8, 15), description="other numbers of hidden units of 1989")
    hidden_seeds: Seeds = Field(20, description="networks for each of them")
    distance_1989: Positive = Field(400.0, description="metres of road the networks of 1989 drive")
    speeds_1989: tuple[Positive, ...] = Field((0.5, 1.8), min_length=1, description="speeds at which they drive, m/s")
    roads_each: Width = Field(4, description="roads that each of them drives")
    break_seeds: Seeds = Field(20, description="networks of either year in worlds that are changed after training")
    break_distance: Positive = Field(150.0, description="metres of road driven in such a world")
    widths: tuple[Positive, ...] = Field(
        (0.4, 0.5, 0.6, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0), description="factors on the width of the road"
    )
    contrasts: tuple[float, ...] = Field(
        (-0.5, -0.3, -0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2, 0.3, 0.5), description="brightness of road less ground"
    )
    noises: tuple[Annotated[float, Field(ge=0, le=10)], ...] = Field(
        (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8), description="standard deviations of the sensor's noise"
    )
    pitches: tuple[Annotated[float, Field(ge=-20, le=20)], ...] = Field(
        (-15.0, -10.0, -7.0, -5.0, -3.0, -1.5, 0.0, 1.5, 3.0, 5.0, 7.0, 10.0, 15.0),
        description="errors of the camera's pitch, degrees",
    )
    speeds: tuple[Positive, ...] = Field(
        (1.0, 2.2352, 4.4704, 8.9408, 13.4112, 17.8816, 24.5872, 31.2928), description="speeds of the vehicle, m/s"
    )
    posts: tuple[Annotated[float, Field(ge=0, le=1000)], ...] = Field(
        (0.0, 8.0, 20.0, 50.0, 100.0, 200.0), description="posts beside 100 m of road"
    )
    minutes: tuple[Positive, ...] = Field(
        (0.5, 1.0, 2.0, 3.0, 5.0, 8.0), min_length=1, description="minutes that a network watches a person drive"
    )
    lesson: Positive = Field(5.0, description="minutes of a lesson where they are not what is varied")
    fly_rate: Positive = Field(0.1, description="learning rate of networks trained while a person drives")
    fly_seeds: Seeds = Field(80, description="networks trained so, for each claim about them")
    fly_distance: Positive = Field(200.0, description="metres of new road that they drive")
    fly_step: Positive = Field(0.1, description="seconds between steering commands while they drive")
    twenty_step: Positive = Field(0.04, description="the same at 20 miles an hour: 25 images a second")
    ablation_seeds: Seeds = Field(40, description="networks for each method and course of the ablation")
    laps: int = Field(2, ge=1, le=100, description="laps of the course in a lesson of the ablation")
    methods: tuple[Method, ...] = Field(METHODS, min_length=1, description="with or without copies and buffer")
    lights: tuple[Annotated[int, Field(ge=0, le=1000)], ...] = Field(
        (0, 1, 12), description="how often the light changes in a lesson, with a new light in the test; 0 for steady"
    )
    choice_seeds: Seeds = Field(20, description="networks for each choice that is varied by itself")
    hidden_1991: tuple[Width, ...] = Field((1, 2, 3, 4, 5, 8, 15, 30), description="numbers of hidden units of 1991")
    codes: tuple[Code, ...] = Field(get_args(Code), description="ways to write a steering direction on the outputs")
    straight: Positive = Field(2.0, description="minutes of straight road at the end of a lesson, for forgetting")
    forget_seeds: SeedsOrNone = Field(20, description="networks for each method in the study of forgetting; 0: none")
    film_frames: int = Field(20, ge=2, le=500, description="frames of learning, and as many of driving, in the film")
    world_seeds: SeedsOrNone = Field(20, description="networks that drive in CarRacing, if it is installed; 0: none")
    now_seeds: SeedsOrNone = Field(12, description="networks for each rung of the ladder to today; 0: none")
    now_tuning_seeds: SeedsOrNone = Field(3, description="networks for each rate tried for a rung; 0: a middle rate")
    rungs: tuple[Rung, ...] = Field(
        RUNGS, min_length=1, description="rungs of the ladder that are tried; each has the changes of all before it"
    )
    block: int = Field(10, ge=1, le=1000, description="networks that are handed to a process at once")
    entropy: int = Field(1989, ge=0, description="the number from which all random numbers start")


PRESETS = {
    "quick": Settings(
        seeds=5,
        images=400,
        novel=100,
        epochs=14,
        tuning_rates=(),
        variants=(),
        hidden_1989=(4,),
        hidden_seeds=5,
        distance_1989=50,
        speeds_1989=(1.8,),
        roads_each=1,
        break_seeds=5,
        break_distance=50,
        widths=(0.4, 1.0),
        contrasts=(),
        noises=(),
        pitches=(),
        speeds=(8.9408,),
        posts=(),
        minutes=(2.0,),
        lesson=1.4,
        fly_seeds=5,
        fly_distance=40,
        fly_step=0.25,
        twenty_step=0.1,
        ablation_seeds=5,
        laps=1,
        methods=("-trans -buf", "+trans -buf", "+trans +buf"),
        lights=(),
        choice_seeds=5,
        hidden_1991=(1,),
        codes=("scalar",),
        straight=1.0,
        forget_seeds=5,
        film_frames=8,
        world_seeds=0,
        now_seeds=3,
        now_tuning_seeds=0,
        rungs=("adam", "relu"),
        block=5,
    ),
    "paper": Settings(),
}
