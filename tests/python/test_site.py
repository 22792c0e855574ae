"""The site of the documentation: whole, at home on a disk, and silent."""

import fcntl
import json
import os
import re
import shutil
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from markdown import markdown
from markdown_it import MarkdownIt

from segmentry.errors import PagesError
from segmentry.pages import dbt_docs, site
from segmentry.pages.rendering import as_code, page_template, prose
from segmentry.pages.repository import repository_pages, write_pages
from segmentry.project.segment_catalog import read_segment_catalog
from segmentry.settings.shop import Settings
from tests.python.browser import CHROMIUM, open_browser
from tests.python.conftest import skip_unless_proving
from tests.python.warehouse import ROOT

SALT = "salt-that-nobody-may-read"
# Made by others, with scripts in place of text; and what a server says of what is not there.
NO_PAGES = {dbt_docs.MODELS, dbt_docs.COLUMNS, "404.html"}
# The field that one types into, which no other page has.
SEARCH = """[...document.querySelectorAll("*")]
    .map(one => one.shadowRoot?.querySelector("input")).find(one => one)"""
LOADED = {"src", "srcset", "data", "poster"}


class Page(HTMLParser):
    """What a page of the site is made of.

    Attributes:
        ids: its anchors.
        links: where its links lead.
        loads: what it loads.
        counts: how many lists, tables, blocks of code and headings its text has.
    """

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.loads: set[str] = set()
        self.counts: Counter[str] = Counter()
        self._in_text = False
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its attributes."""
        self._in_text = self._in_text or tag == "article"
        if self._in_text:
            self.counts[tag] += 1
        for name, value in attrs:
            if name == "id":
                self.ids.add(value or "")
            elif name in LOADED or (name == "href" and tag == "link"):
                self.loads.add(value or "")
            elif name == "href":
                self.links.add(value or "")

    def handle_endtag(self, tag: str) -> None:
        """Note the end of the text."""
        if tag == "article":
            self._in_text = False


@pytest.fixture(scope="session")
def built(whole_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site of the demo shop, built once for all workers."""
    skip_unless_proving()
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "site"
    with (shared / "site.lock").open("w") as lock, pytest.MonkeyPatch.context() as patch:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            draft = shared / "site_draft"
            draft.mkdir()
            warehouse = Path(shutil.copyfile(whole_build, draft / "segmentry.duckdb"))
            settings = Settings(None, warehouse, draft / "published")
            patch.setenv("SEGMENTRY_ID_SALT", SALT)
            site.build_site(ROOT, draft / "target", settings, {})
            draft.rename(folder)
    return folder / "target" / "site"


@pytest.fixture(scope="module")
def pages(built: Path) -> dict[str, Page]:
    """Return the pages of the site by their path."""
    files = {path.relative_to(built).as_posix(): path for path in built.rglob("*.html")}
    return {name: Page(path) for name, path in files.items() if name not in NO_PAGES}


def html_of(page: str) -> str:
    """Return the path in the site of a Markdown file of the repository."""
    path = Path(page)
    return str(path.with_name("index.html" if path.name == "README.md" else f"{path.stem}.html"))


def test_every_link_leads_somewhere(built: Path, pages: dict[str, Page]) -> None:
    models = json.loads((built.parent / "manifest.json").read_bytes())["nodes"]
    for name, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme:
                assert parts.scheme in ("https", "http", "mailto"), (name, link)
                continue
            path = unquote(parts.path)
            target = os.path.normpath(Path(name).parent / path) if path else name
            assert (built / target).is_file(), (name, link)
            if target == dbt_docs.MODELS and parts.fragment:
                assert parts.fragment.removeprefix("!/model/") in models, (name, link)
            elif target == dbt_docs.COLUMNS and parts.query:
                model = re.match(r"model=([\w.]+)", parts.query)
                assert model and model[1] in models, (name, link)
            elif parts.fragment and target in pages:
                assert unquote(parts.fragment) in pages[target].ids, (name, link)


