"""What sets clusters of buyers apart, in a few words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Standard deviations from the mean of all buyers from which on a trait is out of the ordinary.
MIN_DEVIATION = 0.5
USUAL_TRAITS = 2
MOST_TRAITS = 3
AVERAGE = "average"
# Where hardly anybody ordered twice.
MAX_ORDERS_OF_ONE_TIMERS = 1.1

# Words for below and above the mean, in the order in which they are said.
TRAITS = {
    "net_revenue": ("low spending", "high spending"),
    "order_count": ("few orders", "frequent"),
    "full_price_share": ("on discount", "full price"),
    "days_since_last_order": ("recent", "long ago"),
}


@dataclass(frozen=True)
class Trait:
    """Something by which a cluster differs from the mean of all buyers.

    Attributes:
        words: what is said of it.
        deviation: how far it is from the mean, in standard deviations; at least 0.
        place: its place in a name.
    """

    words: str
    deviation: float
    place: int


def traits_of(centroid: Mapping[str, float], average_order_count: float) -> list[Trait]:
    """Return what is out of the ordinary of a cluster, what is most so first.

    Args:
        centroid: by feature, in standard deviations from the mean of all buyers.
        average_order_count: orders per buyer of the cluster.
    """
    traits = []
    for place, (feature, (below, above)) in enumerate(TRAITS.items()):
        words = above if centroid[feature] > 0 else below
        if words == "few orders" and average_order_count <= MAX_ORDERS_OF_ONE_TIMERS:
            words = "one-time"
        traits.append(Trait(words, abs(centroid[feature]), place))
    unusual = [trait for trait in traits if trait.deviation >= MIN_DEVIATION]
    return sorted(unusual, key=lambda trait: (-trait.deviation, trait.place))


def name_clusters(traits: Mapping[int, Sequence[Trait]]) -> dict[int, str]:
    """Return a name for each cluster by its number, no two alike.

    Two traits are said; clusters that share these say a third; those that still share a name, their
    numbers.

    Args:
        traits: those of each cluster, what is most out of the ordinary first.
    """
    names = {cluster: _said(told[:USUAL_TRAITS]) for cluster, told in traits.items()}
    for cluster in _sharing(names):
        names[cluster] = _said(traits[cluster][:MOST_TRAITS])
    for cluster in _sharing(names):
        names[cluster] += f" ({cluster})"
    return names


def _said(traits: Sequence[Trait]) -> str:
    ordered = sorted(traits, key=lambda trait: trait.place)
    return ", ".join(trait.words for trait in ordered) or AVERAGE


def _sharing(names: Mapping[int, str]) -> list[int]:
    counts = Counter(names.values())
    return [cluster for cluster, name in names.items() if counts[name] > 1]
