"""The settings of the shop are those of the published version, whose days the build continues."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from segmentry.checks.results import CheckResult
from segmentry.checks.rules import Check, NoRows
from segmentry.records.versions import Version


@dataclass(frozen=True)
class ShopSetting:
    """A setting that every day of a shop has in common.

    Attributes:
        variable: its dbt var.
        environment: the environment variable that gives it.
        label: what it is called in a sentence.
    """

    variable: str
    environment: str
    label: str

    @property
    def check(self) -> str:
        """The name of its check."""
        return f"{self.variable}_is_as_published"


SHOP_SETTINGS = (
    ShopSetting("shop_timezone", "SEGMENTRY_TIMEZONE", "time zone"),
    ShopSetting("reporting_currency", "SEGMENTRY_CURRENCY", "currency"),
    ShopSetting("shop_country", "SEGMENTRY_COUNTRY", "country"),
)


def shop_checks(versions: Sequence[Version]) -> Iterator[Check]:
    """Yield what must hold of the settings of the shop.

    Args:
        versions: the versions that led to the current one, oldest first.
    """
    published = published_settings(versions)
    for setting in SHOP_SETTINGS:
        yield Check(
            setting.check,
            "customer_facts",
            NoRows(
                values_query(setting.variable, published.get(setting.variable)),
                f"values of {setting.variable} that are not the published one",
            ),
        )


def published_settings(versions: Sequence[Version]) -> Mapping[str, str]:
    """Return the settings of the current version by var; none before the first publish.

    Versions of before the settings were noted have none either, and are continued by any.
    """
    return versions[-1].manifest.settings if versions else {}


def values_query(variable: str, published: str | None) -> str:
    """Return the query for the values of a var in a build that are not the published one."""
    value = f"json_extract_string(variables, '$.{variable}')"
    other = (
        "false" if published is None else f"{value} <> '{published.replace(chr(39), chr(39) * 2)}'"
    )
    return f"select distinct {value} as id from model_fingerprints where {other}"


def explain_settings(
    results: Sequence[CheckResult], versions: Sequence[Version]
) -> list[CheckResult]:
    """Return the results; those of changed settings say both values and what to do.

    Args:
        results: the results of all checks.
        versions: the versions that led to the current one, oldest first.
    """
    published = published_settings(versions)
    by_check = {setting.check: setting for setting in SHOP_SETTINGS}
    return [
        replace(result, message=tell_change(by_check[result.name], published, result))
        if result.name in by_check and not result.success and result.exception is None
        else result
        for result in results
    ]


def tell_change(setting: ShopSetting, published: Mapping[str, str], result: CheckResult) -> str:
    """Return in words that a setting is another than in the published version."""
    before = published[setting.variable]
    return (
        f"The {setting.label} of the published version is {before}, that of this build "
        f"{', '.join(result.sample_ids)}: set {setting.environment}={before} in .env and build "
        f"again, or, if the change is meant, publish with ACCEPT={setting.check}."
    )
