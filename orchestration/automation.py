"""What Dagster starts by itself, without a schedule or a sensor of ours."""

from dagster import AutomationCondition


def looked_at_every_hour() -> AutomationCondition:  # type: ignore[type-arg]
    """Return the condition of raw tables: looked at once an hour.

    It fails quietly: while the automation sensor is off, Dagster's daemon is down, or a backfill is
    before it in the queue, nobody looks and the last observation stays. It decides nothing, since a
    build looks at the files themselves; the sensor `new_raw_files` and the freshness checks of the
    validation do not depend on it.
    """
    return AutomationCondition.on_cron("@hourly")
