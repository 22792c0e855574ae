"""Maximum likelihood of positive parameters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

Array = npt.NDArray[np.float64]
# Returns the mean log-likelihood of a buyer, and its slope by each parameter.
Objective = Callable[[Array], tuple[float, Array]]

# Parameters are of the order of 1: times and amounts are scaled before.
LOWER_BOUND = 1e-4
UPPER_BOUND = 1e4
# A parameter is at a bound when it is within this factor of it.
NEAR_BOUND = 1.01
# Slope of the mean log-likelihood by the logarithm of a parameter.
MAX_SLOPE = 1e-6


@dataclass(frozen=True)
class Maximum:
    """Where a likelihood is greatest.

    Attributes:
        parameters: in the order of the objective.
        is_converged: whether the likelihood is level there, other than towards a bound.
        is_at_bound: whether a parameter is at the edge of what was searched.
    """

    parameters: Array
    is_converged: bool
    is_at_bound: bool


def maximise(objective: Objective, starts: Sequence[Sequence[float]]) -> Maximum:
    """Return the best of the maxima that are found from several starts.

    The search is by L-BFGS-B on the logarithms of the parameters.

    Args:
        objective: the mean log-likelihood and its slopes.
        starts: parameters to start from, each within the bounds.
    """

    def descent(logarithms: Array) -> tuple[float, Array]:
        parameters = np.exp(logarithms)
        value, slopes = objective(parameters)
        return -value, -slopes * parameters

    bounds = [(np.log(LOWER_BOUND), np.log(UPPER_BOUND))] * len(starts[0])
    found = [
        minimize(
            descent,
            np.log(np.clip(start, LOWER_BOUND, UPPER_BOUND)),
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": 1000, "maxcor": 20, "ftol": 1e-15, "gtol": MAX_SLOPE / 100},
        )
        for start in starts
    ]
    best = min(found, key=lambda result: float(result.fun))
    parameters = np.exp(best.x)
    is_low = parameters <= LOWER_BOUND * NEAR_BOUND
    is_high = parameters >= UPPER_BOUND / NEAR_BOUND
    # Whatever pulls a parameter beyond its bound is no slope that could be followed.
    slopes = np.where((is_low & (best.jac > 0)) | (is_high & (best.jac < 0)), 0, best.jac)
    return Maximum(
        parameters=parameters,
        is_converged=bool(np.max(np.abs(slopes)) <= MAX_SLOPE),
        is_at_bound=bool(np.any(is_low | is_high)),
    )
