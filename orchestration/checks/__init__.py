"""What Great Expectations checks of a built warehouse before it is published."""
