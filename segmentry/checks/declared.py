"""The data tests of dbt as checks: what holds of a column is declared once, beside its model."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from segmentry.checks.rules import Between, Check, DbtTest, NeverNull, Rule, Unique
from segmentry.records.data_tests import DataTest


def declared_checks(
    tests: Iterable[DataTest], columns: Mapping[str, Collection[str]]
) -> list[Check]:
    """Return the checks that dbt's data tests declare of the published tables.

    A rule of several columns is a check of each. Tests that ask more than published tables can
    answer are dbt's alone.

    Args:
        tests: the data tests.
        columns: the columns of every published table.
    """
    checks = {
        check.name: check
        for test in audited_tests(tests, columns.keys())
        for check in checks_of(test, columns[test.table])
    }
    return list(checks.values())


def audited_tests(tests: Iterable[DataTest], tables: Collection[str]) -> list[DataTest]:
    """Return the data tests that must hold of what is published, and that it can answer.

    Args:
        tests: the data tests.
        tables: the published tables.
    """
    return [test for test in tests if test.stops_publishing and test.is_answered_by(tables)]


def checks_of(test: DataTest, columns: Collection[str]) -> Iterator[Check]:
    """Yield the checks that a data test declares.

    Args:
        test: the data test.
        columns: the columns of its table.
    """
    shown = tuple(column for column in test.shown_columns if column in columns)
    rules = list(rules_of(test))
    for name, rule in rules:
        yield Check(f"{test.table}_{name}", test.table, rule, shown_columns=shown)
    if not rules:
        # So dbt calls the column whose values are found nowhere else.
        found = ("from_field",) if {*test.columns} <= {*shown} else ()
        rule = DbtTest(test.query, test.expectation)
        yield Check(test.name, test.table, rule, shown_columns=(*test.shown_columns, *found))


def rules_of(test: DataTest) -> Iterator[tuple[str, Rule]]:
    """Yield what a data test says of single columns, each with its name."""
    for column in test.columns:
        match test.kind:
            case "not_null" | "never_null":
                yield f"{column}_is_never_null", NeverNull(column)
            case "unique":
                yield f"{column}_is_unique", Unique(column)
            case "within_range":
                yield f"{column}_is_in_range", Between(column, test.minimum, test.maximum)
