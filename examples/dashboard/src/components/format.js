// Numbers as people read them; a dash where there is none.
const whole = new Intl.NumberFormat("en", {maximumFractionDigits: 0});
const tenth = new Intl.NumberFormat("en", {style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1});
const NONE = "–";

export const number = (value) => (value == null ? NONE : whole.format(value));
export const percent = (value) => (value == null ? NONE : tenth.format(value));
export const growth = (value) =>
  value == null ? NONE : value > 0 ? `+${whole.format(value)}` : whole.format(value);

// Amounts of less than a hundred, such as an average order, keep their cents.
export const money = (currency) => (value) =>
  value == null
    ? NONE
    : `${new Intl.NumberFormat("en", {
        minimumFractionDigits: Math.abs(value) < 1000 && value !== 0 ? 2 : 0,
        maximumFractionDigits: Math.abs(value) < 1000 ? 2 : 0,
      }).format(value)} ${currency}`.trim();

export const month = (text) =>
  new Date(text).toLocaleDateString("en", {month: "short", year: "2-digit", timeZone: "UTC"});
