(() => {
  const root = document.documentElement;
  const each = (selector, act, within = document) => within.querySelectorAll(selector).forEach(act);

  // A theme that was chosen holds over the one of the system; storage may be refused to a file.
  const remember = (theme) => { try { localStorage.setItem("theme", theme); } catch { /* not kept */ } };
  const remembered = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const isDark = () => root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  if (remembered()) root.dataset.theme = remembered();
  const theme = document.querySelector("#theme");
  const say = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    remember(root.dataset.theme);
    say();
  });
  say();
  theme.hidden = false;

  // A link to a segment opens it.
  const open = () => {
    let target = null;
    try { target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1))); }
    catch { return; }
    if (target && target.matches("details")) {
      target.hidden = false;
      target.open = true;
      target.scrollIntoView();
      target.querySelector("summary").focus({ preventScroll: true });
    }
  };
  addEventListener("hashchange", open);
  each('a[href^="#segment-"]', (link) => link.addEventListener("click", () => setTimeout(open)));

  // The search looks through labels, families, meanings, rules and the names of values.
  const texts = new Map();
  each("details.segment", (about) => {
    const parts = about.querySelectorAll("summary, dl, [data-query='segment_values'] th");
    texts.set(about.id, [...parts].map((part) => part.textContent).join(" ").toLowerCase());
  });
  const words = document.querySelector("#words");
  const family = document.querySelector("#family");
  const found = document.querySelector("#found");
  const search = () => {
    const wanted = words.value.trim().toLowerCase().split(/\s+/);
    let shown = 0;
    each("#list tbody tr", (row) => {
      const text = texts.get(`segment-${row.dataset.segment}`);
      row.hidden = !(wanted.every((word) => text.includes(word))
        && (!family.value || row.dataset.family === family.value));
      const about = document.getElementById(`segment-${row.dataset.segment}`);
      about.hidden = row.hidden;
      shown += !row.hidden;
    });
    found.textContent = shown ? `${shown} segments` : "No segment: try another word.";
  };
  words.addEventListener("input", search);
  family.addEventListener("change", search);
  document.querySelector(".search").hidden = false;
  search();

  // The list can be sorted by any of its columns.
  const table = document.querySelector("#list");
  each("thead th", (head, place) => {
    if ("unsorted" in head.dataset) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const isOfWords = head.matches(".words, :first-child");
      const falls = head.hasAttribute("aria-sort")
        ? head.getAttribute("aria-sort") === "ascending"
        : !isOfWords;
      each("thead th", (other) => other.removeAttribute("aria-sort"), table);
      head.setAttribute("aria-sort", falls ? "descending" : "ascending");
      const value = (row) => {
        const cell = row.children[place];
        const number = cell?.querySelector("data");
        if (number) return Number(number.value);
        return isOfWords ? cell.textContent.trim() : -Infinity;
      };
      const rows = [...table.tBodies[0].rows].sort((one, other) => {
        const [a, b] = [value(one), value(other)];
        return (a < b ? -1 : a > b ? 1 : 0) * (falls ? -1 : 1);
      });
      table.tBodies[0].append(...rows);
    });
  }, table);

  open();

  // All segments at once, to be printed.
  const all = document.querySelector("#all");
  all.addEventListener("click", () => each("details.segment", (segment) => { segment.open = true; }));
  all.hidden = false;

  // One span of days is shown at a time.
  each("select[data-spans]", (choice) => {
    const show = () => each(`[data-span="${choice.dataset.spans}"]`, (part) => {
      part.hidden = part.dataset.days !== choice.value;
    });
    choice.addEventListener("change", show);
    choice.closest("label").hidden = false;
    show();
  });

  // Whoever opens an old report is told so.
  const day = new Date(document.querySelector("#day").value);
  const age = Math.floor((Date.now() - day) / 86400000);
  if (age > 3) {
    const old = document.querySelector("#old");
    old.textContent = `This report is of a day ${age} days ago.`;
    old.hidden = false;
  }
})();