def test_pages_load_nothing_from_elsewhere(built: Path, pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        for load in page.loads - {""}:
            assert not urlsplit(load).scheme and not load.startswith("//"), (name, load)
            assert (built / Path(name).parent / urlsplit(load).path).exists(), (name, load)


def test_links_lead_somewhere_in_the_repository_too() -> None:
    for name, text in repository_pages(ROOT).items():
        for token in MarkdownIt("commonmark").enable("table").parse(text):
            for child in token.children or []:
                target = str(child.attrs.get("href") or child.attrs.get("src") or "")
                parts = urlsplit(target)
                if parts.path and not parts.scheme:
                    assert ((ROOT / name).parent / unquote(parts.path)).exists(), (name, target)


def test_pages_have_the_parts_that_git_hosts_show(pages: dict[str, Page]) -> None:
    """Lists, tables and blocks of code are read as CommonMark reads them."""
    tags = {
        "bullet_list_open": "ul",
        "ordered_list_open": "ol",
        "list_item_open": "li",
        "table_open": "table",
        "fence": "pre",
        "heading_open": "heading",
    }
    repository = repository_pages(ROOT)
    assert len(repository) > 25
    for name, text in repository.items():
        tokens = MarkdownIt("commonmark").enable("table").parse(text)
        said = Counter(tags[token.type] for token in tokens if token.type in tags)
        shown = pages[html_of(name)].counts
        shown["heading"] = sum(shown[f"h{level}"] for level in range(1, 7))
        assert {tag: shown[tag] for tag in tags.values()} == {
            tag: said[tag] for tag in tags.values()
        }, name


def test_every_segment_and_table_has_its_place(pages: dict[str, Page]) -> None:
    segments = read_segment_catalog()
    for segment in segments:
        page = pages[f"segments/{segment.name}.html"]
        file = f"../models/segments/{segment.family}/segment_{segment.name}"
        model = f"model.segmentry.segment_{segment.name}"
        assert {
            f"{file}.sql.html",
            f"{file}.yml.html",
            f"../lineage/columns.html?model={model}&parents=2",
            f"../lineage/dbt.html#!/model/{model}",
        } <= page.links
        assert {"rule-as-sql", "tests", "lineage"} <= page.ids
        assert f"segment_{segment.name}" in pages[f"tables/segments-{segment.family}.html"].ids
    assert "customer_facts" in pages["tables/marts.html"].ids


def test_search_knows_every_page(built: Path, pages: dict[str, Page]) -> None:
    items = json.loads((built / "search.json").read_bytes())["items"]
    assert {item["location"].partition("#")[0] for item in items} == pages.keys()
    titles = {item["title"] for item in items if item["location"].startswith("segments/")}
    assert {segment.label for segment in read_segment_catalog()} <= titles
    # Without a server the index is a script.
    script = (built / "search.js").read_text(encoding="utf-8")
    assert json.loads(script.removeprefix("var __index = ").rstrip(";\n"))["items"] == items


def test_nothing_of_the_machine_and_no_salt(built: Path) -> None:
    compiled = (built.parent / "manifest.json").read_text(encoding="utf-8")
    assert SALT in compiled
    for path in built.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            for secret in (SALT, str(ROOT), str(built.parents[2])):
                assert secret not in text, path


def test_lineage_knows_where_columns_come_from(built: Path) -> None:
    lineage = json.loads((built.parent / "lineage" / "colibri-manifest.json").read_bytes())
    edges = {
        (edge["source"], edge["sourceColumn"], edge["target"], edge["targetColumn"])
        for edge in lineage["lineage"]["edges"]
    }
    model = "model.segmentry"
    for source, column, target, name in (
        ("order_facts", "last_order_at", "segment_coupon_lovers", "evidence_at"),
        ("order_facts", "coupon_order_share", "segment_coupon_lovers", "reason"),
        ("segment_coupon_lovers", "reason", "segment_memberships", "reason"),
        ("order_facts", "coupon_order_share", "customer_facts", "coupon_order_share"),
    ):
        assert (f"{model}.{source}", column, f"{model}.{target}", name) in edges


@pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")
def test_it_works_from_a_disk(built: Path) -> None:
    with open_browser() as browser:
        for page in ("index.html", "segments/index.html", "tables/marts.html", dbt_docs.COLUMNS):
            browser.open((built / page).as_uri())
            assert browser.errors() == []
            assert browser.calls() == []
        # dbt's own page tries to load icons before it knows their names.
        browser.open(f"{(built / dbt_docs.MODELS).as_uri()}#!/model/model.segmentry.orders")
        browser.wait_for("document.body.innerText.includes('One row per order')")
        assert browser.calls() == []


@pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")
@pytest.mark.parametrize("width", [390, 1280])
def test_search_finds_a_segment_without_a_server(built: Path, width: int) -> None:
    with open_browser(width) as browser:
        browser.open((built / "segmentry" / "publish" / "index.html").as_uri())
        assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
        browser.wait_for("!document.querySelector('.md-search').hidden")
        browser.evaluate("document.querySelector('.md-search__button').click()")
        browser.wait_for(f"Boolean({SEARCH})")
        browser.evaluate(f"{SEARCH}.focus()")
        browser.call("Input.insertText", text="coupon lovers")
        found = f"[...{SEARCH}.getRootNode().querySelectorAll('a')].map(one => one.href)"
        browser.wait_for(f"{found}.some(one => one.includes('/segments/coupon_lovers.html'))")
        assert browser.errors() == []
        assert browser.calls() == []


def test_links_become_pages(tmp_path: Path) -> None:
    project, folder = tmp_path / "project", tmp_path / "pages"
    for name, text in {
        "rules/a.sql": "select '```' as marks",
        "rules/b.sql": "select 2",
        "guide/README.md": "# Guide",
        "guide/picture.svg": "<svg/>",
        ".settings": "A=1",
    }.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text, encoding="utf-8")
    (project / "data.bin").write_bytes(b"\xff\xfe\x00")
    page = """[rule](../rules/a.sql) [rules](../rules) [guide](../guide) [settings](../.settings)
![picture](../guide/picture.svg) [data](../data.bin) [gone](../gone.sql) [host](https://x.example/a)
[up](../../outside.md) [there](../guide/README.md#guide)

```text
[rule](../rules/a.sql)
```

```mermaid
flowchart LR
    a --> b
```
"""
    (tmp_path / "outside.md").write_text("outside", encoding="utf-8")
    write_pages({"docs/page.md": page, "guide/README.md": "# Guide"}, project, folder)
    written = (folder / "docs" / "page.md").read_text(encoding="utf-8")
    assert (
        written
        == """[rule](../rules/a.sql.md) [rules](../rules/index.md) \
[guide](../guide/README.md) [settings](../settings.md)
![picture](../guide/picture.svg) [data](../data.bin) [gone](../gone.sql) [host](https://x.example/a)
[up](../../outside.md) [there](../guide/README.md#guide)

```text
[rule](../rules/a.sql)
```

??? abstract "Diagram, as text"

    ```text
    flowchart LR
        a --> b
    ```
"""
    )
    assert {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    } == {
        "data.bin",
        "docs/page.md",
        "guide/README.md",
        "guide/picture.svg",
        "rules/a.sql.md",
        "rules/b.sql.md",
        "rules/index.md",
        "settings.md",
    }
    assert "- [b.sql](b.sql.md)" in (folder / "rules" / "index.md").read_text(encoding="utf-8")
    shown = (folder / "rules" / "a.sql.md").read_text(encoding="utf-8")
    assert shown == "# `rules/a.sql`\n\n````sql+jinja\nselect '```' as marks\n````\n"


