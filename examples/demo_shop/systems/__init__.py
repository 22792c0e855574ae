"""The demo shop as other systems land it in a warehouse: the same people, rows and ids.

A module per system writes the tables of that system from the clean rows of the raw tables, and says
which rows can be read back from them: what a system has no room for stands in its `losses`.
"""
