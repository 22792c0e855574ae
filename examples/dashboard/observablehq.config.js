import {execFileSync} from "node:child_process";

// The data are read by the project's Python, whose DuckDB is the one that wrote them.
const python = process.env.SEGMENTRY_PYTHON ?? "../../.venv/bin/python";
const query = (...files) => execFileSync(python, ["query.py", ...files], {encoding: "utf-8"});

// Every query of a build is of one version, whatever is published meanwhile.
process.env.SEGMENTRY_DASHBOARD_VERSION ??= query().trim();

export default {
  title: "Segmentry",
  root: "src",
  pages: [
    {name: "Segments", path: "/segments/"},
    {name: "Orders", path: "/orders"},
    {name: "Carts", path: "/carts"},
  ],
  theme: ["air", "near-midnight"],
  // No font of others: pages call nobody.
  globalStylesheets: [],
  interpreters: {".sql": [python, "query.py"]},
  dynamicPaths: () =>
    JSON.parse(query("src/data/segments.json.sql")).map(({segment}) => `/segments/${segment}`),
  head: '<link rel="stylesheet" href="style.css"><link rel="icon" href="data:,">',
  footer: "",
  // Any server of files, and a folder, will do.
  preserveExtension: true,
  preserveIndex: true,
  toc: false,
  pager: false,
};
