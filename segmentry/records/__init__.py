"""What builds and publishes leave behind: the warehouse, the published versions and their log."""