@pytest.mark.parametrize(
    "value",
    ["<script>x</script>", "a|b", "`a`|``b``", "[x](y)", "*a*\n\n# b", "\\", "&lt;", "💥 ` ", "`"],
)
def test_values_of_a_shop_stay_values(value: str) -> None:
    html = markdown(
        f"| a | b |\n|---|---|\n| {as_code(value)} | {prose(value)} |", extensions=["tables"]
    )
    page = Counter(re.findall(r"<(\w+)", html))
    assert page["td"] == 2
    assert page.keys() <= {"table", "thead", "tbody", "tr", "th", "td", "code"}
    assert as_code("") == ""


def test_the_report_is_linked_where_it_is(tmp_path: Path) -> None:
    project = tmp_path / "project"
    published, target = project / "published", project / "target"
    assert site.report_link(project, target, published) == ""
    (published / site.REPORT).parent.mkdir(parents=True)
    (published / site.REPORT).touch()
    link = site.report_link(project, target, published)
    assert link == "../../../published/current/report/index.html"
    assert site.report_link(tmp_path / "other", target, published) == ""


def test_what_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "find_spec", lambda name: None)
    with pytest.raises(PagesError, match=r"pip install 'segmentry\[docs\]'"):
        site.build_site(ROOT, tmp_path, Settings(None, tmp_path / "none.duckdb", tmp_path), {})


def test_a_link_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "README.md").write_text("# Start\n\n[a](#nowhere)\n", encoding="utf-8")
    for asset in ("iframe-worker.js", "site.css"):
        (tmp_path / "pages" / asset).touch()
    configuration = tmp_path / "zensical.toml"
    configuration.write_text(page_template(configuration.name).render(headings=[]))
    with pytest.raises(PagesError, match=r"README\.md:3"):
        site.make_html(configuration)


def test_lineage_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    (tmp_path / "catalog.json").write_text("{}", encoding="utf-8")
    with pytest.raises(PagesError, match="lineage of columns"):
        dbt_docs.write_lineage(tmp_path, tmp_path)


@pytest.mark.prove
def test_without_a_build_there_are_no_numbers(tmp_path: Path) -> None:
    settings = Settings(None, tmp_path / "none.duckdb", tmp_path / "published")
    start = site.build_site(ROOT, tmp_path / "target", settings, {})
    assert not settings.warehouse.exists()
    assert not (start.parent / "lineage").exists()
    text = (start.parent / "segments" / "coupon_lovers.html").read_text(encoding="utf-8")
    assert "Members" not in text
    assert "lineage/" not in text
