"""The generator of nasty shops keeps its promises: same bytes, small shops, every theme."""

from pathlib import Path

import pytest

from tests.python.nasty_shops import LONG_SEEDS, THEMES, draw_shop, write_shop
from tests.python.nasty_shops.files import render_files
from tests.python.reference.settings import Settings


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("seed", [0, 7, 11, 13, 17, 23])
def test_same_seed_gives_the_same_bytes(tmp_path: Path, seed: int) -> None:
    """Two runs of a seed agree in settings and in every file."""
    first = write_shop(tmp_path / "first", seed)
    second = write_shop(tmp_path / "second", seed)
    assert isinstance(first, Settings)
    assert first == second
    assert _files(tmp_path / "first") == _files(tmp_path / "second")


def test_other_seeds_give_other_bytes(tmp_path: Path) -> None:
    """Two seeds never give the same folder."""
    write_shop(tmp_path / "first", 1)
    write_shop(tmp_path / "second", 2)
    assert _files(tmp_path / "first") != _files(tmp_path / "second")


def test_the_seeds_that_are_drawn_hold_every_theme() -> None:
    """Each theme occurs in some shop, orders are always there, and no shop is large."""
    missing = set(THEMES)
    for seed in LONG_SEEDS:
        shop = draw_shop(seed)
        files = render_files(shop)
        missing -= shop.themes
        assert any(name.lower().startswith("orders") for name in files)
        assert max(len(rows) for rows in shop.rows.values()) < 6000
    assert not missing
