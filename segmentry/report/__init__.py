"""The segment report: what a published version says of the shop and of every segment, as a page."""
