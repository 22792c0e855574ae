"""What the dbt project says of itself: its catalog of segments, and dbt as a command."""
