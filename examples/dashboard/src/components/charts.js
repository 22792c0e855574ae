import * as Plot from "@observablehq/plot";
import {month, number, percent} from "./format.js";
import {nothing} from "./elements.js";

const SOURCES = ["new", "returning", "nobody known"];
const COLOURS = ["#4269d0", "#efb118", "#9498a0"];

// Columns by month, stacked by whom they are from.
export function byMonth(rows, value, {width, label}) {
  if (!rows.length) return nothing("No orders yet.");
  return Plot.plot({
    width,
    height: 300,
    marginLeft: 55,
    ariaLabel: label,
    x: {interval: "month", label: null, type: "band", ticks: width < 500 ? "6 months" : "3 months", tickFormat: month},
    y: {grid: true, label, tickFormat: "~s"},
    color: {domain: SOURCES, range: COLOURS, legend: true},
    marks: [
      Plot.barY(rows, {
        x: (row) => new Date(row.month),
        y: value,
        fill: "source",
        order: SOURCES,
        tip: {format: {x: month, y: number}},
      }),
      Plot.ruleY([0]),
    ],
  });
}

// A line by day or week.
export function line(rows, x, value, {width, label, format = number, marks = []}) {
  if (rows.length < 2) return nothing("Too few days yet: a line needs two.");
  return Plot.plot({
    width,
    height: 240,
    marginLeft: 50,
    ariaLabel: label,
    x: {type: "utc", label: null},
    y: {grid: true, label, zero: true, nice: true, tickFormat: format},
    marks: [
      ...marks,
      Plot.lineY(rows, {x: (row) => new Date(row[x]), y: value, stroke: COLOURS[0], strokeWidth: 2, tip: {format: {y: format}}}),
      Plot.ruleY([0]),
    ],
  });
}

// Bars of the largest first, their number at the end.
export function bars(rows, name, value, {width, label, format = number}) {
  if (!rows.length) return nothing("Nothing to show.");
  const longest = Math.max(...rows.map((row) => String(row[name]).length));
  return Plot.plot({
    width,
    height: rows.length * 26 + 50,
    marginLeft: Math.min(longest * 7 + 15, width * 0.45),
    marginRight: 60,
    ariaLabel: label,
    x: {label, grid: true, tickFormat: format === percent ? "%" : "~s", ticks: width < 500 ? 3 : 6},
    y: {label: null, domain: rows.map((row) => row[name]), tickFormat: (text) => shorten(String(text), (width * 0.45 - 15) / 7)},
    marks: [
      Plot.barX(rows, {x: value, y: name, fill: COLOURS[0]}),
      Plot.text(rows, {x: value, y: name, text: (row) => format(row[value]), textAnchor: "start", dx: 4}),
      Plot.ruleX([0]),
    ],
  });
}

const shorten = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

// Cohorts by month of the first order: how many of them came back in which month since.
export function cohorts(rows, {width}) {
  if (!rows.length) return nothing("No month after a first order is over yet.");
  const share = (row) => row.returned_count / row.customer_count;
  const highest = Math.max(...rows.map(share));
  const months = new Set(rows.map((row) => row.cohort)).size;
  return Plot.plot({
    width,
    height: months * 22 + 60,
    marginLeft: 60,
    padding: 0,
    ariaLabel: "Customers who came back, by month of their first order",
    x: {label: "months later", axis: "top", type: "band"},
    y: {label: null, type: "band", tickFormat: month},
    color: {scheme: "blues", type: "linear", domain: [0, highest], legend: width > 400, label: "came back", tickFormat: "%"},
    marks: [
      Plot.cell(rows, {
        x: "months_later",
        y: "cohort",
        fill: share,
        inset: 0.5,
        channels: {customers: "customer_count", "came back": "returned_count"},
        tip: true,
      }),
      ...(width < 600
        ? []
        : [
            Plot.text(rows, {
              x: "months_later",
              y: "cohort",
              text: (row) => `${Math.round(share(row) * 100)} %`,
              fill: (row) => (share(row) > highest / 2 ? "white" : "black"),
            }),
          ]),
    ],
  });
}
