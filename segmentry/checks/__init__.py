"""What Great Expectations is asked of a version before readers meet it."""
