"""The dbt-duckdb plugin through which a build computes what experiments say."""

from dataclasses import asdict

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection, list_type, struct_type
from duckdb.sqltypes import DOUBLE

ARM = list_type(DOUBLE)
ESTIMATE = struct_type(
    dict.fromkeys(("difference", "low", "high", "p_value", "variance_removed"), DOUBLE)
)


class Plugin(BasePlugin):
    """Adds to SQL the estimates and the test of the sample ratio.

    SciPy is loaded by the first experiment that a build meets, and by no build without one.
    """

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Add `plain_estimate`, `adjusted_estimate` and `sample_ratio_p_value`.

        Args:
            conn: the connection of the warehouse.
        """
        conn.create_function("plain_estimate", plain_estimate, [ARM, ARM], ESTIMATE)
        conn.create_function("adjusted_estimate", adjusted_estimate, [ARM, ARM], ESTIMATE)
        conn.create_function("sample_ratio_p_value", sample_ratio_p_value)


def plain_estimate(sent: list[float], held_out: list[float]) -> dict[str, float | None]:
    """Return the plain estimate of two arms.

    Args:
        sent: the sums of who is sent, as `Arm.of_sums` takes them.
        held_out: those of who is held out.
    """
    from segmentry.experiments.statistics import Arm, plain

    return asdict(plain(Arm.of_sums(sent), Arm.of_sums(held_out)))


def adjusted_estimate(sent: list[float], held_out: list[float]) -> dict[str, float | None]:
    """Return the estimate of two arms, less what was different before.

    Args:
        sent: the sums of who is sent, as `Arm.of_sums` takes them.
        held_out: those of who is held out.
    """
    from segmentry.experiments.statistics import Arm, cuped

    return asdict(cuped(Arm.of_sums(sent), Arm.of_sums(held_out)))


def sample_ratio_p_value(sent: float, held_out: float, expected: float) -> float:
    """Return how likely arms of these sizes are.

    Args:
        sent: people who are sent.
        held_out: people who are held out.
        expected: how many were to be held out.
    """
    from segmentry.experiments.statistics import sample_ratio

    return sample_ratio(sent, held_out, expected)
