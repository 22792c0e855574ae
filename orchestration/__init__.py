"""What surrounds the dbt project: reading, the demo shop, reports and scheduled runs."""
