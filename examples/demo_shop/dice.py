"""Seeded chance that gives the same draws on every Python.

Only `random.Random.random` is promised to keep its sequence from one Python to the next, so every
draw is made from it alone. Weights are whole numbers, because the order and the method of adding
fractions would otherwise show in the draws.
"""

import random
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TypeVar

Item = TypeVar("Item")


class Dice:
    """A stream of draws that depends on nothing but its name."""

    def __init__(self, *name: str) -> None:
        self._random = random.Random("/".join(name))

    def chance(self, percent: float) -> bool:
        """Return true in `percent` of 100 cases."""
        return self._random.random() * 100 < percent

    def between(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, items: Sequence[Item]) -> Item:
        """Return one of the items, each as likely as the others."""
        return items[self.between(0, len(items) - 1)]

    def weighted(self, weights: Mapping[Item, int]) -> Item:
        """Return one of the keys, each as likely as its weight is large."""
        items = list(weights)
        bounds = list(accumulate(weights.values()))
        drawn = self.between(1, bounds[-1])
        return next(item for item, bound in zip(items, bounds, strict=True) if drawn <= bound)
