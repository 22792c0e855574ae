"""What people see of a run of dbt while it builds."""
