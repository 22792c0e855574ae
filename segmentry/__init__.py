"""What Segmentry does around dbt: reading raw files, and all that needs no scheduler."""
