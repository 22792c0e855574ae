"""Email platforms on loopback: what adapters are tried against before they meet the real ones."""
