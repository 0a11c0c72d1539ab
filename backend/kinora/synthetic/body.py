"""Bodies: proportions, skin, hair and clothes of a rendered person."""

from dataclasses import dataclass

import numpy as np

Colour = tuple[float, float, float]

_SKINS: tuple[Colour, ...] = (
    (240, 205, 180), (226, 182, 150), (206, 156, 122), (172, 120, 88), (132, 88, 64),
)  # fmt: skip
_HAIRS: tuple[Colour, ...] = (
    (30, 25, 24), (60, 40, 30), (105, 70, 42), (160, 115, 65), (130, 60, 38), (140, 140, 142),
)  # fmt: skip
_SHIRTS: tuple[Colour, ...] = (
    (178, 48, 50), (44, 88, 166), (40, 122, 84), (196, 158, 60),
)  # fmt: skip
_BOTTOMS: tuple[Colour, ...] = ((40, 48, 78), (46, 46, 50))
_SHOES: tuple[Colour, ...] = ((40, 38, 38), (205, 205, 205))
_SLEEVES = ("long", "short")
_HAIRCUTS = ("short", "short", "short", "long", "bun", "bald")


@dataclass(frozen=True)
class Body:
    """One person; lengths in metres, colours as RGB from 0 to 255."""

    height: float
    torso: float
    thigh: float
    shin: float
    upper_arm: float
    forearm: float
    shoulder: float
    hip: float
    girth: float
    head: float
    skin: Colour
    hair: Colour
    haircut: str
    shirt: Colour
    sleeves: str
    bottom: Colour
    shoes: Colour

    @property
    def leg(self) -> float:
        """Hip joint to ankle with a straight knee."""
        return self.thigh + self.shin


def make_body(seed: int) -> Body:
    """The person that belongs to a seed."""
    rng = np.random.default_rng((seed, 1))
    height = rng.uniform(1.5, 1.92)
    legs = height * rng.uniform(0.415, 0.44)
    arms = height * rng.uniform(0.325, 0.345)
    broad = rng.uniform(0.9, 1.1)
    return Body(
        height=height,
        torso=height * rng.uniform(0.295, 0.31),
        thigh=legs * 0.505,
        shin=legs * 0.495,
        upper_arm=arms * 0.53,
        forearm=arms * 0.47,
        shoulder=height * 0.118 * broad,
        hip=height * rng.uniform(0.05, 0.058),
        girth=height / 1.72 * broad * rng.uniform(1.05, 1.2),
        head=height * rng.uniform(0.078, 0.084),
        skin=_SKINS[rng.integers(len(_SKINS))],
        hair=_HAIRS[rng.integers(len(_HAIRS))],
        haircut=_HAIRCUTS[rng.integers(len(_HAIRCUTS))],
        shirt=_worn(rng, _SHIRTS),
        sleeves=_SLEEVES[rng.integers(len(_SLEEVES))],
        bottom=_worn(rng, _BOTTOMS),
        shoes=_worn(rng, _SHOES),
    )


def _worn(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Colour:
    """One of the colours, as faded as the cloth is old."""
    red, green, blue = colours[rng.integers(len(colours))]
    light = rng.uniform(0.92, 1.06)
    return (min(red * light, 255), min(green * light, 255), min(blue * light, 255))
