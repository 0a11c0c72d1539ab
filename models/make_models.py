"""Trains the shipped models anew, and what docs/models.md reports beside them.

make models DATA=data

DATA holds har15, jhmdb21, ucf101_6 and fight_surv as docs/models.md describes them. A step whose
bundle is there is skipped, so delete the shipped ones first to train them anew; one that was
interrupted goes on, so the same command can be given again.
"""

import shutil
import sys
from pathlib import Path

from kinora.cli import main
from kinora.training.workspace import folder_for

MODELS = Path(__file__).parent
RUNS = MODELS.parent / "runs"
PLOTS = MODELS.parent / "plots"
# Right and wrong answers of everyday21 about rendered people, who may be shown to everybody.
EXAMPLES = RUNS / "everyday21-examples"
SEEDS = (0, 1, 2)
SPLITS = ("split1", "split2", "split3")


def recipes(data: Path) -> list[list[str]]:
    """The command lines, in order."""
    people, few_people, new_people = data / "people", data / "people24", data / "new_people"
    har, everyday, ucf = data / "har15", data / "jhmdb21", data / "ucf101_6"
    # The encoder learns what people do from images first, small and fast, then in full size: three
    # times, from other seeds, as the average of them is right more often than each.
    small = ["train", har, "--with", ucf, people, "--tune", 10, "--out", RUNS / "activities15-160"]
    large = [
        [
            *("train", har, "--weights", RUNS / "activities15-160", "--seed", seed),
            *("--tune", 4, "--tune-rate", 1e-4, "--tune-size", 224),
            *("--out", RUNS / f"activities15-{seed}"),
        ]
        for seed in SEEDS
    ]
    starts = ",".join(str(RUNS / f"activities15-{seed}") for seed in SEEDS)
    average = ["train", har, "--weights", starts, "--epochs", 0, "--views", 1]
    # Halfway between ImageNet and the first of them, it sees videos best. Rendered people join.
    videos = ["train", everyday, "--weights", f"imagenet,{RUNS / 'activities15-0'}"]
    videos += ["--with", few_people, "--dropout", 0.7, "--views", 3, "--units", 32, "--folds", 5]
    # The first split's is the one that ships.
    outs = (MODELS / "everyday21", *(RUNS / f"everyday21-{split}" for split in SPLITS[1:]))
    everydays = [
        [*videos, "--split", split, "--out", out] for split, out in zip(SPLITS, outs, strict=True)
    ]
    return [
        ["data", "synth", people, "--clips-per-action", 240],
        ["data", "synth", few_people, "--clips-per-action", 24],
        small,
        *large,
        [*average, "--out", MODELS / "activities15"],
        # Int8 loses less than is allowed, but more than one image's millisecond is worth.
        ["export", MODELS / "activities15"],
        *everydays,
        *[
            ["train", ucf, "--split", split, "--views", 3, "--out", RUNS / f"ucf101_6-{split}"]
            for split in SPLITS
        ],
        [*evaluate("activities15", har), ucf],
        [*evaluate("everyday21", everyday), ucf, data / "fight_surv"],
        # Another seed renders other people than those above.
        [
            *("data", "synth", new_people, "--clips-per-action", 12, "--seed", 7),
            *("--actions", "walk,wave,clap,jump"),
        ],
        ["evaluate", MODELS / "everyday21", new_people, "--part", "all", "--report", EXAMPLES],
    ]


def evaluate(name: str, data: Path) -> list[object]:
    """Measure a shipped model and write its card; what comes after it are the strangers."""
    notes = MODELS / f"{name}.md"
    return ["evaluate", MODELS / name, data, "--card", notes, "--strangers"]


def run(words: list[object]) -> None:
    """One command line, unless what it makes is there."""
    command = [str(word) for word in words]
    print("kinora", *command, flush=True)  # noqa: T201 - people watch it
    if command[0] == "train":
        out = Path(command[command.index("--out") + 1])
        if out.exists():
            return
        command += ["--resume"] if folder_for(out).exists() else []
    if command[:2] == ["data", "synth"] and Path(command[2]).exists():
        return
    code = main(command)
    if code:
        sys.exit(code)


if __name__ == "__main__":
    for recipe in recipes(Path(sys.argv[1])):
        run(recipe)
    shutil.copy(EXAMPLES / "examples.png", PLOTS / "everyday21")
