"""The names that systems have for countries."""

COUNTRIES = {
    "AE": "United Arab Emirates", "CA": "Canada", "DE": "Germany", "ES": "Spain", "FR": "France",
    "GB": "United Kingdom", "GH": "Ghana", "GR": "Greece", "IL": "Israel", "IN": "India",
    "JP": "Japan", "KR": "South Korea", "NL": "Netherlands", "UA": "Ukraine",
    "US": "United States",
}  # fmt: skip
