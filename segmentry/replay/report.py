"""A replay in words."""

from collections.abc import Iterator, Sequence

from segmentry.replay.computation import ReplayedDay
from segmentry.replay.days import Plan


def said_of_left_out(plan: Plan) -> Iterator[str]:
    """Yield a sentence for each reason why days are left out."""
    if plan.too_early:
        why = (
            f"the first order was placed on {plan.first_ordered_on}"
            if plan.first_ordered_on
            else "there is no order"
        )
        yield f"{counted(len(plan.too_early))} left out: {why}."
    if plan.published:
        yield f"{counted(len(plan.published))} left out: published, which stays as it was."


def said_of_result(plan: Plan, done: Sequence[ReplayedDay]) -> str:
    """Return what came of it, and what to do next."""
    if not done:
        return f"Nothing to replay before {plan.last_build.as_of_date}."
    kept = sum(day.is_kept for day in done)
    if kept == len(done):
        return f"{counted(kept)} there already; --again computes them anew."
    there = f", {kept} of them there already" if kept else ""
    return (
        f"{counted(len(done))} replayed{there}: segment_sizes and shop_sizes have them from the "
        "next build on (make build)."
    )


def counted(days: int) -> str:
    """Return a number of days in words."""
    return f"{days:,} {'day' if days == 1 else 'days'}"
