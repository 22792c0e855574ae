// Parts of pages, made of text alone: whatever a segment or a category is called, it is no markup.
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// Cards of a label and a number each.
export function cards(...pairs) {
  return element(
    "div",
    {class: "grid cards"},
    ...pairs.map(([label, value, note]) =>
      element(
        "div",
        {class: "card"},
        element("h2", {}, label),
        element("span", {class: "big"}, value),
        ...(note ? [element("div", {class: "muted small"}, note)] : [])
      )
    )
  );
}

// A table of rows; each column has a heading, what it shows of a row, and whether that is text, or
// long text.
export function table(rows, columns) {
  return element(
    "div",
    {class: "wide"},
    element(
      "table",
      {},
      element(
        "thead",
        {},
        element("tr", {}, ...columns.map(({heading, text, long}) => element("th", text || long ? {} : {class: "number"}, heading)))
      ),
      element(
        "tbody",
        {},
        ...rows.map((row) =>
          element(
            "tr",
            {},
            ...columns.map(({show, text, long}) =>
              element("td", long ? {class: "long"} : text ? {} : {class: "number"}, show(row))
            )
          )
        )
      )
    )
  );
}

export const link = (text, href) => element("a", {href}, text);

// What stands in the place of a chart that has nothing to show.
export const nothing = (text) => element("p", {class: "muted"}, text);
