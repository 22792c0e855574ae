"""A small tea, coffee and ceramics shop that never existed, in the shape of the raw contract.

The shop lives for two years, from 2024-07-01 to 2026-06-30. Its people are drawn from the personas
of `personas`, walk through the shop in `simulation`, and leave the raw tables that `raw_files`
writes. Nothing reads a clock or a network: the same code always writes the same content.
"""
