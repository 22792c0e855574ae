"""What changed thresholds and rules would do to the segments, without touching the warehouse.

The models whose definition differs from the last build's, and those below them, are computed into a
scratch database from everything else in the last build.
"""
