"""Which sizes of segments may be shown: of a sensitive one no count of a few people."""

from collections.abc import Mapping

from segmentry.project.segment_catalog import read_segment_catalog
from segmentry.settings.shop import ROOT
from segmentry.settings.variables import configured_variables


def shown_sizes(sizes: Mapping[str, int]) -> dict[str, int]:
    """Return the sizes of segments without those of sensitive ones that have a few people.

    A few are fewer than the var `report_min_group`, as in the report.

    Args:
        sizes: customers by segment.
    """
    least = int(configured_variables(ROOT)["report_min_group"])
    sensitive = {segment.name for segment in read_segment_catalog() if segment.is_sensitive}
    return {
        segment: size
        for segment, size in sizes.items()
        if segment not in sensitive or not 0 < size < least
    }
