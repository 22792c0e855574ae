"""Raw files to the contract's tables: found, checked to their end, each read by its own types."""
